#include "local/values/values.hpp"

#include <gtest/gtest.h>

#include "local/values/values_provider.hpp"
#include "tests/fakes/run_task.hpp"

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
                    ValueCase{"k: {a: x, b: 1.10}", R"({"a":"x","b":"1.10"})"},
                    ValueCase{"k: {a: '1'}", R"({"a":"1"})"}, ValueCase{"k: [1, two]", R"([1,"two"])"},
                    ValueCase{"k: |\n  line\n", "line\n"}, ValueCase{"{\"k\": {\"a\": true}}", R"({"a":true})"},
                    ValueCase{"other: 1", "(none)"}, ValueCase{"", "(none)"}));

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

// What people type into such a file: PINs, phone numbers, versions, switches. However it is asked for, it is these
// bytes.
providers::RemoteRef remote(std::string key, std::string property = {}) {
  providers::RemoteRef ref;
  ref.key = std::move(key);
  ref.property = std::move(property);
  return ref;
}

// What people type into such a file: PINs, phone numbers, versions, switches. However it is asked for, it is these
// bytes.
class Written : public testing::TestWithParam<const char*> {};

TEST_P(Written, ArrivesByteForByteAtEveryDepth) {
  const std::string text = GetParam();
  const auto values = parse_values("top: " + text + "\ndoc: {pin: " + text + ", deep: {list: [" + text + "]}}\n");
  ASSERT_TRUE(values) << values.error().message;
  const auto client = make_values_client(*values, "any");
  boost::asio::io_context io;
  const auto get = [&](std::string key, std::string property) {
    const auto found = test::run_task(io, client->get_secret(remote(std::move(key), std::move(property))));
    return found ? std::string(found->reveal()) : found.error().message;
  };
  EXPECT_EQ(get("top", ""), text);
  EXPECT_EQ(get("doc", "pin"), text);
  EXPECT_EQ(get("doc", "deep.list.0"), text);
  const auto members = test::run_task(io, client->get_secret_map(remote("doc")));
  ASSERT_TRUE(members);
  EXPECT_EQ(members->at("pin"), SecretBytes(text));

  const auto data = parse_data("doc: {pin: " + text + "}");
  ASSERT_TRUE(data);
  EXPECT_TRUE(data->at("doc").reveal().contains(text));
}

INSTANTIATE_TEST_SUITE_P(Scalars, Written,
                         testing::Values("0123", "0049", "007", "+4930", "0x1F", "yes", "no", "y", "true", "True",
                                         "1e5", "1E+400", "1.10", "1.5", "-0", "~", "null", "42", "1_000",
                                         "123456789012345678901234567890", ".inf", "2026-01-02"));

TEST(ValuesFile, LacksAKeyButNeverAPropertyOfOneItHas) {
  const auto values = parse_values("doc: {pin: '1'}");
  ASSERT_TRUE(values);
  const auto client = make_values_client(*values, "any");
  boost::asio::io_context io;
  EXPECT_TRUE(test::run_task(io, client->get_secret(remote("none", "pin"))).absent());
  const auto missing = test::run_task(io, client->get_secret(remote("doc", "nip")));
  ASSERT_TRUE(missing.failed()) << "deletionPolicy would act on absence";
  EXPECT_EQ(missing.error().code, Code::kInvalid);
  EXPECT_EQ(missing.error().message, "key \"doc\" of the values file has no property \"nip\"; add it there");
}

TEST(ValuesFile, ReadsJsonByTheSameRule) {
  const auto values = parse_values(R"({"doc": {"pin": "0123", "rate": 1.10, "big": 1e5, "n": 7, "no": null}})");
  ASSERT_TRUE(values);
  EXPECT_EQ(value(*values, "s", "doc"), R"({"pin":"0123","rate":"1.10","big":"1e5","n":7,"no":"null"})");
}

TEST(ParseValues, SaysWhereAByteIsThatNoTextMayHold) {
  using namespace std::string_view_literals;
  EXPECT_EQ(parse_values("a: 1\nb: 2\nc: \u00e4\0d\ne: 3\n"sv).error().message,
            "invalid YAML at line 3, column 5: control characters are not allowed");
  EXPECT_EQ(parse_values("a: 1\n\0"sv).error().message,
            "invalid YAML at line 2, column 1: control characters are not allowed");
}

TEST(SavedValues, AreBeingWrittenWhenTheFileIsEmptyAndWasNotBefore) {
  const Values before = *parse_values("k: v");
  for (const char* text : {"", "\n", " \t\r\n\n"}) {
    const auto saved = parse_saved_values(text, before);
    ASSERT_FALSE(saved.has_value()) << text;
    EXPECT_EQ(saved.error().message, "it is empty: leave a comment in it to take all values away");
    EXPECT_TRUE(parse_saved_values(text, {}).has_value()) << "nothing could be lost";
  }
  for (const char* text : {"# all gone\n", "{}", "---\n"}) {
    const auto saved = parse_saved_values(text, before);
    ASSERT_TRUE(saved.has_value()) << text;
    EXPECT_TRUE(saved->shared.empty());
  }
}

}  // namespace
}  // namespace rotor::local
