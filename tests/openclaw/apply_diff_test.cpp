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
                    ContainsCase{R"({})", R"({"a":{"b":1}})", false},
                    ContainsCase{R"({})", R"({"a":{},"b":[],"c":false,"d":"","e":0,"f":null})", true},
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
