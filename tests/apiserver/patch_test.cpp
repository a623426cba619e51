#include "apiserver/patch/patch.hpp"

#include <gtest/gtest.h>

namespace rotor::apiserver::patch {
namespace {

json::Value value(std::string_view text) { return json::parse(text).value(); }
json::Object object(std::string_view text) { return value(text).as_object(); }

TEST(MergePatch, FollowsTheExamplesOfRfc7396) {
  static constexpr std::string_view kCases[][3] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {R"({"a":"foo"})", R"(null)", R"(null)"},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"}};
  for (const auto& [target, patch, expected] : kCases) {
    json::Value out = value(target);
    json_merge_patch(out, value(patch));
    EXPECT_EQ(out, value(expected)) << target << " + " << patch;
  }
}

TEST(JsonPatch, AppliesOperationsInOrder) {
  static constexpr std::string_view kCases[][3] = {
      {R"({"foo":"bar"})", R"([{"op":"add","path":"/baz","value":"qux"}])", R"({"foo":"bar","baz":"qux"})"},
      {R"({"foo":["bar","baz"]})", R"([{"op":"add","path":"/foo/1","value":"qux"}])", R"({"foo":["bar","qux","baz"]})"},
      {R"({"foo":["bar","qux","baz"]})", R"([{"op":"remove","path":"/foo/1"}])", R"({"foo":["bar","baz"]})"},
      {R"({"foo":{"bar":1},"qux":{}})", R"([{"op":"move","from":"/foo/bar","path":"/qux/thud"}])",
       R"({"foo":{},"qux":{"thud":1}})"},
      {R"({"a/b":1,"m~n":2})", R"([{"op":"test","path":"/a~1b","value":1},{"op":"replace","path":"/m~0n","value":3}])",
       R"({"a/b":1,"m~n":3})"},
      {R"({"a":1})", R"([{"op":"replace","path":"","value":{"b":2}}])", R"({"b":2})"},
      {R"({"a":{"b":1}})", R"([{"op":"copy","from":"/a","path":"/c"},{"op":"replace","path":"/a/b","value":2}])",
       R"({"a":{"b":2},"c":{"b":1}})"},
      {R"({"a":[1,2]})", R"([{"op":"add","path":"/a/-","value":3}])", R"({"a":[1,2,3]})"}};
  for (const auto& [target, patch, expected] : kCases) {
    const auto out = json_patch(value(target), value(patch));
    ASSERT_TRUE(out.has_value()) << patch;
    EXPECT_EQ(*out, value(expected)) << patch;
  }
}

TEST(JsonPatch, RefusesWhatDoesNotFit) {
  static constexpr std::string_view kPatches[] = {R"([{"op":"remove","path":"/nope"}])",
                                                  R"([{"op":"test","path":"/a","value":2}])",
                                                  R"([{"op":"add","path":"/x/y","value":1}])",
                                                  R"([{"op":"add","path":"/list/9","value":1}])",
                                                  R"([{"op":"move","from":"/nope","path":"/b"}])",
                                                  R"([{"op":"spin","path":"/a"}])",
                                                  R"([{"path":"/a"}])",
                                                  R"([{"op":"remove","path":"a"}])",
                                                  R"([{"op":"remove","path":"/list/x"}])",
                                                  R"([{"op":"add","path":"","value":{}}])",
                                                  R"([{"op":"replace","path":"","value":5}])"};
  for (const std::string_view patch : kPatches) {
    const auto out = json_patch(value(R"({"a":1,"list":[1]})"), value(patch));
    ASSERT_FALSE(out.has_value()) << patch;
    EXPECT_EQ(out.error().code, 422) << patch;
  }
  EXPECT_EQ(json_patch(value("{}"), value("{}")).error().code, 400);
  EXPECT_EQ(json_patch(value("{}"), value("[1]")).error().code, 400);
}

TEST(StrategicMerge, DoesNotShowSecretsInRefusals) {
  const auto out =
      strategic_merge_patch(object(R"({"data":{"a":"Y2FuYXJ5"}})"),
                            object(R"({"data":{"$patch":"bogus","b":"Y2FuYXJ5"}})"), *schema::builtin("v1", "Secret"));
  ASSERT_FALSE(out.has_value());
  EXPECT_EQ(out.error().message.find("Y2FuYXJ5"), std::string::npos);
}

TEST(Apply, DoesNotShowSecretsInRefusals) {
  const auto out =
      apply(*schema::builtin("v1", "Secret"), nullptr,
            object(R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"x"},"data":{"a":123456789}})"),
            {.manager = "m", .now = "t"}, false);
  ASSERT_FALSE(out.has_value());
  EXPECT_EQ(out.error().message.find("123456789"), std::string::npos);
}

TEST(DefaultManager, IsTheFirstWordOfTheUserAgent) {
  EXPECT_EQ(default_manager("kubectl/v1.36.3 (linux/amd64)"), "kubectl");
  EXPECT_EQ(default_manager("plain"), "plain");
  EXPECT_EQ(default_manager(std::string(200, 'a')).size(), 128U);
}

}  // namespace
}  // namespace rotor::apiserver::patch
