#include <gtest/gtest.h>

#include "cli/cli.hpp"
#include "cli/operator_options.hpp"

namespace rotor::cli {
namespace {

TEST(CommandLine, GivesAnEmptyValueAWordOfItsOwn) {
  EXPECT_EQ(normalise({"operator", "--namespace=", "--metrics-addr=0", "--", "sh", "--x="}),
            (std::vector<std::string>{"operator", "--namespace", "", "--metrics-addr=0", "--", "sh", "--x="}));
}

TEST(CommandLine, TakesAnEmptyListOfInheritedNamesForNone) {
  EXPECT_EQ(normalise({"run", "--inherit-env=", "--", "sh", "--inherit-env="}),
            (std::vector<std::string>{"run", "--", "sh", "--inherit-env="}));
}

int asked_for_privacy(std::vector<std::string> arguments) {
  int times = 0;
  run(std::move(arguments), [&times] { ++times; });
  return times;
}

TEST(CommandLine, ClosesTheMemoryBeforeSecretsAreHandledUnlessADebuggerIsAllowed) {
  const std::vector<std::string> preview = {"template", "-f", "/no/such/file", "--data", "/no/such/file"};
  EXPECT_EQ(asked_for_privacy(preview), 1);
  std::vector<std::string> debugged = preview;
  debugged.emplace_back("--allow-debugger");
  EXPECT_EQ(asked_for_privacy(debugged), 0);
  EXPECT_EQ(asked_for_privacy({"crds"}), 0);
  EXPECT_EQ(asked_for_privacy({"template"}), 0) << "the command line is wrong: nothing begins";
}

TEST(OperatorNamespace, IsTheFirstThatIsGiven) {
  EXPECT_EQ(choose_namespace({"a", "b", "c", "d"}), "a");
  EXPECT_EQ(choose_namespace({"", "b", "c", "d"}), "b");
  EXPECT_EQ(choose_namespace({"", "", "c\n", "d"}), "c");
  EXPECT_EQ(choose_namespace({"", "", "", "d"}), "d");
  EXPECT_EQ(choose_namespace({}), "default");
}

struct AddressCase {
  const char* text;
  const char* expected;
};

class ListenAddress : public testing::TestWithParam<AddressCase> {};

TEST_P(ListenAddress, IsRead) {
  const auto address = parse_address(GetParam().text);
  std::string got = "invalid";
  if (address) got = *address ? (*address)->host + " " + std::to_string((*address)->port) : "off";
  EXPECT_EQ(got, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Cases, ListenAddress,
                         testing::Values(AddressCase{":8080", "0.0.0.0 8080"},
                                         AddressCase{"127.0.0.1:0", "127.0.0.1 0"}, AddressCase{"[::1]:80", "::1 80"},
                                         AddressCase{"0", "off"}, AddressCase{"", "off"},
                                         AddressCase{"8080", "invalid"}, AddressCase{":http", "invalid"},
                                         AddressCase{":70000", "invalid"}));

TEST(OperatorFlags, NameTheFlagOfAWrongDuration) {
  OperatorFlags flags;
  flags.quiet_period = "1d";
  const auto done = finish(flags);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("--rotation-quiet-period"), std::string::npos);
}

TEST(OperatorFlags, KnowTheLevelsPeopleUse) {
  EXPECT_EQ(parse_level("debug"), log::Level::kDebug);
  EXPECT_EQ(parse_level("fatal"), log::Level::kError);
  EXPECT_FALSE(parse_level("loud"));
}

}  // namespace
}  // namespace rotor::cli
