#include "local/environment_text.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <unistd.h>

#include "json/document.hpp"

namespace rotor::local {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<ShownEnvironment> sample() {
  return {{"ns/a",
           {{"KEY", SecretBytes("canary-1"), "key anthropic of secret keys"},
            {"PLAIN", SecretBytes("x")},
            {"my.name", SecretBytes("canary-2"), "key my.name of secret keys"}}}};
}

TEST(EnvironmentText, ShowsNamesSizesAndSourcesAndNoValueUnlessAsked) {
  EXPECT_EQ(describe_environments(sample(), EnvironmentFormat::kTable, ShowValues::kNo).text,
            "ns/a\n"
            "  KEY      8 bytes  key anthropic of secret keys\n"
            "  PLAIN     1 byte  the manifest\n"
            "  my.name  8 bytes  key my.name of secret keys\n");
  for (const auto format : {EnvironmentFormat::kTable, EnvironmentFormat::kDotenv, EnvironmentFormat::kJson}) {
    EXPECT_THAT(describe_environments(sample(), format, ShowValues::kNo).text, Not(HasSubstr("canary")));
    EXPECT_THAT(describe_environments(sample(), format, ShowValues::kYes).text, HasSubstr("canary-1"));
  }
}

TEST(EnvironmentText, IsJsonWithTheBytesOfBinaryValuesInBase64) {
  auto environments = sample();
  environments[0].variables.push_back({"BINARY", SecretBytes("\xff\x01"), ""});
  const auto text = describe_environments(environments, EnvironmentFormat::kJson, ShowValues::kYes).text;
  const auto document = json::parse(text);
  ASSERT_TRUE(document) << text;
  const auto& variables = document->as_array().at(0).as_object().at("variables").as_array();
  EXPECT_EQ(variables.at(0).as_object().at("value"), "canary-1");
  EXPECT_EQ(variables.at(0).as_object().at("from"), "key anthropic of secret keys");
  EXPECT_EQ(variables.at(3).as_object().at("valueBase64"), "/wE=");
}

TEST(EnvironmentText, ReportsNamesThatDotenvCannotHoldAndLeavesThemOut) {
  const auto shown = describe_environments(sample(), EnvironmentFormat::kDotenv, ShowValues::kYes);
  EXPECT_EQ(shown.text, "# ns/a\nKEY=canary-1\nPLAIN=x\n");
  ASSERT_EQ(shown.left_out.size(), 1U);
  EXPECT_THAT(shown.left_out[0], HasSubstr("ns/a: my.name is no name"));
  EXPECT_THAT(shown.left_out[0], Not(HasSubstr("canary")));
}

// A shell reads what was written: the value comes back byte for byte.
TEST(DotenvQuoting, IsReadBackByAShell) {
  const std::vector<std::string> values = {"plain",
                                           "",
                                           "two words",
                                           "line\nline\n",
                                           "a'b",
                                           "\"q\"",
                                           "$HOME `id` $(id)",
                                           "it's \"$HOME\" `x` \\ \\n",
                                           "#no",
                                           "a=b",
                                           "~",
                                           "\\",
                                           "trailing ",
                                           "it's\nover lines",
                                           "!history",
                                           "a'$'b",
                                           "\tTab",
                                           "é",
                                           "*"};
  const auto path = std::filesystem::temp_directory_path() / ("rotor-dotenv-" + std::to_string(getpid()));
  for (const std::string& value : values) {
    const auto shown =
        describe_environments({{"ns/a", {{"V", SecretBytes(value)}}}}, EnvironmentFormat::kDotenv, ShowValues::kYes);
    std::ofstream(path) << shown.text;
    std::FILE* pipe = popen(("set -a; . " + path.string() + "; printf '%s.' \"$V\"").c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    std::array<char, 256> block{};
    const std::size_t n = std::fread(block.data(), 1, block.size(), pipe);
    pclose(pipe);
    EXPECT_EQ(std::string(block.data(), n), value + ".") << shown.text;
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace rotor::local
