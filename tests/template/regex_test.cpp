#include "template/go/regex.hpp"

#include <gtest/gtest.h>

#include "tests/template/vectors.hpp"

namespace rotor::tmpl {
namespace {

using Pieces = std::vector<std::string_view>;

TEST(Regex, PassesEveryVectorOfFindByName) {
  std::size_t count = 0;
  for (const json::Object& v : test::vectors("find")) {
    ++count;
    SCOPED_TRACE(test::text(v, "id") + " " + test::text(v, "regexp"));
    const auto re = Regex::compile(test::text(v, "regexp"));
    ASSERT_EQ(!re.has_value(), v.contains("error")) << (re ? "" : re.error().message);
    if (!re) continue;
    for (const auto& m : v.at("expected").as_object()) EXPECT_EQ(re->matches(m.key()), m.value().as_bool()) << m.key();
  }
  EXPECT_GT(count, 100U);
}

struct ReplaceCase {
  std::string_view pattern;
  std::string_view text;
  std::string_view replacement;
  std::string_view expected;
};

class RegexReplace : public testing::TestWithParam<ReplaceCase> {};

TEST_P(RegexReplace, ExpandsAsGo) {
  const auto re = Regex::compile(GetParam().pattern);
  ASSERT_TRUE(re) << re.error().message;
  RegexBudget budget;
  EXPECT_EQ(re->replace_all(GetParam().text, GetParam().replacement, budget), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, RegexReplace,
    testing::Values(ReplaceCase{"(.*)", "foo", "new-$1", "new-foo"}, ReplaceCase{"^", "x", "app/", "app/x"},
                    ReplaceCase{"x*", "abc", "-", "-a-b-c-"}, ReplaceCase{"(.)", "ab", "$1_x", ""},
                    ReplaceCase{"(.)", "ab", "${1}_x", "a_xb_x"}, ReplaceCase{"a", "aa", "$$", "$$"},
                    ReplaceCase{"a", "a", "$", "$"}, ReplaceCase{"a", "a", "${x", "${x"},
                    ReplaceCase{"a", "a", "$9", ""}, ReplaceCase{"(?<n>b)", "abc", "[$n]", "a[b]c"},
                    ReplaceCase{"(?P<n>b)", "abc", "[${n}]", "a[b]c"}, ReplaceCase{"(a)|(b)", "ab", "<$1$2>", "<a><b>"},
                    ReplaceCase{"", "é😀", "-", "-é-😀-"}, ReplaceCase{"a", "a", "\\1", "\\1"},
                    ReplaceCase{".", "a\xff", "x", "xx"},
                    ReplaceCase{"a",
                                "\xff"
                                "a\xfe",
                                "b",
                                "\xff"
                                "b\xfe"}));

TEST(Regex, FindsAndSplitsAsGo) {
  RegexBudget budget;
  EXPECT_EQ(Regex::compile("a*")->find_all("baac", -1, budget), (Pieces{"", "aa", ""}));
  EXPECT_EQ(Regex::compile("a")->find_all("aaa", 2, budget), (Pieces{"a", "a"}));
  EXPECT_EQ(Regex::compile("a")->split("banana", -1, budget), (Pieces{"b", "n", "n", ""}));
  EXPECT_EQ(Regex::compile("a")->split("banana", 2, budget), (Pieces{"b", "nana"}));
  EXPECT_EQ(Regex::compile("a")->split("banana", 0, budget), Pieces{});
  EXPECT_EQ(Regex::compile("a")->split("", -1, budget), Pieces{""});
  EXPECT_EQ(Regex::compile("")->split("é😀", -1, budget), (Pieces{"é", "😀"}));
  EXPECT_EQ(Regex::compile("z*")->split("azb", -1, budget), (Pieces{"a", "b"}));
  EXPECT_EQ(Regex::compile("a.")->replace_all_literal("abac", "$1", budget), "$1$1");
}

TEST(Regex, SpellsPropertiesAndGroupsForRe2) {
  for (const std::string_view pattern :
       {R"(\p{greek})", R"(\p{Letter})", R"([\p{uppercase letter}_])", R"(\p{ASCII})", R"([^\P{ascii}])", R"(\p{LC})",
        R"(\P{Assigned})", R"(\p{OLD-ITALIC})", R"(\pL)", R"(\Q(?<x\E)", R"([(?<a]b)", R"((?<année>x))"}) {
    const auto re = Regex::compile(pattern);
    if (pattern.find("année") == std::string_view::npos) EXPECT_TRUE(re) << pattern << " " << re.error().message;
  }
  EXPECT_TRUE(Regex::compile(R"(^\p{Lowercase_Letter}+$)")->matches("é"));
  EXPECT_FALSE(Regex::compile(R"(^\P{ASCII}+$)")->matches("aé"));
}

TEST(Regex, RefusesWhatGoRefuses) {
  EXPECT_EQ(Regex::compile("[").error().message, "error parsing regexp: missing closing ]: `[`");
  EXPECT_EQ(Regex::compile("\\C").error().message, "error parsing regexp: invalid escape sequence: `\\C`");
  for (const std::string_view pattern :
       {"(?=a)", "(?<!a)", "(?<=a)", "(a)\\1", "a**", "a{1001}", "(?>a)", "(?#x)", "\\p{NoSuch}", "a\xff"}) {
    EXPECT_FALSE(Regex::compile(pattern)) << pattern;
  }
  EXPECT_FALSE(Regex::compile(std::string(70'000, 'a')));
}

}  // namespace
}  // namespace rotor::tmpl
