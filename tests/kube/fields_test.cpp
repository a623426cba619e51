#include "kube/object/fields.hpp"

#include <gtest/gtest.h>

namespace rotor::kube {
namespace {

FieldSet set(std::string_view text) {
  auto parsed = FieldSet::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : FieldSet();
}

std::vector<std::string> shown(const std::vector<Path>& paths) {
  std::vector<std::string> out;
  for (const Path& path : paths) out.push_back(display(path));
  return out;
}

using Strings = std::vector<std::string>;
PathElement f(std::string_view name) { return PathElement::field(name); }

constexpr std::string_view kPod =
    R"({"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:image":{},"f:name":{}}}}})";

TEST(FieldSet, ReadsAndWritesTheSameText) { EXPECT_EQ(set(kPod).text(), kPod); }

TEST(FieldSet, NamesEveryMemberByItsPath) {
  EXPECT_EQ(shown(set(kPod).paths()),
            (Strings{".metadata.labels", ".metadata.labels.app", R"(.spec.containers[name="a"])",
                     R"(.spec.containers[name="a"].image)", R"(.spec.containers[name="a"].name)"}));
}

TEST(FieldSet, NamesLeavesOnly) {
  EXPECT_EQ(shown(set(kPod).leaf_paths()), (Strings{".metadata.labels.app", R"(.spec.containers[name="a"].image)",
                                                    R"(.spec.containers[name="a"].name)"}));
}

TEST(FieldSet, TakesAnEmptyNodeForAMember) {
  const FieldSet s = set(R"({"f:data":{}})");
  EXPECT_TRUE(s.contains({f("data")}));
  EXPECT_EQ(s.size(), 1U);
}

TEST(FieldSet, DoesNotTakeANodeWithChildrenForAMember) {
  const FieldSet s = set(R"({"f:data":{"f:a":{}}})");
  EXPECT_FALSE(s.contains({f("data")}));
  EXPECT_TRUE(s.contains({f("data"), f("a")}));
  EXPECT_FALSE(s.contains({f("data"), f("b")}));
  EXPECT_FALSE(s.contains({}));
}

TEST(FieldSet, WritesElementsInTheApiServersOrder) {
  const FieldSet s = set(
      R"({"i:10":{},"i:9":{},"v:true":{},"v:\"b\"":{},"v:10":{},"v:9":{},"k:{\"port\":443,\"protocol\":\"TCP\"}":{},)"
      R"("k:{\"port\":80,\"protocol\":\"TCP\"}":{},"f:b":{},"f:a":{}})");
  EXPECT_EQ(
      s.text(),
      R"({"f:a":{},"f:b":{},"k:{\"port\":80,\"protocol\":\"TCP\"}":{},"k:{\"port\":443,\"protocol\":\"TCP\"}":{},)"
      R"("v:9":{},"v:10":{},"v:\"b\"":{},"v:true":{},"i:9":{},"i:10":{}})");
}

TEST(FieldSet, TakesListKeysInAnyOrderForTheSame) {
  EXPECT_EQ(set(R"({"k:{\"b\":1,\"a\":2}":{}})"), set(R"({"k:{\"a\":2,\"b\":1}":{}})"));
  EXPECT_EQ(set(R"({"k:{\"b\":1,\"a\":2}":{}})").text(), R"({"k:{\"a\":2,\"b\":1}":{}})");
}

TEST(FieldSet, LeavesOutElementsOfAnUnknownSort) {
  EXPECT_EQ(set(R"({"x:1":{"f:a":{}},"f:b":{}})").text(), R"({"f:b":{}})");
}

class BadFieldSet : public testing::TestWithParam<const char*> {};
TEST_P(BadFieldSet, IsRefused) {
  const auto parsed = FieldSet::parse(GetParam());
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, Code::kInvalid);
}
INSTANTIATE_TEST_SUITE_P(Cases, BadFieldSet,
                         testing::Values("", "[]", "1", R"({"f:a":1})", R"({"":{}})", R"({"k:[]":{}})", R"({"k:{":{}})",
                                         R"({"v:":{}})", R"({"i:x":{}})", R"({"i:1x":{}})", R"({"f:a":{"f:b":[]}})"));

TEST(FieldSet, Unites) {
  EXPECT_EQ(set(R"({"f:a":{"f:x":{}},"f:b":{}})").united(set(R"({"f:a":{".":{},"f:y":{}},"f:c":{}})")).text(),
            R"({"f:a":{".":{},"f:x":{},"f:y":{}},"f:b":{},"f:c":{}})");
  EXPECT_EQ(FieldSet().united(set(kPod)), set(kPod));
}

TEST(FieldSet, Intersects) {
  EXPECT_EQ(set(R"({"f:a":{".":{},"f:x":{},"f:y":{}},"f:b":{}})")
                .intersection(set(R"({"f:a":{"f:y":{},"f:z":{}},"f:b":{"f:q":{}}})"))
                .text(),
            R"({"f:a":{"f:y":{}}})");
}

TEST(FieldSet, TakesTheDifferenceOfMembers) {
  EXPECT_EQ(set(R"({"f:a":{".":{},"f:x":{}},"f:b":{}})").difference(set(R"({"f:a":{},"f:b":{}})")).text(),
            R"({"f:a":{"f:x":{}}})");
}

TEST(FieldSet, TakesTheDifferenceWithAllThatIsBelow) {
  EXPECT_EQ(set(R"({"f:a":{".":{},"f:x":{}},"f:b":{"f:c":{},"f:d":{}}})")
                .recursive_difference(set(R"({"f:a":{},"f:b":{"f:c":{}}})"))
                .text(),
            R"({"f:b":{"f:d":{}}})");
}

TEST(FieldSet, InsertsAndRemovesSinglePaths) {
  FieldSet s;
  s.insert({f("spec"), f("replicas")});
  s.insert({f("spec")});
  s.insert({f("metadata"), f("labels"), f("a")});
  EXPECT_EQ(s.text(), R"({"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{".":{},"f:replicas":{}}})");
  s.remove({f("metadata"), f("labels"), f("a")});
  s.remove({f("spec"), f("absent")});
  EXPECT_EQ(s.text(), R"({"f:spec":{".":{},"f:replicas":{}}})");
}

TEST(FieldSet, BuildsWhileWalking) {
  FieldSet s;
  FieldSet& data = s.make_below(f("data"));
  data.insert(f("b"));
  data.insert(f("a"));
  data.insert(f("a"));
  EXPECT_EQ(s.text(), R"({"f:data":{"f:a":{},"f:b":{}}})");
  ASSERT_NE(s.below(f("data")), nullptr);
  EXPECT_EQ(s.below(f("data"))->size(), 2U);
  EXPECT_EQ(s.below(f("other")), nullptr);
}

TEST(FieldSet, ShowsPathsAsConflictMessagesDo) {
  const Path path = {f("spec"), f("ports"), PathElement::key({{"port", 80}, {"protocol", "TCP"}}), f("x")};
  EXPECT_EQ(display(path), R"(.spec.ports[port=80,protocol="TCP"].x)");
  EXPECT_EQ(display({f("finalizers"), PathElement::value("a/b")}), R"(.finalizers[="a/b"])");
  EXPECT_EQ(display({f("l"), PathElement::index(3)}), ".l[3]");
}

}  // namespace
}  // namespace rotor::kube
