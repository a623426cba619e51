#include "openclaw/apply_diff.hpp"

#include <gtest/gtest.h>

namespace rotor::openclaw {
namespace {

json::Value doc(std::string_view text) { return *json::parse(text); }

struct ContainsCase {
  const char* live;
  const char* desired;
  bool contained;
};
class Contains : public testing::TestWithParam<ContainsCase> {};

TEST_P(Contains, AsExpected) {
  EXPECT_EQ(contains(doc(GetParam().live), doc(GetParam().desired)), GetParam().contained)
      << GetParam().live << " against " << GetParam().desired;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Contains,
    testing::Values(ContainsCase{R"({"a":1,"b":2})", R"({"a":1})", true},
                    ContainsCase{R"({"a":1})", R"({"a":2})", false}, ContainsCase{R"({"a":"1"})", R"({"a":1})", false},
                    ContainsCase{R"({})", R"({"a":{"b":1}})", false}, ContainsCase{R"({})", R"({"a":null})", true},
                    ContainsCase{R"({})", R"({"a":false})", false}, ContainsCase{R"({})", R"({"a":0})", false},
                    ContainsCase{R"({})", R"({"a":""})", false}, ContainsCase{R"({})", R"({"a":{}})", false},
                    ContainsCase{R"({})", R"({"a":[]})", false}, ContainsCase{R"({"a":false})", R"({"a":false})", true},
                    ContainsCase{R"({"a":true})", R"({"a":false})", false},
                    ContainsCase{R"({"l":["a","b"]})", R"({"l":["a"]})", false},
                    ContainsCase{R"({"l":["a","b"]})", R"({"l":["a","b"]})", true},
                    ContainsCase{R"({"l":[{"name":"x","v":1},{"name":"y"}]})", R"({"l":[{"name":"y"}]})", true},
                    ContainsCase{R"({"l":[{"name":"x"},{"name":"y"}]})", R"({"l":[{"name":"y"},{"name":"x"}]})", false},
                    ContainsCase{R"({"l":[{"name":"x","v":1}]})", R"({"l":[{"name":"x","v":2}]})", false},
                    ContainsCase{R"({"l":[{"mountPath":"/a","name":"d"},{"mountPath":"/b","name":"d"}]})",
                                 R"({"l":[{"mountPath":"/b","name":"d"}]})", true},
                    ContainsCase{R"({"l":[{"port":1,"protocol":"TCP"},{"port":1,"protocol":"UDP","x":1}]})",
                                 R"({"l":[{"port":1,"protocol":"UDP","x":1}]})", true},
                    ContainsCase{R"({"l":[{"secretRef":{"name":"a"}}]})", R"({"l":[{"secretRef":{"name":"b"}}]})",
                                 false}));

constexpr std::string_view kLive = R"({"metadata":{"name":"x","labels":{"a":"1","foreign":"2"},"managedFields":[
  {"manager":"kubectl","operation":"Update","fieldsV1":{"f:metadata":{"f:labels":{"f:foreign":{}}}}},
  {"manager":"us","operation":"Apply","subresource":"status","fieldsV1":{"f:status":{}}},
  {"manager":"us","operation":"Apply","fieldsV1":{"f:metadata":{"f:labels":{"f:a":{}}},
    "f:spec":{"f:env":{"k:{\"name\":\"E\"}":{".":{},"f:name":{},"f:value":{}}}}}}]},
  "spec":{"env":[{"name":"E","value":"1"},{"name":"INJECTED","value":"z"}],"defaulted":true}})";

bool changes(std::string_view desired, std::string_view manager = "us") {
  return apply_changes(doc(kLive), doc(desired), manager);
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
  const json::Value live = doc(R"({"o":{"x":1},"l":[{"name":"a","v":1}],"atomic":[{"key":"k"}]})");
  EXPECT_EQ(contains(live, doc(GetParam().desired), *owned), GetParam().contained)
      << GetParam().owned << " and " << GetParam().desired;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, AbsentEmptyValue,
    testing::Values(AbsentCase{R"({"f:a":{}})", R"({"a":false})", true},
                    AbsentCase{R"({"f:b":{}})", R"({"a":false})", false},
                    AbsentCase{R"({"f:a":{}})", R"({"a":true})", false},
                    AbsentCase{R"({"f:o":{"f:y":{}}})", R"({"o":{"y":0}})", true},
                    AbsentCase{R"({"f:o":{"f:x":{}}})", R"({"o":{"y":0}})", false},
                    AbsentCase{R"({"f:o":{".":{},"f:x":{}}})", R"({"o":{"y":0}})", false},
                    AbsentCase{R"({"f:l":{"k:{\"name\":\"a\"}":{"f:w":{}}}})", R"({"l":[{"name":"a","w":""}]})", true},
                    AbsentCase{R"({"f:l":{"k:{\"name\":\"b\"}":{"f:w":{}}}})", R"({"l":[{"name":"a","w":""}]})", false},
                    AbsentCase{R"({"f:l":{"k:{\"name\":\"a\"}":{".":{},"f:v":{}}}})", R"({"l":[{"name":"a","w":""}]})",
                               false},
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
  EXPECT_FALSE(apply_changes_part(doc(kLive), desired, "us", {"spec", "env"}));
  EXPECT_TRUE(apply_changes_part(doc(kLive), desired, "us", {"metadata"}));
}

}  // namespace
}  // namespace rotor::openclaw
