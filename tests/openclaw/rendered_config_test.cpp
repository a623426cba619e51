// tests/openclaw/rendered: what becomes of a spec, as files that the real program checks too (tests/agent).
#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "openclaw/builders/config.hpp"
#include "tests/fakes/source_dir.hpp"

namespace rotor::openclaw {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> rendered_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(rotor::test::source_path("tests/openclaw/rendered"))) {
    const std::string file = entry.path().filename().string();
    if (file.ends_with(".spec.json")) names.push_back(file.substr(0, file.size() - 10));
  }
  return names;
}

class RenderedConfigs : public testing::TestWithParam<std::string> {};

TEST_P(RenderedConfigs, AreWhatTheRepositoryShows) {
  const std::string base = rotor::test::source_path("tests/openclaw/rendered/" + GetParam());
  const auto spec = json::read<api::InstanceSpec>(rotor::test::read_file(base + ".spec.json"));
  ASSERT_TRUE(spec) << spec.error().message;
  const bool told = GetParam() != "trusted-proxy";
  const SecretBytes token(told ? std::string(64, '0') : std::string());
  EXPECT_EQ(config_files(*spec, {}, token).at("openclaw.json") + "\n", rotor::test::read_file(base + ".json"));
}

INSTANTIATE_TEST_SUITE_P(All, RenderedConfigs, testing::ValuesIn(rendered_names()), [](const auto& name) {
  std::string word = name.param;
  std::ranges::replace(word, '-', '_');
  return word;
});

}  // namespace
}  // namespace rotor::openclaw
