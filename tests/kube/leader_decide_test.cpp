#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/leader/decide.hpp"

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr SteadyTime kSince{1h};
constexpr WallTime kDate{std::chrono::seconds(1767323045)};

LeaseSighting held_by(std::string holder, std::int64_t seconds = 15) {
  LeaseSighting seen{Lease{}, kSince};
  seen.lease->spec = {std::move(holder), seconds, "2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00.000000Z", 3};
  return seen;
}

struct ClaimCase {
  const char* holder;  // null: there is no lease
  Duration age;        // how long it has been as it is
  Claim claim;
};

TEST(LeaderClaim, FollowsFromTheHolderAndFromHowLongTheLeaseStoodStill) {
  for (const ClaimCase& c :
       {ClaimCase{nullptr, 0s, Claim::kCreate}, ClaimCase{"me", 0s, Claim::kRenew}, ClaimCase{"me", 1h, Claim::kRenew},
        ClaimCase{"", 0s, Claim::kTake}, ClaimCase{"other", 0s, Claim::kWait},
        ClaimCase{"other", 14999ms, Claim::kWait}, ClaimCase{"other", 15s, Claim::kTake}}) {
    const LeaseSighting seen = c.holder == nullptr ? LeaseSighting{} : held_by(c.holder);
    EXPECT_EQ(decide_claim(seen, "me", kSince + c.age), c.claim) << (c.holder ? c.holder : "none") << c.age.count();
  }
  EXPECT_EQ(decide_claim(held_by("other", 60), "me", kSince + 59s), Claim::kWait);  // the holder's word counts
}

TEST(LeaderClaim, SaysFromWhenOnOthersMayHaveTheLease) {
  EXPECT_EQ(free_from({.since = kSince}), kSince) << "there never was one";
  EXPECT_EQ(free_from(held_by("")), kSince) << "it was given back";
  EXPECT_EQ(free_from(held_by("other")), kSince + 15s);
  EXPECT_EQ(free_from(held_by("other", 60)), kSince + 60s) << "the holder's word counts";
  EXPECT_EQ(free_from(sighted(held_by("other"), std::nullopt, kSince + 5s)), kSince + 20s) << "removed under it";
  EXPECT_EQ(free_from(sighted(held_by(""), std::nullopt, kSince + 5s)), kSince + 5s);
}

TEST(LeaderClaim, KnowsSinceWhenALeaseIsAsItIs) {
  const LeaseSighting first = held_by("other");
  EXPECT_EQ(sighted(first, first.lease, kSince + 5s).since, kSince);
  auto touched = first.lease;  // an annotation is no renewal
  touched->metadata.resource_version = "7";
  EXPECT_EQ(sighted(first, touched, kSince + 5s).since, kSince);
  touched->spec.renew_time = "1999-01-01T00:00:00.000000Z";  // by a wrong clock, and a renewal all the same
  EXPECT_EQ(sighted(first, touched, kSince + 5s).since, kSince + 5s);
  EXPECT_EQ(sighted(first, std::nullopt, kSince + 5s).since, kSince + 5s);
  EXPECT_EQ(sighted({}, first.lease, kSince + 5s).since, kSince + 5s);
}

// Whoever held it may not have heard yet that it is gone, and goes on until it has.
TEST(LeaderClaim, WaitsForTheHolderOfALeaseThatSomebodyRemoved) {
  const SteadyTime gone = kSince + 5s;
  const LeaseSighting seen = sighted(held_by("other"), std::nullopt, gone);
  EXPECT_EQ(decide_claim(seen, "me", gone), Claim::kWait);
  const LeaseSighting looked_again = sighted(seen, std::nullopt, gone + 10s);
  EXPECT_EQ(decide_claim(looked_again, "me", gone + 14999ms), Claim::kWait);
  EXPECT_EQ(decide_claim(looked_again, "me", gone + 15s), Claim::kCreate);
  EXPECT_EQ(decide_claim(sighted(held_by("me"), std::nullopt, gone), "me", gone), Claim::kCreate);
  EXPECT_EQ(decide_claim(sighted(held_by(""), std::nullopt, gone), "me", gone), Claim::kCreate);  // was given back
  EXPECT_EQ(decide_claim(sighted(seen, held_by("third").lease, gone + 1s), "me", gone + 15s), Claim::kWait);
}

TEST(LeaderClaim, WritesWhoSinceWhenAndHowOftenItChangedHands) {
  constexpr const char* kNow = "2026-01-02T03:04:05.000000Z";
  const LeaseSpec created = claimed({}, Claim::kCreate, "me", 15s, kDate);
  EXPECT_EQ(created, (LeaseSpec{"me", 15, kNow, kNow, 0}));
  const LeaseSpec taken = claimed(held_by("other"), Claim::kTake, "me", 15s, kDate);
  EXPECT_EQ(taken, (LeaseSpec{"me", 15, kNow, kNow, 4}));
  const LeaseSpec renewed = claimed(held_by("me"), Claim::kRenew, "me", 15s, kDate);
  EXPECT_EQ(renewed, (LeaseSpec{"me", 15, "2026-01-01T00:00:00.000000Z", kNow, 3}));
  EXPECT_EQ(given_back(renewed, kDate), (LeaseSpec{"", 1, kNow, kNow, 3}));
}

TEST(LeaderTimings, AreRefusedWhenTheyCannotKeepTwoApart) {
  EXPECT_TRUE(check({}));
  EXPECT_TRUE(check({3s, 2s, 500ms}));
  for (const auto& [timings, flag] : std::vector<std::pair<LeaderTimings, const char*>>{
           {{15s, 15s, 2s}, "--leader-election-renew-deadline 15s: shorter than the lease duration, 15s"},
           {{15s, 10s, 9s}, "--leader-election-retry-period 9s"},
           {{15s, 10s, 0s}, "--leader-election-retry-period 0s"},
           {{1500ms, 1s, 100ms}, "--leader-election-lease-duration 1.5s: whole seconds"},
           {{0s, -1s, -2s}, "--leader-election-lease-duration 0s"}}) {
    const auto checked = check(timings);
    ASSERT_FALSE(checked) << flag;
    EXPECT_THAT(checked.error().message, HasSubstr(flag));
  }
}

}  // namespace
}  // namespace rotor::kube
