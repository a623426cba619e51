// Hostile templates stop with an error that says why.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/template/render.hpp"

namespace rotor::tmpl {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(TemplateLimits, EndlessRecursionOfTemplates) {
  EXPECT_THAT(shown(R"({{define "t"}}{{template "t" .}}{{end}}{{template "t" .}})"),
              HasSubstr("exceeded maximum template depth"));
}

TEST(TemplateLimits, DeepButFiniteRecursionWorks) {
  EXPECT_EQ(
      shown(R"({{define "t"}}{{if gt . 0}}{{template "t" (sub . 1)}}{{else}}end{{end}}{{end}}{{template "t" 3000}})"),
      "end");
}

TEST(TemplateLimits, NestedParenthesesBeyondTenThousand) {
  const std::string deep = "{{" + std::string(9000, '(') + "1" + std::string(9000, ')') + "}}";
  EXPECT_EQ(shown(deep), "1");
  const std::string deeper = "{{" + std::string(10001, '(') + "1" + std::string(10001, ')') + "}}";
  EXPECT_THAT(shown(deeper), HasSubstr("max expression depth exceeded"));
}

TEST(TemplateLimits, NestedBlocks) {
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "{{if true}}";
  deep += "x";
  for (int i = 0; i < 5000; ++i) deep += "{{end}}";
  EXPECT_EQ(shown(deep), "x");
}

TEST(TemplateLimits, EndlessLoops) {
  RenderOptions small;
  small.limits.steps = 10'000;
  EXPECT_THAT(shown("{{range 9223372036854775807}}{{end}}", {}, small), HasSubstr("step limit"));
}

TEST(TemplateLimits, HugeResultsOfFunctions) {
  EXPECT_THAT(shown(R"({{repeat 1000000000 "x"}})"), StartsWith("error: "));
  EXPECT_THAT(shown("{{until 2000000000}}"), StartsWith("error: "));
  EXPECT_THAT(shown("{{seq 1 2000000000}}"), StartsWith("error: "));
  EXPECT_THAT(shown(R"({{indent 1000000000 "x"}})"), StartsWith("error: "));
  RenderOptions small;
  small.limits.output = 1'000'000;
  EXPECT_THAT(shown(R"({{range 100}}{{printf "%100000d" 1}}{{end}})", {}, small), HasSubstr("output is too large"));
}

TEST(TemplateLimits, ValuesThatContainThemselves) {
  EXPECT_THAT(shown(R"({{$d := dict}}{{$_ := set $d "a" $d}}{{$_ := set $d "b" $d}}{{$d}})"),
              HasSubstr("nested too deeply"));
  EXPECT_EQ(shown(R"({{$d := dict}}{{$_ := set $d "a" $d}}{{toJson $d}})"), "");
  EXPECT_THAT(shown(R"({{$d := dict}}{{$_ := set $d "a" $d}}{{deepCopy $d}})"), HasSubstr("nests too deeply"));
}

TEST(TemplateLimits, ListsNestedByALoopAreDroppedWithoutRecursion) {
  EXPECT_EQ(shown("{{$x := list}}{{range 100000}}{{$x = list $x}}{{end}}ok"), "ok");
}

TEST(TemplateLimits, DoublingValues) {
  RenderOptions small;
  small.limits.output = 1'000'000;
  EXPECT_THAT(shown("{{$x := list 1}}{{range 40}}{{$x = list $x $x}}{{end}}{{$x}}", {}, small), StartsWith("error: "));
}

TEST(TemplateErrors, NeverCarryValues) {
  const std::map<std::string, std::string> data = {{"k", "hunter2"}};
  for (const char* text :
       {"{{fail .k}}", "{{.k.x}}", "{{index .k 99}}", "{{mustToDate \"2006\" .k}}", "{{mustFromJson .k}}",
        "{{semver .k}}", "{{urlParse (printf \"http://%s/%%zz\" .k)}}", "{{atoi .k | repeat .k}}", "{{.k | 1}}",
        "{{eq .k 1}}", "{{range .k}}{{end}}", "{{dig .k 1}}", "{{semverCompare .k \"1\"}}", "{{slice .k}}"}) {
    const std::string got = shown(text, data);
    EXPECT_THAT(got, StartsWith("error: ")) << text;
    EXPECT_THAT(got, testing::Not(HasSubstr("hunter2"))) << text;
  }
}

TEST(TemplateErrors, FailShowsAMessageWrittenInTheTemplate) {
  EXPECT_THAT(shown(R"({{fail "no user"}})"), testing::EndsWith("error calling fail: no user"));
  EXPECT_THAT(shown(R"({{printf "no %s" "user" | fail}})"), testing::EndsWith("error calling fail: no user"));
}

}  // namespace
}  // namespace rotor::tmpl
