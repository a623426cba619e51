#include "kube/shards/shard_keeper.hpp"

#include <array>
#include <memory>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/loop.hpp"
#include "tests/kube/lease_store.hpp"
#include "tests/kube/refused_replica.hpp"

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;

constexpr int kShards = 12;

// A replica on a machine of its own, with a clock of its own.
class Sharer {
 public:
  Sharer(LeaseStore& store, std::string name, Duration wrong_by = {}, Duration up_for = {}, std::string work = "all",
         int shards = kShards, std::string installation = {})
      : clock(WallTime(std::chrono::seconds(1767323045)) + wrong_by),
        client(store, clock),
        fence(clock),
        ownership(shards),
        keeper(loop.executor(), client, clock, fence, ownership,
               {.lease = {"rotor-system", "rotor"},
                .identity = std::move(name),
                .work = {.controller_class = std::move(work), .installation = std::move(installation)},
                .timings = {}}) {
    clock.advance(up_for);
    loop.start(live(*this));
  }
  ~Sharer() { loop.stop(); }
  Sharer(const Sharer&) = delete;

  void pass(Duration time) { clock.advance(loop.io(), time); }
  std::size_t owned() const { return fence.is_open() ? ownership.owned().size() : 0; }
  // Stops in good order.
  void stop() {
    loop.stop();
    loop.start(keeper.leave());
    pass(1s);
  }

  test::FakeClock clock;
  test::Loop loop;
  LeaseClient client;
  Fence fence;
  Ownership ownership;
  ShardKeeper keeper;
  std::string lost{};

 private:
  static Task<> live(Sharer& self) {
    co_await self.keeper.join();
    self.lost = co_await self.keeper.keep();
  }
};

void pass_all(Duration time, std::initializer_list<Sharer*> replicas, Duration step = 100ms) {
  for (Duration done{}; done < time; done += step) {
    for (Sharer* replica : replicas) replica->pass(step);
  }
}

TEST(ShardKeeper, TheFirstReplicaOwnsEverythingAndTheNextOnesGetTheirShares) {
  LeaseStore store;
  Sharer a(store, "a");
  EXPECT_EQ(a.owned(), 12U);
  EXPECT_EQ(a.fence.left(), 10s);
  Sharer b(store, "b");
  pass_all(5s, {&a, &b});
  EXPECT_EQ(a.owned(), 6U);
  EXPECT_EQ(b.owned(), 6U);
  Sharer c(store, "c");
  pass_all(5s, {&a, &b, &c});
  EXPECT_EQ(a.owned(), 4U);
  EXPECT_EQ(b.owned(), 4U);
  EXPECT_EQ(c.owned(), 4U);
  EXPECT_EQ(a.keeper.members(), 3);
  EXPECT_EQ(a.ownership.replicas(), 3);
  EXPECT_EQ(store.lease->spec.holder_identity, "rotor-shards/12/class=all namespace=*");
}

TEST(ShardKeeper, TellsTheLogWhatMoved) {
  LeaseStore store;
  Sharer a(store, "a");
  testing::internal::CaptureStderr();
  pass_all(5s, {&a});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "nothing moved";
  testing::internal::CaptureStderr();
  Sharer b(store, "b");
  pass_all(5s, {&a, &b});
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, testing::HasSubstr("shards moved"));
  EXPECT_THAT(said, testing::HasSubstr("taken=0 handed_over=6 members=2 shards=6 of=12"));
  EXPECT_THAT(said, testing::HasSubstr("taken=6 handed_over=0 members=2 shards=6 of=12"));
}

TEST(ShardKeeper, WhatADeadReplicaHadIsOwnedAgainWithinTheLease) {
  LeaseStore store;
  Sharer a(store, "a");
  Sharer b(store, "b");
  pass_all(20s, {&a, &b});
  pass_all(12s, {&b});  // a is dead
  EXPECT_EQ(b.owned(), 6U);
  pass_all(3s + 100ms, {&b});
  EXPECT_EQ(b.owned(), 12U);
  EXPECT_EQ(b.keeper.taken(), 12);
}

TEST(ShardKeeper, WhatAReplicaLeavesBehindIsTakenWithoutWaitingForTheLease) {
  LeaseStore store;
  Sharer a(store, "a");
  Sharer b(store, "b");
  pass_all(5s, {&a, &b});
  a.stop();
  EXPECT_EQ(a.owned(), 0U);
  pass_all(2s, {&b});  // without a watch: its own pace
  EXPECT_EQ(b.owned(), 12U);
  b.stop();
  EXPECT_EQ(store.lease->spec.holder_identity, "");
  EXPECT_THAT(store.lease->metadata.annotations, testing::ElementsAre(testing::Key(kWorkAnnotation)));
}

TEST(ShardKeeper, AShardIsGivenUpWhenItsLastPassHasEnded) {
  LeaseStore store;
  Sharer a(store, "a", {}, {}, "all", 1);
  std::vector<Ownership::Pass> passes;
  passes.push_back(a.ownership.begin({"shop", "x"}));
  Sharer b(store, "b", {}, {}, "all", 2);
  pass_all(5s, {&a, &b});
  EXPECT_FALSE(b.keeper.member());  // it divides the work otherwise
  b.loop.stop();

  LeaseStore other;
  Sharer c(other, "c", {}, {}, "all", 2);
  std::vector<Ownership::Pass> busy;
  for (int i = 0; i < 20; ++i) busy.push_back(c.ownership.begin({"shop", std::to_string(i)}));
  ASSERT_EQ(c.ownership.busy().size(), 2U);
  Sharer d(other, "d", {}, {}, "all", 2);
  pass_all(10s, {&c, &d});
  EXPECT_EQ(d.owned(), 0U);
  EXPECT_EQ(c.ownership.held_back().size(), 1U);
  EXPECT_EQ(c.owned(), 2U);
  busy.clear();
  c.loop.settle();
  EXPECT_EQ(c.owned(), 1U);  // at once
  pass_all(3s, {&c, &d});
  EXPECT_EQ(d.owned(), 1U);
}

TEST(ShardKeeper, BelievesNobodysClock) {
  for (const Duration wrong : {-8760h, 8760h}) {
    LeaseStore store;
    Sharer a(store, "a", wrong);
    Sharer b(store, "b");
    pass_all(60s, {&a, &b});
    a.clock.set_wall(b.clock.now() + 24h);
    pass_all(60s, {&a, &b});
    EXPECT_EQ(a.owned(), 6U);
    EXPECT_EQ(b.owned(), 6U);
    EXPECT_EQ(a.lost + b.lost, "");
  }
}

TEST(ShardKeeper, EndsBeforeOthersMayTakeItsShardsWhenItCannotRenew) {
  LeaseStore store;
  Sharer a(store, "a");
  Sharer b(store, "b");
  pass_all(20s, {&a, &b});
  a.client.reachable = false;
  pass_all(12s, {&a, &b});
  EXPECT_FALSE(a.fence.is_open());
  EXPECT_EQ(b.owned(), 6U);
  EXPECT_EQ(a.lost, "Lease rotor-system/rotor, to be renewed within 10s: cannot be reached");
  pass_all(8s, {&a, &b});
  EXPECT_EQ(b.owned(), 12U);
}

TEST(ShardKeeper, WaitsForAnInstallationThatWorksOnSomethingElseAndSaysWhose) {
  LeaseStore store;
  Sharer a(store, "a", {}, {}, "default", kShards, "ns/one");
  Sharer b(store, "b", {}, {}, "other", kShards, "ns/two");
  pass_all(60s, {&a, &b});
  EXPECT_EQ(b.owned(), 0U);
  EXPECT_EQ(b.keeper.waiting().rival, Rival::kStranger);
  EXPECT_EQ(b.keeper.waiting().holder, "rotor-shards/12/class=default namespace=*");
  EXPECT_EQ(a.keeper.waiting().rival, Rival::kNone);
  a.stop();
  pass_all(6s, {&b});
  EXPECT_EQ(b.owned(), 12U);
  EXPECT_EQ(b.keeper.waiting().rival, Rival::kNone);
}

// A rolling upgrade: nobody is ready for want of the others' end, and they end when somebody is.
TEST(ShardKeeper, WaitsForReplicasOfItsOwnThatWorkOnSomethingElse) {
  for (const std::string_view installation : {"ns/one", ""}) {
    LeaseStore store;
    Sharer a(store, "a", {}, {}, "default", kShards, std::string(installation));
    Sharer b(store, "b", {}, {}, "other", kShards, std::string(installation));
    pass_all(60s, {&a, &b});
    EXPECT_EQ(b.owned(), 0U);
    EXPECT_EQ(b.keeper.waiting().rival, Rival::kOtherWork);
    EXPECT_EQ(why_it_waits(b.keeper.waiting(), {"rotor-system", "rotor"}), "");
    a.stop();
    pass_all(6s, {&b});
    EXPECT_EQ(b.owned(), 12U);
  }
}

struct Refused : RefusedReplica {
  using RefusedReplica::RefusedReplica;
  ~Refused() { loop.stop(); }

  Ownership ownership{kShards};
  ShardKeeper keeper{loop.executor(), client,
                     clock,           fence,
                     ownership,       {.lease = {"ns", "rotor"}, .identity = "a", .work = {}, .timings = {}}};
};

TEST(ShardKeeper, SaysWhichRightItLacksUntilItHasIt) {
  for (const std::string verb : {"get", "create", "patch"}) {
    LeaseStore store;
    if (verb == "patch") (void)store.put({});
    Refused it(store, verb);
    ShardKeeper& keeper = it.keeper;
    it.loop.start(keeper.join());
    EXPECT_TRUE(keeper.refused().starts_with("this replica may not " + verb + " leases.coordination.k8s.io ns/rotor"))
        << keeper.refused();
    it.client.refused_verb = "";
    it.clock.advance(it.loop.io(), 10s);
    EXPECT_EQ(keeper.refused(), "") << verb;
    EXPECT_TRUE(keeper.member()) << verb;
  }
}

TEST(ShardKeeper, SaysThatItMayNotListItsLeaseThoughItIsAMember) {
  LeaseStore store;
  Refused it(store, "list");
  ShardKeeper& keeper = it.keeper;
  it.loop.start(keeper.listen());
  it.loop.start(keeper.join());
  EXPECT_TRUE(keeper.member());
  EXPECT_TRUE(keeper.refused().starts_with("this replica may not list and watch leases.coordination.k8s.io ns/rotor"))
      << keeper.refused();
}

TEST(ShardKeeper, WaitsForItsPredecessorAndThatIsNobodysFault) {
  LeaseStore store;
  store.lease = Lease{};
  store.lease->spec = {.holder_identity = "a leader", .lease_duration_seconds = 15};
  (void)store.put(*store.lease);
  Sharer b(store, "b");
  pass_all(14s, {&b});
  EXPECT_EQ(b.owned(), 0U);
  EXPECT_EQ(b.keeper.waiting().rival, Rival::kPredecessor);
  pass_all(6s, {&b});
  EXPECT_EQ(b.owned(), 12U);
}

// As of the elector: what a replica that stood still believes when it wakes up.
TEST(ShardKeeper, OfSeveralReplicasNeverTwoOwnAShardHoweverTheyStumble) {
  constexpr Duration kStep = 250ms;
  std::size_t restarts = 0;
  std::int64_t hand_overs = 0;
  for (unsigned seed = 1; seed <= 25; ++seed) {
    std::minstd_rand random(seed);
    const auto one_in = [&random](unsigned n) { return random() % n == 0; };
    LeaseStore store;
    std::vector<std::unique_ptr<Sharer>> replicas;
    for (const char* name : {"a", "b", "c"}) replicas.push_back(std::make_unique<Sharer>(store, name));
    std::array<std::vector<Ownership::Pass>, 3> passes;
    std::array<Duration, 3> stopped{};
    std::array<Duration, 3> missed{};
    for (int step = 0; step < 600; ++step) {
      for (std::size_t i = 0; i < 3; ++i) {
        Sharer& r = *replicas[i];
        if (stopped[i] > Duration::zero()) {
          stopped[i] -= kStep;
          missed[i] += kStep;
          continue;
        }
        if (missed[i] > Duration::zero()) r.clock.advance(missed[i]);
        missed[i] = {};
        if (one_in(60)) r.client.reachable = !r.client.reachable;
        if (one_in(20)) r.client.there = 100ms * (random() % 60);
        if (one_in(20)) r.client.back = 100ms * (random() % 60);
        if (one_in(80)) stopped[i] = 1s * (random() % 25);
        const Key key{"shop", std::to_string(random() % 50)};
        if (one_in(2) && r.fence.is_open() && r.ownership.owns(key)) passes[i].push_back(r.ownership.begin(key));
        if (one_in(4)) passes[i].clear();
        r.pass(kStep);
        if (!r.lost.empty() && one_in(10)) {
          ++restarts;
          hand_overs += r.keeper.handed_over();
          const Duration up_for = r.clock.steady() - SteadyTime(1h);
          passes[i].clear();
          replicas[i] = std::make_unique<Sharer>(store, "again" + std::to_string(step), Duration(), up_for);
        }
        std::array<int, kShards> writers{};
        for (std::size_t k = 0; k < 3; ++k) {
          const Sharer& other = *replicas[k];
          if (other.fence.left() <= missed[k]) continue;
          const std::map<int, int> busy = other.ownership.busy();
          for (int s = 0; s < kShards; ++s) {
            const bool begins = other.ownership.owned().contains(s) && !other.ownership.held_back().contains(s);
            writers[static_cast<std::size_t>(s)] += begins || busy.contains(s) ? 1 : 0;
          }
        }
        for (const int count : writers) ASSERT_LE(count, 1) << "seed " << seed << ", step " << step;
      }
    }
  }
  EXPECT_GT(restarts, 30U);
  EXPECT_GT(hand_overs, 30);
}

}  // namespace
}  // namespace rotor::kube
