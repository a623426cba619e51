#include "openclaw/apply_diff.hpp"

#include <gtest/gtest.h>

#include "kube/object/object.hpp"

namespace rotor::openclaw::test {

// A list of every sort, keyed as its description says.
struct Sample {
  std::vector<json::Raw> env, mounts, ports, atomic;
};
struct Whole {
  kube::ObjectMeta metadata;
  std::optional<Sample> spec;
};

}  // namespace rotor::openclaw::test

namespace rotor::json {
using openclaw::test::Sample;
using openclaw::test::Whole;

ROTOR_DESCRIBED(Sample);
ROTOR_DESCRIBED(Whole);
ROTOR_DESCRIBE(Sample, "", field<&Sample::env>("env", {.list_map_key = "name"}),
               field<&Sample::mounts>("mounts", {.list_map_key = "mountPath"}),
               field<&Sample::ports>("ports", {.list_map_key = "port,protocol"}), field<&Sample::atomic>("atomic"));
ROTOR_DESCRIBE(Whole, "", field<&Whole::metadata>("metadata"), field<&Whole::spec>("spec"));

}  // namespace rotor::json

namespace rotor::openclaw {
namespace {

const json::Type& sample() { return json::type_of<test::Sample>(); }
const json::Type& whole() { return json::type_of<test::Whole>(); }

json::Value doc(std::string_view text) { return *json::parse(text); }

struct ContainsCase {
  const char* live;
  const char* desired;
  bool contained;
};
class Contains : public testing::TestWithParam<ContainsCase> {};

TEST_P(Contains, AsExpected) {
  EXPECT_EQ(contains(sample(), doc(GetParam().live), doc(GetParam().desired)), GetParam().contained)
      << GetParam().live << " against " << GetParam().desired;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Contains,
    testing::Values(
        ContainsCase{R"({"a":1,"b":2})", R"({"a":1})", true}, ContainsCase{R"({"a":1})", R"({"a":2})", false},
        ContainsCase{R"({"a":"1"})", R"({"a":1})", false}, ContainsCase{R"({})", R"({"a":{"b":1}})", false},
        ContainsCase{R"({})", R"({"a":null})", true}, ContainsCase{R"({})", R"({"a":false})", false},
        ContainsCase{R"({})", R"({"a":0})", false}, ContainsCase{R"({})", R"({"a":""})", false},
        ContainsCase{R"({})", R"({"a":{}})", false}, ContainsCase{R"({})", R"({"a":[]})", false},
        ContainsCase{R"({"a":false})", R"({"a":false})", true}, ContainsCase{R"({"a":true})", R"({"a":false})", false},
        ContainsCase{R"({"atomic":["a","b"]})", R"({"atomic":["a"]})", false},
        ContainsCase{R"({"atomic":["a","b"]})", R"({"atomic":["a","b"]})", true},
        ContainsCase{R"({"env":[{"name":"x","v":1},{"name":"y"}]})", R"({"env":[{"name":"y"}]})", true},
        ContainsCase{R"({"env":[{"name":"x"},{"name":"y"}]})", R"({"env":[{"name":"y"},{"name":"x"}]})", false},
        ContainsCase{R"({"env":[{"name":"x","v":1}]})", R"({"env":[{"name":"x","v":2}]})", false},
        ContainsCase{R"({"mounts":[{"mountPath":"/a","name":"d"},{"mountPath":"/b","name":"d"}]})",
                     R"({"mounts":[{"mountPath":"/b","name":"d"}]})", true},
        ContainsCase{R"({"ports":[{"port":1,"protocol":"TCP"},{"port":1,"protocol":"UDP","x":1}]})",
                     R"({"ports":[{"port":1,"protocol":"UDP","x":1}]})", true},
        ContainsCase{R"({"atomic":[{"secretRef":{"name":"a"}}]})", R"({"atomic":[{"secretRef":{"name":"b"}}]})", false},
        // Without keys a list is one value, whatever its items look like.
        ContainsCase{R"({"atomic":[{"name":"x"},{"name":"y"}]})", R"({"atomic":[{"name":"y"}]})", false},
        ContainsCase{R"({"other":[{"name":"x"},{"name":"y"}]})", R"({"other":[{"name":"y"}]})", false},
        // The keys count that the description names, not every member that could be one.
        ContainsCase{R"({"ports":[{"name":"a","port":1},{"name":"a","port":2}]})",
                     R"({"ports":[{"name":"a","port":2}]})", true},
        ContainsCase{R"({"ports":[{"port":1,"protocol":"TCP"}]})", R"({"ports":[{"port":1,"protocol":"UDP"}]})", false},
        // The API server fills in the part of a key that is left out.
        ContainsCase{R"({"ports":[{"port":1,"protocol":"TCP"},{"port":2,"protocol":"TCP"}]})",
                     R"({"ports":[{"port":2}]})", true}));

constexpr std::string_view kLive = R"({"metadata":{"name":"x","labels":{"a":"1","foreign":"2"},"managedFields":[
  {"manager":"kubectl","operation":"Update","fieldsV1":{"f:metadata":{"f:labels":{"f:foreign":{}}}}},
  {"manager":"us","operation":"Apply","subresource":"status","fieldsV1":{"f:status":{}}},
  {"manager":"us","operation":"Apply","fieldsV1":{"f:metadata":{"f:labels":{"f:a":{}}},
    "f:spec":{"f:env":{"k:{\"name\":\"E\"}":{".":{},"f:name":{},"f:value":{}}}}}}]},
  "spec":{"env":[{"name":"E","value":"1"},{"name":"INJECTED","value":"z"}],"defaulted":true}})";

bool changes(std::string_view desired, std::string_view manager = "us") {
  return apply_changes(whole(), doc(kLive), doc(desired), owned_fields(doc(kLive), manager));
}

TEST(ApplyChanges, NotWhenEverythingIsThereAndOthersAddedMore) {
  EXPECT_FALSE(changes(R"({"metadata":{"name":"x","labels":{"a":"1"}},"spec":{"env":[{"name":"E","value":"1"}]}})"));
}

// What we applied and the API server left out stays in what we own; what somebody removes leaves it.
struct AbsentCase {
  const char* owned;
  const char* desired;
  bool contained;
};
class AbsentEmptyValue : public testing::TestWithParam<AbsentCase> {};

TEST_P(AbsentEmptyValue, IsNoDifferenceOnlyWhereWeOwnIt) {
  const auto owned = kube::FieldSet::parse(GetParam().owned);
  const json::Value live = doc(R"({"o":{"x":1},"env":[{"name":"a","v":1}],"atomic":[{"key":"k"}]})");
  EXPECT_EQ(contains(sample(), live, doc(GetParam().desired), *owned), GetParam().contained)
      << GetParam().owned << " and " << GetParam().desired;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, AbsentEmptyValue,
    testing::Values(
        AbsentCase{R"({"f:a":{}})", R"({"a":false})", true}, AbsentCase{R"({"f:b":{}})", R"({"a":false})", false},
        AbsentCase{R"({"f:a":{}})", R"({"a":true})", false},
        AbsentCase{R"({"f:o":{"f:y":{}}})", R"({"o":{"y":0}})", true},
        AbsentCase{R"({"f:o":{"f:x":{}}})", R"({"o":{"y":0}})", false},
        AbsentCase{R"({"f:o":{".":{},"f:x":{}}})", R"({"o":{"y":0}})", false},
        AbsentCase{R"({"f:env":{"k:{\"name\":\"a\"}":{"f:w":{}}}})", R"({"env":[{"name":"a","w":""}]})", true},
        AbsentCase{R"({"f:env":{"k:{\"name\":\"b\"}":{"f:w":{}}}})", R"({"env":[{"name":"a","w":""}]})", false},
        AbsentCase{R"({"f:env":{"k:{\"name\":\"a\"}":{".":{},"f:v":{}}}})", R"({"env":[{"name":"a","w":""}]})", false},
        AbsentCase{R"({"f:atomic":{}})", R"({"atomic":[{"key":"k","value":""}]})", true},
        AbsentCase{R"({"f:o":{}})", R"({"atomic":[{"key":"k","value":""}]})", false}));

TEST(ApplyChanges, WhenAValueDiffers) {
  EXPECT_TRUE(changes(R"({"metadata":{"name":"x","labels":{"a":"1"}},"spec":{"env":[{"name":"E","value":"2"}]}})"));
}

TEST(ApplyChanges, WhenWeOwnSomethingThatIsNoLongerWanted) {
  EXPECT_TRUE(changes(R"({"metadata":{"name":"x","labels":{"a":"1"}},"spec":{"env":[]}})"));
  EXPECT_TRUE(changes(R"({"metadata":{"name":"x"},"spec":{"env":[{"name":"E","value":"1"}]}})"));
}

TEST(ApplyChanges, WhenWeNeverAppliedTheObject) { EXPECT_TRUE(changes(R"({"metadata":{"name":"x"}})", "somebody")); }

TEST(ApplyChanges, OfAPartLooksAtThatPartAlone) {
  const json::Value desired = doc(R"({"metadata":{"labels":{"a":"other"}},"spec":{"env":[{"name":"E","value":"1"}]}})");
  const kube::FieldSet ours = owned_fields(doc(kLive), "us");
  EXPECT_FALSE(apply_changes_part(whole(), doc(kLive), desired, ours, {"spec", "env"}));
  EXPECT_TRUE(apply_changes_part(whole(), doc(kLive), desired, ours, {"metadata"}));
}

// As a list of the API server shows it, which has them for all of its items.
TEST(ApplyChanges, AnObjectWithoutItsOwnKindIsNoDifference) {
  const kube::FieldSet owned = *kube::FieldSet::parse(R"({"f:spec":{"f:atomic":{}}})");
  const json::Value wanted = doc(R"({"apiVersion":"v1","kind":"Whole","spec":{"atomic":[1]}})");
  EXPECT_FALSE(apply_changes(whole(), doc(R"({"spec":{"atomic":[1]}})"), wanted, owned));
  EXPECT_TRUE(apply_changes(whole(), doc(R"({"spec":{"atomic":[2]}})"), wanted, owned));
  EXPECT_TRUE(apply_changes(whole(), doc(R"({"spec":{}})"), wanted, owned));
}

}  // namespace
}  // namespace rotor::openclaw
