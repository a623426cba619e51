#include "kube/object/object.hpp"

#include <gtest/gtest.h>

namespace rotor::kube {
namespace {

const WallTime kNow{std::chrono::seconds(1767323045)};  // 2026-01-02T03:04:05Z

TEST(Resource, NamesItsApiVersion) {
  EXPECT_EQ((Resource{"", "v1", "secrets", "Secret", true}).api_version(), "v1");
  EXPECT_EQ((Resource{"apps", "v1", "statefulsets", "StatefulSet", true}).api_version(), "apps/v1");
}

TEST(ObjectMeta, IsReadAndWrittenAsGoDoes) {
  const std::string text =
      R"({"name":"a","namespace":"n","uid":"u","resourceVersion":"7","generation":2,"creationTimestamp":"2026-01-02T03:04:05Z",)"
      R"("labels":{"x":"1"},"ownerReferences":[{"apiVersion":"v1","kind":"K","name":"o","uid":"q","controller":true}],)"
      R"("finalizers":["f/g"],"managedFields":[{"manager":"m","operation":"Apply","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:data":{}}}]})";
  const auto meta = json::read<ObjectMeta>(text);
  ASSERT_TRUE(meta) << meta.error().message;
  EXPECT_EQ(meta->key(), (Key{"n", "a"}));
  EXPECT_EQ(meta->owner_references.at(0).controller, true);
  EXPECT_FALSE(meta->owner_references.at(0).block_owner_deletion);
  EXPECT_EQ(meta->managed_fields.at(0).fields_v1.text, R"({"f:data":{}})");
  EXPECT_FALSE(meta->deleting());
  EXPECT_EQ(json::write(*meta), text);
}

TEST(ObjectMeta, WritesNothingThatIsNotThere) { EXPECT_EQ(json::write(ObjectMeta{}), "{}"); }

TEST(Status, IsReadWithItsCauses) {
  const auto status = json::read<Status>(
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"bad","reason":"Invalid",)"
      R"("details":{"name":"a","kind":"Secret","causes":[{"reason":"FieldValueRequired","message":"Required value","field":"metadata.name"}]},"code":422})");
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(status->reason, "Invalid");
  EXPECT_EQ(status->code, 422);
  EXPECT_EQ(status->details->causes.at(0).field, "metadata.name");
}

TEST(SetCondition, StampsANewCondition) {
  std::vector<Condition> conditions;
  EXPECT_TRUE(set_condition(conditions, {.type = "Ready", .status = "True", .reason = "R"}, kNow));
  EXPECT_EQ(conditions.at(0).last_transition_time, "2026-01-02T03:04:05Z");
}

TEST(SetCondition, KeepsTheTimeWhileTheStatusStays) {
  std::vector<Condition> conditions;
  set_condition(conditions, {.type = "Ready", .status = "True", .reason = "A"}, kNow);
  EXPECT_TRUE(
      set_condition(conditions, {.type = "Ready", .status = "True", .reason = "B"}, kNow + std::chrono::hours(1)));
  EXPECT_EQ(find_condition(conditions, "Ready")->reason, "B");
  EXPECT_EQ(find_condition(conditions, "Ready")->last_transition_time, "2026-01-02T03:04:05Z");
}

TEST(SetCondition, MovesTheTimeWithTheStatus) {
  std::vector<Condition> conditions;
  set_condition(conditions, {.type = "Ready", .status = "True"}, kNow);
  EXPECT_TRUE(set_condition(conditions, {.type = "Ready", .status = "False"}, kNow + std::chrono::hours(1)));
  EXPECT_EQ(conditions.at(0).last_transition_time, "2026-01-02T04:04:05Z");
  EXPECT_EQ(conditions.size(), 1U);
}

TEST(SetCondition, SaysWhenNothingWouldChange) {
  std::vector<Condition> conditions;
  set_condition(conditions, {.type = "Ready", .status = "True", .message = "m"}, kNow);
  EXPECT_FALSE(
      set_condition(conditions, {.type = "Ready", .status = "True", .message = "m"}, kNow + std::chrono::hours(1)));
  EXPECT_EQ(find_condition(conditions, "Other"), nullptr);
}

struct SelectorCase {
  const char* name;
  LabelSelector selector;
  bool matches;
};
void PrintTo(const SelectorCase& c, std::ostream* out) { *out << c.name; }

class Selector : public testing::TestWithParam<SelectorCase> {};
TEST_P(Selector, IsHeldAgainstLabels) {
  const StringMap labels = {{"app", "web"}, {"tier", "front"}};
  EXPECT_EQ(matches(GetParam().selector, labels), GetParam().matches);
}
INSTANTIATE_TEST_SUITE_P(
    Cases, Selector,
    testing::Values(SelectorCase{"empty", {}, true}, SelectorCase{"label", {{{"app", "web"}}, {}}, true},
                    SelectorCase{"other value", {{{"app", "db"}}, {}}, false},
                    SelectorCase{"absent label", {{{"x", ""}}, {}}, false},
                    SelectorCase{"In", {{}, {{"app", "In", {"db", "web"}}}}, true},
                    SelectorCase{"In, not among", {{}, {{"app", "In", {"db"}}}}, false},
                    SelectorCase{"In, absent", {{}, {{"x", "In", {"db"}}}}, false},
                    SelectorCase{"NotIn", {{}, {{"app", "NotIn", {"web"}}}}, false},
                    SelectorCase{"NotIn, absent", {{}, {{"x", "NotIn", {"web"}}}}, true},
                    SelectorCase{"Exists", {{}, {{"tier", "Exists", {}}}}, true},
                    SelectorCase{"DoesNotExist", {{}, {{"tier", "DoesNotExist", {}}}}, false},
                    SelectorCase{"unknown operator matches nothing", {{}, {{"tier", "Gt", {"1"}}}}, false},
                    SelectorCase{"all parts", {{{"app", "web"}}, {{"tier", "In", {"back"}}}}, false}));

}  // namespace
}  // namespace rotor::kube
