// Every example of examples/templates gives the Secret that stands beside it.
#include <filesystem>

#include <gtest/gtest.h>

#include "local/preview/preview.hpp"
#include "local/preview/preview_text.hpp"
#include "tests/fakes/source_dir.hpp"

namespace rotor::local {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> examples() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(test::source_path("examples/templates"))) {
    const std::string name = entry.path().filename().string();
    if (const auto dot = name.find('.'); name.substr(dot) == ".yaml") names.push_back(name.substr(0, dot));
  }
  std::ranges::sort(names);
  return names;
}

std::optional<std::string> beside(const std::string& name, const std::string& what) {
  const fs::path path = test::source_path("examples/templates/" + name + "." + what + ".yaml");
  return fs::exists(path) ? std::optional(path.string()) : std::nullopt;
}

class TemplateExample : public testing::TestWithParam<std::string> {};

TEST_P(TemplateExample, GivesTheSecretBesideIt) {
  const std::string& name = GetParam();
  const auto previews = preview({.manifests = {test::source_path("examples/templates/" + name + ".yaml")},
                                 .data = beside(name, "data"),
                                 .values = beside(name, "values")});
  ASSERT_TRUE(previews) << previews.error().message;
  EXPECT_TRUE(previews->broken.empty());
  ASSERT_EQ(previews->shown.size(), 1U);
  const Preview& shown = previews->shown[0];
  EXPECT_TRUE(shown.notes.empty()) << shown.notes[0];
  ASSERT_TRUE(shown.outcome) << describe_failure(shown);
  ASSERT_TRUE(beside(name, "expected")) << describe_secret(shown, ShowValues::kYes);
  EXPECT_EQ(describe_secret(shown, ShowValues::kYes), test::read_file(*beside(name, "expected")));
}

INSTANTIATE_TEST_SUITE_P(Files, TemplateExample, testing::ValuesIn(examples()), [](const auto& info) {
  std::string name = info.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace rotor::local
