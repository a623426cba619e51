#include "template/gjson.hpp"

#include <gtest/gtest.h>

#include "json/document.hpp"
#include "tests/template/vectors.hpp"

namespace rotor::gjson {
namespace {

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return "Null";
    case Kind::kFalse:
      return "False";
    case Kind::kNumber:
      return "Number";
    case Kind::kString:
      return "String";
    case Kind::kTrue:
      return "True";
    case Kind::kJson:
      return "JSON";
  }
  return "";
}

TEST(PropertyPaths, PassEveryVector) {
  std::size_t count = 0;
  for (const json::Object& v : test::vectors("gjson")) {
    ++count;
    SCOPED_TRACE(test::text(v, "id") + " path " + test::text(v, "path"));
    const auto match = lookup(test::text(v, "json"), test::text(v, "path"));
    ASSERT_EQ(match.has_value(), v.at("exists").as_bool());
    if (!match) continue;
    EXPECT_EQ(name_of(match->kind), test::text(v, "type"));
    EXPECT_EQ(match->text.reveal(), test::text(v, "expected"));
  }
  EXPECT_GT(count, 200U);
}

struct PathCase {
  std::string_view json;
  std::string_view path;
  std::optional<std::string_view> text;
};

class Paths : public testing::TestWithParam<PathCase> {};

TEST_P(Paths, GiveWhatTheLibraryGives) {
  const auto match = lookup(GetParam().json, GetParam().path);
  ASSERT_EQ(match.has_value(), GetParam().text.has_value()) << GetParam().path;
  if (match) EXPECT_EQ(match->text.reveal(), *GetParam().text) << GetParam().path;
}

INSTANTIATE_TEST_SUITE_P(Quirks, Paths,
                         testing::Values(PathCase{R"({"a":[1,2]})", "a.#(", "1"}, PathCase{R"({"a":1})", "!5|x", "0"},
                                         PathCase{R"({"a":1})", "!Null", "0"}, PathCase{R"({"a":{"":3}})", "a.", "3"},
                                         PathCase{R"({"a":-})", "a", "-"}, PathCase{R"({"a":0x1p4})", "a", "16"},
                                         PathCase{R"({"a":"\ud83d\ude00\ud83dx"})", "a", "😀\uFFFDx"},
                                         PathCase{R"({"a":"x\u00"})", "a", "x"}, PathCase{R"(xx{"a":1)", "a", "1"},
                                         PathCase{R"([[1,[2)", "0.1.0", "2"}, PathCase{"{}", "@dig", "[]"},
                                         PathCase{R"({"a":[{"b":1},{"b":2}]})", R"(a.#.{"x":b}|0)", "[]"},
                                         PathCase{R"({"a":1})", R"(!"s".a)", "s"},
                                         PathCase{R"({"a":"x)", "..#", std::nullopt},
                                         PathCase{R"({"":7})", "[a", "7"}));

TEST(PropertyPaths, AreBoundedInDepthAndWork) {
  std::string path = "a";
  std::string doc = "1";
  for (int i = 0; i < 5000; ++i) path += ".a";
  for (int i = 0; i < 5001; ++i) doc = R"({"a":)" + doc + "}";
  EXPECT_FALSE(lookup(doc, path));
  std::string doubling = "@this";
  for (int i = 0; i < 60; ++i) doubling += "|[@this,@this]";
  EXPECT_FALSE(lookup("[1,2,3]", doubling));
  std::string nested = "x";
  for (int i = 0; i < 5000; ++i) nested = "[" + nested + "]";
  lookup(R"({"x":1})", nested);
  lookup(std::string(20'000, '['), "@pretty");
  lookup(std::string(20'000, '['), "@dig:a");
  lookup(std::string(20'000, '['), R"(@flatten:{"deep":true})");
  EXPECT_FALSE(lookup(R"({")" + std::string(20'000, 'a') + R"(":1})", "*a*a*a*a*a*a*a*a*b"));
}

}  // namespace
}  // namespace rotor::gjson
