#include "template/gjson/gjson.hpp"

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
    const auto found = lookup(test::text(v, "json"), test::text(v, "path"));
    ASSERT_TRUE(found) << found.error().message;
    const auto& match = *found;
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
  const auto found = lookup(GetParam().json, GetParam().path);
  ASSERT_TRUE(found) << found.error().message;
  const auto& match = *found;
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

std::string outcome(std::string_view document, std::string_view path) {
  const auto found = lookup(document, path);
  if (!found) return found.error().message;
  return *found ? "found" : "nothing";
}

constexpr std::string_view kLevels = "over budget: more than 300 levels of a property path or its document";
constexpr std::string_view kWork = "over budget: more than 67108864 bytes read and made by one property path";

std::string repeated(std::size_t count, std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

TEST(PropertyPaths, AreBoundedInDepth) {
  const auto deep = [](std::size_t levels) { return repeated(levels, R"({"a":)") + "1" + repeated(levels, "}"); };
  EXPECT_EQ(outcome(deep(299), "a" + repeated(298, ".a")), "found");
  EXPECT_EQ(outcome(deep(301), "a" + repeated(300, ".a")), kLevels);
  EXPECT_EQ(outcome(R"({"x":1})", repeated(5000, "[") + "x" + repeated(5000, "]")), kLevels);
  const std::string open(20'000, '[');
  for (const std::string_view path : {"@pretty", "@dig:a", R"(@flatten:{"deep":true})"}) {
    EXPECT_EQ(outcome(open, path), kLevels) << path;
  }
}

TEST(PropertyPaths, AreBoundedInWork) {
  EXPECT_EQ(outcome("[1,2,3]", "@this" + repeated(60, "|[@this,@this]")), kWork);
  EXPECT_EQ(outcome(R"(["\\\\"])", "@tostr" + repeated(60, "|@tostr")), kWork);
  const std::string indent = R"(@pretty:{"indent":")" + std::string(60'000, ' ') + R"("})";
  EXPECT_EQ(outcome(repeated(200, "[{\"a\":") + "1" + repeated(200, "}]"), indent).substr(0, 12), "over budget:");
  EXPECT_EQ(
      outcome("{" + repeated(20, "\"" + std::string(2000, 'a') + "\":1,") + "}", "*" + std::string(1000, 'a') + "b"),
      kWork);
  EXPECT_EQ(outcome(R"({")" + std::string(20'000, 'a') + R"(":1})", "*a*a*a*a*a*a*a*a*b"), "nothing");
}

}  // namespace
}  // namespace rotor::gjson
