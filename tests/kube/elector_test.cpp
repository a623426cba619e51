#include "kube/leader/elector.hpp"

#include <array>
#include <memory>
#include <random>

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/loop.hpp"
#include "tests/kube/lease_store.hpp"
#include "tests/kube/refused_replica.hpp"

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;

// A replica on a machine of its own, with a clock of its own.
class Replica {
 public:
  Replica(LeaseStore& store, std::string name, Duration wrong_by = {}, Duration up_for = {},
          std::optional<Work> work = {})
      : clock(WallTime(std::chrono::seconds(1767323045)) + wrong_by),
        client(store, clock),
        fence(clock),
        elector(
            loop.executor(), client, clock, fence,
            {.lease = {"rotor-system", "rotor"}, .identity = std::move(name), .timings = {}, .work = std::move(work)}) {
    clock.advance(up_for);
    loop.start(live(*this));
  }
  ~Replica() { loop.stop(); }
  Replica(const Replica&) = delete;

  void pass(Duration time) { clock.advance(loop.io(), time); }

  test::FakeClock clock;
  test::Loop loop;
  LeaseClient client;
  Fence fence;
  Elector elector;
  std::string lost{};  // why it leads no more

 private:
  static Task<> live(Replica& self) {
    co_await self.elector.acquire();
    self.lost = co_await self.elector.keep();
  }
};

void pass(Duration time, std::initializer_list<Replica*> replicas, Duration step = 100ms) {
  for (Duration done{}; done < time; done += step) {
    for (Replica* replica : replicas) replica->pass(step);
  }
}

TEST(Elector, SaysInItsLeaseWhatItsInstallationWorksOn) {
  LeaseStore store;
  test::FakeClock clock;
  LeaseClient client(store, clock);
  Fence fence(clock);
  test::Loop loop;
  Elector elector(
      loop.executor(), client, clock, fence,
      {.lease = {"rotor-system", "rotor"}, .identity = "a", .timings = {}, .work = Work{.controller_class = "x"}});
  loop.start(elector.acquire());
  ASSERT_TRUE(store.lease);
  EXPECT_EQ(store.lease->metadata.labels[std::string("rotor/lease")], "installation");
  EXPECT_EQ(store.lease->metadata.annotations[std::string("rotor/works-on")],
            R"({"class":"x","namespace":"","instances":false})");
}

TEST(Elector, WaitsForOneOfOtherWorkAndSaysWhose) {
  struct Row {
    std::string_view what;
    Work first;
    Rival rival;
  };
  const Work ours{.controller_class = "default", .namespaces = "a", .installation = "system/rotor"};
  Work before = ours, other = ours;
  before.namespaces = "b";
  other.namespaces = "b";
  other.installation = "system/other";
  for (const Row& row : {Row{"a replica of the same", ours, Rival::kNone},
                         Row{"its predecessor, of another scope", before, Rival::kOtherWork},
                         Row{"another installation", other, Rival::kStranger}}) {
    LeaseStore store;
    Replica a(store, "a", {}, {}, row.first);
    Replica b(store, "b", {}, {}, ours);
    pass(60s, {&a, &b});
    EXPECT_FALSE(b.elector.leads()) << row.what;
    EXPECT_EQ(b.elector.waiting().rival, row.rival) << row.what;
    EXPECT_EQ(b.elector.waiting().holder, row.rival == Rival::kNone ? "" : "a") << row.what;
    EXPECT_EQ(a.elector.waiting().rival, Rival::kNone) << row.what;
    a.loop.stop();
    a.loop.start(a.elector.give_back());
    pass(6s, {&b});
    EXPECT_TRUE(b.elector.leads()) << row.what;
    EXPECT_EQ(b.elector.waiting().rival, Rival::kNone) << row.what;
    EXPECT_EQ(read_work(*store.lease)->namespaces.text(), "a") << row.what;
  }
}

struct Refused : RefusedReplica {
  using RefusedReplica::RefusedReplica;
  ~Refused() { loop.stop(); }

  Elector elector{loop.executor(), client, clock, fence, {.lease = {"ns", "rotor"}, .identity = "a", .timings = {}}};
};

TEST(Elector, SaysWhichRightItLacksUntilItHasIt) {
  for (const std::string verb : {"get", "create", "patch"}) {
    LeaseStore store;
    if (verb == "patch") (void)store.put({});
    Refused it(store, verb);
    Elector& elector = it.elector;
    it.loop.start(elector.acquire());
    EXPECT_TRUE(elector.refused().starts_with("this replica may not " + verb + " leases.coordination.k8s.io ns/rotor"))
        << elector.refused();
    it.client.reachable = false;
    it.clock.advance(it.loop.io(), 10s);
    EXPECT_NE(elector.refused(), "") << verb << ": that it does not answer is no right";
    it.client.reachable = true;
    it.client.refused_verb = "";
    it.clock.advance(it.loop.io(), 10s);
    EXPECT_EQ(elector.refused(), "") << verb;
    EXPECT_TRUE(elector.leads() || it.fence.is_open()) << verb;
  }
}

TEST(Elector, SaysThatItMayNotListItsLeaseThoughItLeads) {
  for (const std::string verb : {"list", ""}) {
    LeaseStore store;
    Refused it(store, verb);
    Elector& elector = it.elector;
    it.loop.start(elector.listen());
    it.loop.start(elector.acquire());
    EXPECT_TRUE(elector.leads());
    EXPECT_EQ(elector.refused().starts_with("this replica may not list and watch leases.coordination.k8s.io ns/rotor"),
              verb == "list")
        << elector.refused();
    EXPECT_EQ(elector.refused().empty(), verb.empty()) << "that it cannot be listed now is no right";
  }
}

TEST(Elector, TakesAFreeLeaseAtOnceAndRenewsItEveryRetryPeriod) {
  LeaseStore store;
  Replica a(store, "a");
  EXPECT_TRUE(a.elector.leads());
  EXPECT_EQ(a.fence.left(), 10s);
  pass(10s, {&a});
  EXPECT_TRUE(a.fence.is_open());
  EXPECT_EQ(store.holders, std::vector<std::string>(6, "a"));
}

TEST(Elector, TakesOverWhenTheLeaseStoodStillForItsDuration) {
  LeaseStore store;
  Replica a(store, "a");
  Replica b(store, "b");
  pass(30s, {&a, &b});
  EXPECT_TRUE(a.elector.leads());
  EXPECT_FALSE(b.elector.leads());
  pass(13s, {&b});  // a is dead
  EXPECT_FALSE(b.elector.leads());
  pass(2s + 5s, {&b});
  EXPECT_TRUE(b.elector.leads());
  EXPECT_EQ(store.lease->spec.lease_transitions, 1);
}

TEST(Elector, DoesNotBelieveTheClocksOfOthers) {
  for (const Duration wrong : {-8760h, 8760h}) {
    LeaseStore store;
    Replica a(store, "a", wrong);
    Replica b(store, "b");
    pass(60s, {&a, &b});
    EXPECT_TRUE(a.elector.leads());
    EXPECT_FALSE(b.elector.leads());
    a.clock.set_wall(b.clock.now() + 24h);  // somebody sets it under way
    pass(60s, {&a, &b});
    EXPECT_TRUE(a.elector.leads());
    EXPECT_FALSE(b.elector.leads());
  }
}

TEST(Elector, EndsBeforeOthersMayBeginWhenItCannotRenew) {
  LeaseStore store;
  Replica a(store, "a");
  Replica b(store, "b");
  pass(4s, {&a, &b});
  a.client.reachable = false;
  pass(9900ms, {&a, &b});
  EXPECT_TRUE(a.fence.is_open());
  pass(200ms, {&a, &b});
  EXPECT_FALSE(a.fence.is_open());
  EXPECT_FALSE(b.fence.is_open());
  EXPECT_EQ(a.lost, "lease rotor-system/rotor, to be renewed within 10s: cannot be reached");
  pass(10s, {&a, &b});
  EXPECT_TRUE(b.elector.leads());
}

TEST(Elector, EndsAtOnceWhenAnotherTookTheLease) {
  LeaseStore store;
  Replica a(store, "a");
  store.lease->spec.holder_identity = "thief";
  (void)store.put(*store.lease);
  pass(2s, {&a});
  EXPECT_FALSE(a.elector.leads());
  EXPECT_EQ(a.lost, "lease rotor-system/rotor, to be renewed within 10s: \"thief\" took it");
}

TEST(Elector, GivesTheLeaseBackSoThatNobodyWaits) {
  LeaseStore store;
  Replica a(store, "a");
  Replica b(store, "b");
  pass(3s, {&a, &b});
  a.loop.stop();
  a.loop.start(a.elector.give_back());
  EXPECT_FALSE(a.fence.is_open());
  EXPECT_EQ(store.lease->spec.holder_identity, "");
  pass(4500ms, {&b});  // without a watch: its own pace
  EXPECT_TRUE(b.elector.leads());
}

TEST(Elector, TheLeaderMakesARemovedLeaseAnewAndTheStandbyLeavesItToHim) {
  LeaseStore store;
  Replica a(store, "a");
  Replica b(store, "b");
  pass(3s, {&a, &b});
  for (int i = 0; i < 20; ++i) {
    store.lease.reset();
    // There again within 2s, and for longer than the standby, who has no watch here, ever pauses.
    for (int step = 0; step < 80; ++step) {
      pass(100ms, {&b, &a});
      ASSERT_FALSE(b.fence.is_open()) << i << " " << step;
    }
  }
  EXPECT_TRUE(a.elector.leads());
  pass(3s, {&b, &a});
  EXPECT_EQ(store.lease->spec.holder_identity, "a");
}

TEST(Elector, AStandbyTakesARemovedLeaseWhenItsHolderHasEndedForSure) {
  LeaseStore store;
  Replica a(store, "a");
  Replica b(store, "b");
  pass(3s, {&a, &b});
  a.client.reachable = false;
  store.lease.reset();
  pass(14s, {&a, &b});
  EXPECT_FALSE(a.fence.is_open());
  EXPECT_FALSE(b.fence.is_open());
  pass(6s, {&a, &b});
  EXPECT_TRUE(b.elector.leads());
}

TEST(Elector, LeavesTheLeaseAloneWhenItDoesNotLead) {
  LeaseStore store;
  Replica a(store, "a");
  Replica b(store, "b");
  b.loop.stop();
  b.loop.start(b.elector.give_back());
  EXPECT_EQ(store.lease->spec.holder_identity, "a");
}

// What a replica that stood still believes when it wakes up: its clock has gone on, nothing of it has run.
TEST(Elector, OfSeveralReplicasNeverOpensTwoFencesHoweverTheyStumble) {
  constexpr Duration kStep = 250ms;
  std::size_t hand_overs = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    std::minstd_rand random(seed);
    const auto one_in = [&random](unsigned n) { return random() % n == 0; };
    LeaseStore store;
    std::vector<std::unique_ptr<Replica>> replicas;
    for (const char* name : {"a", "b", "c"}) replicas.push_back(std::make_unique<Replica>(store, name));
    std::array<Duration, 3> stopped{};  // how long it stands still yet
    std::array<Duration, 3> missed{};   // and how long it has
    for (int step = 0; step < 800; ++step) {
      for (std::size_t i = 0; i < 3; ++i) {
        Replica& r = *replicas[i];
        if (stopped[i] > Duration::zero()) {
          stopped[i] -= kStep;
          missed[i] += kStep;
          continue;
        }
        if (missed[i] > Duration::zero()) r.clock.advance(missed[i]);  // wakes up: all at once
        missed[i] = {};
        if (one_in(60)) r.client.reachable = !r.client.reachable;
        if (one_in(20)) r.client.there = 100ms * (random() % 80);
        if (one_in(20)) r.client.back = 100ms * (random() % 80);
        if (one_in(80)) stopped[i] = 1s * (random() % 25);
        r.pass(kStep);
        if (!r.lost.empty() && one_in(10)) {  // its container is started again
          ++hand_overs;
          const Duration up_for = r.clock.steady() - SteadyTime(1h);
          replicas[i] = std::make_unique<Replica>(store, "again" + std::to_string(step), Duration(), up_for);
        }
        int open = 0;
        for (std::size_t k = 0; k < 3; ++k) open += replicas[k]->fence.left() > missed[k] ? 1 : 0;
        ASSERT_LE(open, 1) << "seed " << seed << ", step " << step;
      }
    }
  }
  EXPECT_GT(hand_overs, 100U);  // else nothing was shown
}

}  // namespace
}  // namespace rotor::kube
