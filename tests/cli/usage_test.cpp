// What people read who got the command line wrong, or gave none.
#include <filesystem>

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>

#include "cli/page.hpp"
#include "tests/cli/command.hpp"

namespace rotor::cli {
namespace {

using testing::HasSubstr;

TEST(CommandLine, PrintsHelpWhenItIsBare) {
  const Ran bare = run_command({});
  EXPECT_EQ(bare.code, kOk);
  EXPECT_EQ(bare.err, "");
  EXPECT_EQ(bare.out, run_command({"--help"}).out);
  EXPECT_THAT(bare.out, HasSubstr("Usage: rotor [options] [command]"));
}

struct WrongCase {
  const char* name;
  std::vector<std::string> arguments;
  const char* says;
  const char* where;
};
void PrintTo(const WrongCase& c, std::ostream* out) { *out << c.name; }

class WrongCommandLine : public testing::TestWithParam<WrongCase> {};

TEST_P(WrongCommandLine, EndsWithCodeTwoAndSaysWhatIsRight) {
  const Ran ran = run_command(GetParam().arguments);
  EXPECT_EQ(ran.code, kUsage);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr(GetParam().says));
  EXPECT_TRUE(ran.err.ends_with(std::string("see `") + GetParam().where + " --help`\n")) << ran.err;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, WrongCommandLine,
    testing::Values(
        WrongCase{"SubCommand", {"rnu"}, "there is no sub-command `rnu`; did you mean `run`?", "rotor"},
        WrongCase{"SubCommandFarFromAll", {"frobnicate"}, "there is no sub-command `frobnicate`\n", "rotor"},
        WrongCase{
            "Flag", {"run", "-f", "x", "--valeus", "y"}, "no flag `--valeus`; did you mean `--values`?", "rotor run"},
        WrongCase{"FlagWithItsValue",
                  {"run", "-f", "x", "--prot=1"},
                  "no flag `--prot`; did you mean `--port`?",
                  "rotor run"},
        WrongCase{
            "FlagBeforeWhatIsMissingBecauseOfIt", {"run", "--filname", "x"}, "did you mean `--filename`?", "rotor run"},
        WrongCase{"FlagOfRotorItself", {"--verison"}, "did you mean `--version`?", "rotor"},
        WrongCase{"OneTooMany", {"crds", "all"}, "`all` is one argument too many", "rotor crds"},
        WrongCase{"ValueBeforeACommand", {"run", "-f", "x", "-o", "yaml", "--", "true"}, "yaml", "rotor run"},
        WrongCase{"MissingBeforeACommand", {"run", "--", "true"}, "-f DIR|FILE|- is missing", "rotor run"},
        WrongCase{"MissingObject",
                  {"why"},
                  "[KIND/]NAMESPACE/NAME is missing: NAMESPACE/NAME of an ExternalSecret",
                  "rotor why"},
        WrongCase{"MissingInstance", {"history"}, "NAMESPACE/NAME is missing: The OpenClawInstance", "rotor history"},
        WrongCase{"Missing", {"run"}, "-f DIR|FILE|- is missing: A manifest or a folder", "rotor run"},
        WrongCase{"Port",
                  {"run", "-f", "x", "--port", "70000"},
                  "--port: \"70000\" is not a whole number from 0 to 65535",
                  "rotor run"},
        WrongCase{"Level",
                  {"operator", "--loglevel", "inof"},
                  "\"inof\" is none of debug, info, warn, error; did you mean info?",
                  "rotor operator"},
        WrongCase{
            "LevelByItsOtherName", {"operator", "--zap-log-level=9"}, "debug, info, warn, error", "rotor operator"},
        WrongCase{
            "Format", {"operator", "--log-format", "xml"}, "\"xml\" is none of auto, json, text", "rotor operator"},
        WrongCase{
            "Switch", {"operator", "--enable-flood-gate=maybe"}, "\"maybe\" is none of true, false", "rotor operator"},
        WrongCase{"Duration",
                  {"operator", "--rotation-quiet-period", "1d"},
                  "\"1d\" is not a duration: write it like 500ms, 30s or 5m",
                  "rotor operator"},
        WrongCase{
            "NegativeDuration", {"operator", "--store-requeue-interval=-1s"}, "is not a duration", "rotor operator"},
        WrongCase{"Address",
                  {"operator", "--metrics-addr", "8080"},
                  "\"8080\" is not an address: write it like :8080",
                  "rotor operator"},
        WrongCase{"Shell", {"completion", "csh"}, "\"csh\" is none of bash, zsh, fish", "rotor completion"},
        WrongCase{"InheritedValue", {"run", "-f", "x", "--inherit-env=A=b"}, "is not a name", "rotor run"}),
    [](const auto& test) { return std::string(test.param.name); });

// Pages, as completion and man page see them.
class Pages : public testing::Test {
 protected:
  Pages() { add_commands(app_, action_); }
  CLI::App app_;
  Action action_;
};

// Every flag that is shown says what its value is, in what unit, and what holds without it.
TEST_F(Pages, SayUnitAndDefaultOfEveryValue) {
  std::vector<Page> pages = describe(app_).children;
  pages.push_back(describe(app_));
  for (const Page& page : pages) {
    EXPECT_FALSE(page.summary.empty()) << page.name;
    for (const OptionEntry& option : page.options) {
      const std::string what = page.name + " " + option.names.back();
      EXPECT_FALSE(option.text.empty()) << what;
      EXPECT_TRUE(std::ranges::all_of(option.text, [](char c) { return c >= ' ' && c <= '~'; })) << what;
      if (option.value.empty()) continue;
      for (const char* vague : {"INT", "UINT", "FLOAT", "BOOLEAN", "ENUM"}) EXPECT_NE(option.value, vague) << what;
      EXPECT_TRUE(option.required || !option.standard.empty()) << what << " has a value and says no default";
    }
  }
}

TEST_F(Pages, GroupTheFlagsOfRunAndEndWithHelp) {
  const std::vector<std::string> found = groups(describe(*app_.get_subcommand("run")));
  EXPECT_EQ(found.front(), "Options");
  EXPECT_EQ(found.back(), "Help");
  EXPECT_GE(found.size(), 4U);
}

TEST_F(Pages, FitIntoEightyColumns) {
  for (const CLI::App* command : app_.get_subcommands({})) {
    const std::string text = help_text(describe(*command));
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      EXPECT_LE(end - at, 80U) << text.substr(at, end - at);
      at = end + 1;
    }
  }
}

TEST_F(Pages, KeepHiddenFlagsToThemselves) {
  EXPECT_EQ(run_command({"operator", "--help"}).out.find("client-qps"), std::string::npos);
}

}  // namespace
}  // namespace rotor::cli
