#include "json/reader.hpp"

#include <gtest/gtest.h>

namespace rotor::json {
namespace {

struct StringCase {
  std::string_view text;
  std::string_view expected;
};

class ReaderStrings : public testing::TestWithParam<StringCase> {};

TEST_P(ReaderStrings, DecodeAsGo) {
  Reader reader(GetParam().text);
  EXPECT_EQ(reader.read_string(), GetParam().expected);
  EXPECT_TRUE(reader.finish());
  Reader secret(GetParam().text);
  EXPECT_EQ(secret.read_secret(), SecretBytes(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ReaderStrings,
    testing::Values(StringCase{R"("")", ""}, StringCase{R"( "a b" )", "a b"},
                    StringCase{R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"}, StringCase{R"("\u00e9\u20ac")", "é€"},
                    StringCase{R"("\ud83d\ude00")", "😀"}, StringCase{R"("\ud83d")", "\uFFFD"},
                    StringCase{R"("\ude00\ud83d")", "\uFFFD\uFFFD"}, StringCase{R"("\ud83dx")", "\uFFFDx"},
                    StringCase{R"("\ud83d\u0041")",
                               "\uFFFD"
                               "A"},
                    StringCase{"\"a\xff\xc3z\"", "a\uFFFD\uFFFDz"},
                    StringCase{"\"\xed\xa0\x80\"", "\uFFFD\uFFFD\uFFFD"}, StringCase{"\"é😀\x7f\"", "é😀\x7f"}));

class ReaderRefuses : public testing::TestWithParam<std::string_view> {};

TEST_P(ReaderRefuses, WhatIsNotOneJsonDocument) { EXPECT_FALSE(validate(GetParam())) << GetParam(); }

INSTANTIATE_TEST_SUITE_P(Cases, ReaderRefuses,
                         testing::Values("", " ", "tru", "nul", "truex", "01", "-", "1.", ".5", "+1", "1e", "1e+",
                                         "NaN", "'a'", "\"a", "\"\\x\"", "\"\\u12g4\"", "\"\\u12", "\"a\nb\"", "[",
                                         "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "{\"a\"", "{\"a\":", "{\"a\":1",
                                         "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "{1:1}", "{\"a\":1 \"b\":2}", "1 2", "{}}",
                                         "]", "}", ":", ",", "[1}", "{\"a\":1]", "// c\n1", "[1]//", "\"\\", "\"\\\"",
                                         "\xef\xbb\xbf{}"));

class ReaderAccepts : public testing::TestWithParam<std::string_view> {};

TEST_P(ReaderAccepts, AnyDocumentAndKeepsItsText) {
  Reader reader(GetParam());
  const std::string_view raw = reader.read_raw();
  ASSERT_TRUE(reader.finish()) << GetParam();
  EXPECT_EQ(raw, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Cases, ReaderAccepts,
                         testing::Values("null", "true", "false", "0", "-0", "1.10", "1e3", "1E-07",
                                         "12345678901234567890123", "\"\"", "[]", "{}", "[ ]", "{ }", "[1,\t2]",
                                         "[[],{}]", R"({"a":{"b":[1,{"c":null}]},"a":2})"));

TEST(Reader, MeetsEveryByteWhereverItStandsInAString) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string alone(1, static_cast<char>(byte));
    for (std::size_t at = 0; at < 20; ++at) {
      std::string text(20, 'x');
      text[at] = alone[0];
      Reader reader(text = '"' + text + '"');
      const std::string got = reader.read_string();
      if (byte == '"' || byte == '\\' || byte < 0x20) {
        EXPECT_FALSE(reader.finish()) << byte << " at " << at;
      } else {
        EXPECT_TRUE(reader.finish()) << byte << " at " << at;
        EXPECT_EQ(got.substr(at, got.size() - 19), byte < 0x80 ? alone : "\xEF\xBF\xBD") << byte << " at " << at;
      }
    }
  }
}

TEST(Reader, GivesNumbersAsWritten) {
  Reader reader("[1.10, 1e3, 12345678901234567890123]");
  std::vector<std::string> got;
  reader.begin_array();
  while (reader.next_element()) got.emplace_back(reader.read_number());
  EXPECT_TRUE(reader.finish());
  EXPECT_EQ(got, (std::vector<std::string>{"1.10", "1e3", "12345678901234567890123"}));
}

TEST(Reader, WalksMembersInOrderWithDuplicates) {
  Reader reader(R"({"b":1, "a":"x", "b":true, "\u0063":null})");
  std::string seen;
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) seen += key + "=" + std::string(reader.read_raw()) + ";";
  EXPECT_TRUE(reader.finish());
  EXPECT_EQ(seen, R"(b=1;a="x";b=true;c=null;)");
}

TEST(Reader, SaysWhereAndWhatWithoutQuotingTheDocument) {
  const auto error = validate("{\n  \"pass\": hunter2\n}");
  ASSERT_FALSE(error);
  EXPECT_EQ(error.error().code, Code::kInvalid);
  EXPECT_EQ(error.error().message, "invalid JSON at line 2, column 11: expected a value");
}

TEST(Reader, NamesTheKindItFound) {
  Reader reader("[1]");
  EXPECT_EQ(reader.read_string(), "");
  EXPECT_EQ(reader.finish().error().message, "expected a string, found an array at line 1, column 1");
}

TEST(Reader, KeepsTheFirstErrorAndAnswersNothingMore) {
  Reader reader("[x, 1]");
  reader.begin_array();
  ASSERT_TRUE(reader.next_element());
  EXPECT_FALSE(reader.read_bool());
  EXPECT_TRUE(reader.failed());
  EXPECT_FALSE(reader.next_element());
  EXPECT_EQ(reader.peek(), Kind::kEnd);
  EXPECT_EQ(reader.read_raw(), "");
  reader.fail("later");
  EXPECT_EQ(reader.finish().error().message, "invalid JSON at line 1, column 2: expected a value");
}

TEST(Reader, StopsAtItsDepth) {
  EXPECT_TRUE(validate("[[[]]]", 3));
  const auto error = validate("[[[[]]]]", 3);
  ASSERT_FALSE(error);
  EXPECT_EQ(error.error().message, "invalid JSON at line 1, column 4: nested deeper than 3 levels");
  EXPECT_FALSE(validate(std::string(1'000'000, '[')));
  EXPECT_FALSE(validate(std::string(1001, '[') + std::string(1001, ']')));
  EXPECT_TRUE(validate(std::string(1000, '[') + std::string(1000, ']')));
}

TEST(Reader, RefusesMoreTextAfterTheDocument) {
  Reader reader("{} {}");
  reader.read_raw();
  EXPECT_EQ(reader.finish().error().message, "invalid JSON at line 1, column 4: more text after the document");
}

}  // namespace
}  // namespace rotor::json
