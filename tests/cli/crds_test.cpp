#include "api/crds.hpp"

#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "json/document.hpp"
#include "json/pretty.hpp"
#include "tests/fakes/source_dir.hpp"

namespace rotor {
namespace {

// deploy/crds/ holds what `rotor crds` prints and nothing else.
TEST(ShippedCrds, AreThoseThatAreDescribed) {
  const std::string folder = test::source_path("deploy/crds");
  std::set<std::string> expected;
  for (const std::string& crd : api::crds()) {
    const auto document = json::parse(crd);
    ASSERT_TRUE(document) << document.error().message;
    const std::string name = std::string(json::find_string(*document, "metadata.name")) + ".json";
    expected.insert(name);
    const std::string path = folder + "/" + name;
    ASSERT_TRUE(std::filesystem::exists(path)) << path << " is missing: write it with tools/write-crds.sh";
    EXPECT_EQ(test::read_file(path), json::pretty(*document)) << path << " is old: write it with tools/write-crds.sh";
  }
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) found.insert(entry.path().filename().string());
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace rotor
