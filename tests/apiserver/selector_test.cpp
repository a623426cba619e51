#include "apiserver/registry/selector.hpp"

#include <gtest/gtest.h>

namespace rotor::apiserver {
namespace {

json::Object object(std::string_view text) { return json::parse(text).value().get_object(); }

struct LabelCase {
  std::string_view selector;
  std::string_view labels;
  bool matches;
};

class LabelSelectorMatches : public testing::TestWithParam<LabelCase> {};

TEST_P(LabelSelectorMatches, AsTheApiServerDoes) {
  const auto selector = LabelSelector::parse(GetParam().selector);
  ASSERT_TRUE(selector.has_value()) << selector.error().message;
  json::Object o;
  o["metadata"] = json::Object{{"labels", json::parse(GetParam().labels).value()}};
  EXPECT_EQ(selector->matches(o), GetParam().matches) << GetParam().selector;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, LabelSelectorMatches,
    testing::Values(LabelCase{"", R"({})", true}, LabelCase{"a=b", R"({"a":"b"})", true},
                    LabelCase{"a==b", R"({"a":"b"})", true}, LabelCase{"a=b", R"({"a":"c"})", false},
                    LabelCase{"a=b", R"({})", false}, LabelCase{"a!=b", R"({"a":"c"})", true},
                    LabelCase{"a!=b", R"({})", true}, LabelCase{"a!=b", R"({"a":"b"})", false},
                    LabelCase{"a in (b, c)", R"({"a":"c"})", true}, LabelCase{"a in (b,c)", R"({"a":"d"})", false},
                    LabelCase{"a in ()", R"({"a":""})", true}, LabelCase{"a notin (b)", R"({})", true},
                    LabelCase{"a notin (b)", R"({"a":"b"})", false}, LabelCase{"a", R"({"a":""})", true},
                    LabelCase{"a", R"({})", false}, LabelCase{"!a", R"({})", true},
                    LabelCase{"!a", R"({"a":"x"})", false}, LabelCase{"n>5", R"({"n":"6"})", true},
                    LabelCase{"n > 5", R"({"n":"5"})", false}, LabelCase{"n<5", R"({"n":"x"})", false},
                    LabelCase{"a=", R"({"a":""})", true}, LabelCase{"x/y-z=1,!b", R"({"x/y-z":"1"})", true},
                    LabelCase{"a=b,c=d", R"({"a":"b"})", false}));

struct BadSelector {
  std::string_view text;
  std::string_view message;
};

TEST(LabelSelector, RefusesWithTheServersWords) {
  const BadSelector cases[] = {
      {"a!", "unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"},
      {"a in b", "unable to parse requirement: found 'b' expected: '('"},
      {"a,", "unable to parse requirement: found '', expected: identifier after ','"},
      {"=b", "unable to parse requirement: found '=', expected: identifier"},
  };
  for (const BadSelector& one : cases) {
    const auto selector = LabelSelector::parse(one.text);
    ASSERT_FALSE(selector.has_value()) << one.text;
    EXPECT_EQ(selector.error().code, 400);
    EXPECT_EQ(selector.error().message, one.message);
  }
  EXPECT_FALSE(LabelSelector::parse("a=b c").has_value());
  EXPECT_FALSE(LabelSelector::parse("-a=b").has_value());
  EXPECT_FALSE(LabelSelector::parse("a=-b").has_value());
  EXPECT_FALSE(LabelSelector::parse("n>x").has_value());
}

TEST(FieldSelector, ComparesNestedFieldsAsText) {
  const auto o = object(R"({"metadata":{"name":"x","namespace":"n"},"spec":{"target":{"name":"t"},"on":true,"n":3}})");
  const auto matches = [&](std::string_view text) { return FieldSelector::parse(text).value().matches(o); };
  EXPECT_TRUE(matches("metadata.name=x"));
  EXPECT_TRUE(matches("metadata.name==x,spec.target.name!=u"));
  EXPECT_FALSE(matches("metadata.name!=x"));
  EXPECT_TRUE(matches("spec.on=true"));
  EXPECT_TRUE(matches("spec.n=3"));
  EXPECT_TRUE(matches("spec.absent="));
  EXPECT_FALSE(matches("spec.absent=x"));
}

TEST(FieldSelector, UnescapesValues) {
  const auto o = object(R"({"metadata":{"name":"a,b=c"}})");
  EXPECT_TRUE(FieldSelector::parse(R"(metadata.name=a\,b\=c)").value().matches(o));
}

TEST(FieldSelector, RefusesWhatTheKindDoesNotOffer) {
  const auto selector = FieldSelector::parse("spec.x=1").value();
  const auto checked = selector.check({"spec.y"}, true);
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().message, "field label not supported: spec.x");
  EXPECT_TRUE(selector.check({"spec.x"}, true).has_value());
  EXPECT_FALSE(FieldSelector::parse("metadata.namespace=a").value().check({}, false).has_value());
}

TEST(FieldSelector, RefusesTermsWithoutOperator) {
  const auto selector = FieldSelector::parse("spec.x");
  ASSERT_FALSE(selector.has_value());
  EXPECT_EQ(selector.error().message, "invalid selector: 'spec.x'; can't understand 'spec.x'");
}

}  // namespace
}  // namespace rotor::apiserver
