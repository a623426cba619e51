#include "secrets/remarks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rotor::secrets {
namespace {

using namespace std::chrono_literals;

const kube::Key kAbout{"ns", "es"};
const Remark kOne{kRemark, "one"};
const Remark kTwo{kRemark, "two"};

TEST(Remarks, AreToldWhenOneIsNewAllTogetherAndAgainBeforeTheirEventsAreGone) {
  RemarkLedger ledger;
  const SteadyTime start{};
  EXPECT_THAT(ledger.due(kAbout, {kOne}, start), testing::ElementsAre(kOne));
  EXPECT_THAT(ledger.due(kAbout, {kOne}, start + 9min), testing::IsEmpty());
  EXPECT_THAT(ledger.due(kAbout, {kOne, kTwo}, start + 9min), testing::ElementsAre(kOne, kTwo));
  EXPECT_THAT(ledger.due(kAbout, {kOne, kTwo}, start + 18min), testing::IsEmpty());
  EXPECT_THAT(ledger.due(kAbout, {kOne, kTwo}, start + 19min), testing::ElementsAre(kOne, kTwo));
}

TEST(Remarks, AreTakenBackOnceAndToldAnewWhenTheyComeAgain) {
  RemarkLedger ledger;
  const SteadyTime start{};
  EXPECT_THAT(ledger.due(kAbout, {}, start), testing::IsEmpty()) << "nothing was said";
  EXPECT_EQ(ledger.due(kAbout, {kOne}, start).size(), 1U);
  const auto over = ledger.due(kAbout, {}, start + 1s);
  ASSERT_EQ(over.size(), 1U);
  EXPECT_EQ(over[0].reason, kRemarkOver);
  EXPECT_THAT(ledger.due(kAbout, {}, start + 2s), testing::IsEmpty());
  EXPECT_THAT(ledger.due(kAbout, {kOne}, start + 3s), testing::ElementsAre(kOne));
  ledger.forget(kAbout);
  EXPECT_THAT(ledger.due(kAbout, {}, start + 4s), testing::IsEmpty()) << "it is another object";
}

kube::Event event(std::string_view reason, std::string_view at, std::string version, std::string text) {
  kube::Event out;
  out.reason = reason;
  out.last_timestamp = "2026-05-01T" + std::string(at) + "Z";
  out.metadata.resource_version = std::move(version);
  out.message = std::move(text);
  return out;
}

std::string standing(const std::vector<kube::Event>& events) {
  std::vector<const kube::Event*> all;
  for (const kube::Event& each : events) all.push_back(&each);
  return standing_remarks(std::move(all));
}

TEST(Remarks, StandWhenTheyAreOfTheLastLookAndWereNotTakenBack) {
  EXPECT_EQ(standing({}), "");
  EXPECT_EQ(standing({event("UpdateFailed", "10:00:00", "1", "no")}), "") << "no remark";
  const auto one = event(kRemark, "10:00:00", "1", "one"), two = event(kRemark, "10:00:01", "2", "two");
  EXPECT_EQ(standing({two, one}), "one; two") << "one look, around the end of a second";
  EXPECT_EQ(standing({one, event(kRemark, "10:10:00", "9", "other")}), "other") << "of an earlier look";
  EXPECT_EQ(standing({one, event(kRemarkOver, "10:00:00", "2", "over")}), "") << "in the same second, written later";
  EXPECT_EQ(standing({event(kRemarkOver, "10:00:00", "1", "over"), event(kRemark, "10:00:00", "2", "again")}), "again");
  EXPECT_EQ(standing({event(kUnknownField, "10:00:00", "1", "field")}), "field");
}

}  // namespace
}  // namespace rotor::secrets
