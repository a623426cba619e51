#include "local/values.hpp"

#include <gtest/gtest.h>

namespace rotor::local {
namespace {

std::string value(const Values& values, std::string_view store, std::string_view key) {
  const SecretBytes* found = values.find(store, key);
  return found == nullptr ? "(none)" : std::string(found->reveal());
}

struct ValueCase {
  const char* yaml;
  const char* expected;
};

class ValueOf : public testing::TestWithParam<ValueCase> {};

TEST_P(ValueOf, ComesOutAsWritten) {
  const auto values = parse_values(GetParam().yaml);
  ASSERT_TRUE(values) << values.error().message;
  EXPECT_EQ(value(*values, "any", "k"), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ValueOf,
    testing::Values(ValueCase{"k: text", "text"}, ValueCase{"k: 'single'", "single"}, ValueCase{"k: 1.10", "1.10"},
                    ValueCase{"k: 12345678901234567890123", "12345678901234567890123"},
                    ValueCase{"k: {a: x, b: 1.10}", R"({"a":"x","b":1.10})"}, ValueCase{"k: {a: '1'}", R"({"a":"1"})"},
                    ValueCase{"k: [1, two]", R"([1,"two"])"}, ValueCase{"k: |\n  line\n", "line\n"},
                    ValueCase{"{\"k\": {\"a\": true}}", R"({"a":true})"}, ValueCase{"other: 1", "(none)"},
                    ValueCase{"", "(none)"}));

TEST(ValuesFile, AnswersForOneStoreBeforeTheRest) {
  const auto values = parse_values("k: all\nstores:\n  one: {k: own}\n");
  ASSERT_TRUE(values);
  EXPECT_EQ(value(*values, "one", "k"), "own");
  EXPECT_EQ(value(*values, "two", "k"), "all");
}

TEST(ValuesFile, NamesTheLineOfAMistakeAndNeverTheText) {
  const auto values = parse_values("a: 1\nb: [never-shown\nc: 2\n");
  ASSERT_FALSE(values);
  EXPECT_NE(values.error().message.find("line"), std::string::npos);
  EXPECT_EQ(values.error().message.find("never-shown"), std::string::npos);
}

TEST(ValuesFile, RefusesAStoreThatIsNoMapping) {
  const auto values = parse_values("stores:\n  one: text\n");
  ASSERT_FALSE(values);
  EXPECT_EQ(values.error().code, Code::kInvalid);
  EXPECT_NE(values.error().message.find("stores.one"), std::string::npos);
}

TEST(ValuesFile, SaysWhichKeysChanged) {
  const auto before = parse_values("a: 1\nb: 1\nc: 1\nstores: {s: {d: 1}}");
  const auto after = parse_values("a: 1\nb: 2\nstores: {s: {d: 2}}\ne: 1");
  ASSERT_TRUE(before && after);
  EXPECT_EQ(changed_keys(*before, *after), (std::vector<std::string>{"b", "e", "c", "d"}));
}

}  // namespace
}  // namespace rotor::local
