// Since when each key of a Secret has its value.
#include "secrets/value_changes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time.hpp"
#include "tests/secrets/planned.hpp"

namespace rotor::secrets::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const WallTime kNow = *parse_time("2026-05-01T12:00:00Z");
constexpr std::string_view kText = "2026-05-01T12:00:00Z";

SecretMap data(std::initializer_list<std::pair<std::string, std::string_view>> values) {
  SecretMap out;
  for (const auto& [key, value] : values) out.emplace(key, SecretBytes(value));
  return out;
}

TEST(ValueChanges, SayOfEachKeySinceWhenItHasItsValue) {
  ValueChanges known;
  known.keys["same"].since = "2026-04-01T00:00:00Z";
  known.keys["other"] = {.since = "2026-04-01T00:00:00Z", .first = true};
  known.keys["gone"] = {.since = "2026-04-01T00:00:00Z", .first = true};
  const ValueChanges after =
      changes_after(known, data({{"same", "1"}, {"other", "1"}, {"unknown", "1"}, {"gone", "1"}}),
                    data({{"same", "1"}, {"other", "2"}, {"unknown", "1"}, {"new", "1"}}), kNow);
  ASSERT_EQ(after.keys.size(), 3U) << "of a key that did not change while this is recorded nothing is known";
  EXPECT_EQ(after.keys.at("same"), (ValueChange{.since = "2026-04-01T00:00:00Z"}));
  EXPECT_EQ(after.keys.at("other"), (ValueChange{.since = std::string(kText), .was_since = "2026-04-01T00:00:00Z"}));
  EXPECT_EQ(after.keys.at("new"), (ValueChange{.since = std::string(kText), .first = true}));
}

TEST(ValueChanges, AreReadAsTheyWereWrittenAndHoldNoValue) {
  const ValueChanges changes = changes_after({}, data({{"a", "canary-1"}}), data({{"a", "canary-2"}}), kNow);
  const std::string text = write_value_changes(changes);
  EXPECT_EQ(text, R"({"keys":{"a":{"since":"2026-05-01T12:00:00Z"}}})");
  EXPECT_EQ(read_value_changes(text), changes);
}

TEST(ValueChanges, AreNothingWhereSomebodyElseWroteTheMark) {
  for (const std::string_view text : {"", "x", "[]", R"({"keys":7})"})
    EXPECT_EQ(read_value_changes(text), ValueChanges{});
}

TEST(ValueChanges, KeepTheNewestWhereThereIsNoRoomForAll) {
  ValueChanges many;
  for (int i = 0; i < 1000; ++i) many.keys["key-" + std::to_string(i)].since = "2026-04-01T00:00:00Z";
  many.keys["newest"].since = kText;
  const std::string text = write_value_changes(many);
  EXPECT_LE(text.size(), std::size_t{16} << 10);
  EXPECT_GT(text.size(), std::size_t{12} << 10);
  const ValueChanges kept = read_value_changes(text);
  EXPECT_TRUE(kept.partial);
  EXPECT_TRUE(kept.keys.contains("newest"));
}

// A Secret of today's operator has no mark, and gets none for itself.
TEST(ValueChanges, AreNoReasonToWriteASecret) {
  const ExternalSecret es = sample_es();
  Target live = to_target(left_by(es, data({{"a", "1"}})));
  EXPECT_EQ(planned(es, &live, data({{"a", "1"}}))->action, Plan::Action::kLeave);
  live.metadata.annotations[std::string(kValueChangesAnnotation)] = R"({"keys":{}})";
  EXPECT_EQ(planned(es, &live, data({{"a", "1"}}))->action, Plan::Action::kLeave);
}

TEST(ValueChanges, StayOnASecretThatIsWrittenForAnotherReason) {
  ExternalSecret es = sample_es();
  Target live = to_target(left_by(es, data({{"a", "1"}})));
  const std::string mark = R"({"keys":{"a":{"since":"2026-04-01T00:00:00Z"}}})";
  live.metadata.annotations[std::string(kValueChangesAnnotation)] = mark;
  live.metadata.managed_fields = {
      wrote(field_manager(es.metadata.name), R"({"f:metadata":{"f:annotations":{"f:rotor/value-changes":{}}}})")};
  es.metadata.labels["new"] = "label";
  const auto plan = planned(es, &live, data({{"a", "1"}}));
  ASSERT_EQ(plan->action, Plan::Action::kUpdate);
  EXPECT_EQ(plan->secret.metadata.annotations.at(std::string(kValueChangesAnnotation)), mark);
}

TEST(ValueChanges, AreNotCopiedFromTheExternalSecret) {
  ExternalSecret es = sample_es();
  es.metadata.annotations[std::string(kValueChangesAnnotation)] = "forged";
  const auto plan = planned(es, nullptr, data({{"a", "1"}}));
  EXPECT_FALSE(plan->secret.metadata.annotations.contains(std::string(kValueChangesAnnotation)));
}

}  // namespace
}  // namespace rotor::secrets::test
