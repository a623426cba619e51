#include "template/language/fault.hpp"

#include <gtest/gtest.h>

#include "template/apply.hpp"
#include "template/rewrite.hpp"
#include "tests/template/render.hpp"

namespace rotor::tmpl {
namespace {

using Kind = Fault::Kind;

struct FaultCase {
  std::string_view text;
  int line;
  std::size_t column;
  std::string_view what;
  Kind kind = Kind::kOther;
  std::string_view subject = "";
};
void PrintTo(const FaultCase& c, std::ostream* out) { *out << c.text; }
class Faults : public testing::TestWithParam<FaultCase> {};

std::shared_ptr<const Fault> fault_of(std::string_view text) {
  const auto parsed = Template::parse("t", text);
  if (!parsed) return parsed.error().fault;
  Map data;
  data.emplace("a", Value::text("canary"));
  const auto rendered = parsed->render(Value::map(std::move(data), Type::kStringMap), fixed_environment());
  return rendered ? nullptr : rendered.error().fault;
}

TEST_P(Faults, SayWhereAndWhatAsData) {
  const FaultCase& c = GetParam();
  const auto fault = fault_of(c.text);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->name, "t");
  EXPECT_EQ(fault->line, c.line);
  EXPECT_EQ(fault->column, c.column);
  EXPECT_EQ(fault->what, c.what);
  EXPECT_EQ(fault->kind, c.kind);
  EXPECT_EQ(fault->subject, c.subject);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Faults,
    testing::Values(
        FaultCase{"x\n {{ .nope }}", 2, 4, "map has no entry for key \"nope\"", Kind::kMissingKey, "nope"},
        FaultCase{"{{ $d := dict }}{{ $d.b }}", 1, 19, "map has no entry for key \"b\"", Kind::kMissingMember, "b"},
        FaultCase{"{{ .a.b }}", 1, 3, "can't evaluate field b in type string", Kind::kNoFields, "b"},
        FaultCase{"\n{{ .a | nope }}", 2, 8, "function \"nope\" not defined", Kind::kUnknownFunction, "nope"},
        FaultCase{"{{ .a }} {{ $x }}", 1, 12, "undefined variable \"$x\""},
        FaultCase{"a {{ .a", 1, 2, "unclosed action"}, FaultCase{"{{ if .a }}\nx", 1, 0, "unexpected EOF"},
        FaultCase{"a {{ end }}", 1, 5, "unexpected {{end}}"}, FaultCase{"{{ .a-b }}", 1, 5, "bad character U+002D '-'"},
        FaultCase{"ab {{ \"x }}", 1, 6, "unterminated quoted string"},
        FaultCase{"{{ (.a }}", 1, 0, "unclosed left paren"}, FaultCase{"{{ }}", 1, 0, "missing value for command"},
        FaultCase{"{{ .a = }}", 1, 6, "unexpected \"=\" in operand"},
        FaultCase{"{{ 1a }}", 1, 3, "bad number syntax: \"1a\""},
        FaultCase{"{{ \"\\q\" }}", 1, 4,
                  "invalid syntax: \\q is no escape: write \\\\q, or put the text between backquotes"},
        FaultCase{"{{ repeat .a 2 }}", 1, 10, "wrong type for value; expected int; got string"}));

TEST(Faults, ComeThroughAWholeTemplateWithTheStepsInFront) {
  TemplateSpec spec;
  spec.from.push_back({.key = "conf", .text = SecretBytes("one\n{{ .nope }}"), .target = "", .decoding = ""});
  SecretParts parts;
  const auto applied = apply_to_secret(spec, {}, fixed_environment(), {}, parts);
  ASSERT_FALSE(applied);
  ASSERT_TRUE(applied.error().error.fault);
  EXPECT_EQ(applied.error().error.fault->name, "conf");
  EXPECT_EQ(applied.error().error.fault->line, 2);
  EXPECT_EQ(applied.error().error.message,
            "unable to execute template at key conf: unable to execute template at key conf: template: conf:2:3: "
            "executing \"conf\" at <.nope>: map has no entry for key \"nope\"");
}

TEST(Faults, AreNoneWhereNoTemplateIsWrong) {
  TemplateSpec spec;
  spec.engine_version = "v1";
  SecretParts parts;
  const auto applied = apply_to_secret(spec, {}, fixed_environment(), {}, parts);
  ASSERT_FALSE(applied);
  EXPECT_FALSE(applied.error().error.fault);
}

TEST(Faults, OfARewriteNameTheOperation) {
  SecretMap values;
  values.emplace("k", SecretBytes("v"));
  const auto rewritten =
      rewrite({RewriteRegexp{"a", "b"}, RewriteTransform{"{{ .value }}{{ fail \"x\" }}"}}, values, fixed_environment());
  ASSERT_FALSE(rewritten);
  EXPECT_EQ(rewritten.error().operation, 1U);
  ASSERT_TRUE(rewritten.error().fault);
  EXPECT_EQ(rewritten.error().fault->name, "transform");
  EXPECT_EQ(rewritten.error().fault->column, 15U);
  const auto merged = rewrite({RewriteMerge{}}, values, fixed_environment());
  ASSERT_FALSE(merged);
  EXPECT_EQ(merged.error().operation, 0U);
  EXPECT_FALSE(merged.error().fault);
}

}  // namespace
}  // namespace rotor::tmpl
