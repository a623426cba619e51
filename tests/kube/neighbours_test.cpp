// Two installations that work on the same objects: who waits for whom.
#include "kube/leader/neighbours.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kube/leader/lease_fields.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/loop.hpp"
#include "tests/fakes/strict_client.hpp"

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;

// The Leases of a cluster, which an installation lists and does nothing else with.
class Leases final : public test::StrictClient {
 public:
  std::map<Key, Lease> all;
  bool denied = false;
  std::string asked_for;  // "namespace?selector" of the last list

  void put(const Key& key, const std::string& holder, const Work& work) {
    Lease lease;
    lease.metadata.ns = key.ns;
    lease.metadata.name = key.name;
    lease.metadata.resource_version = std::to_string(++version_);
    mark_lease(lease.metadata, work);
    lease.spec.holder_identity = holder;
    lease.spec.lease_duration_seconds = 15;
    all.insert_or_assign(key, std::move(lease));
  }
  void renew(const Key& key) {
    Lease& lease = all.at(key);
    lease.metadata.resource_version = std::to_string(++version_);
    lease.spec.renew_time = lease.metadata.resource_version;
  }
  Task<Result<ListPage>> list_page(Resource, std::string ns, ListOptions options, std::string) override {
    asked_for = ns + "?" + options.label_selector;
    if (denied) co_return fail(Code::kDenied, "leases is forbidden");
    std::string items;
    for (const auto& [key, lease] : all) items += (items.empty() ? "" : ",") + json::write(lease);
    co_return ListPage{SecretBytes(R"({"items":[)" + items + "]}"), "1", ""};
  }

 private:
  int version_ = 0;
};

const Work kEverything{.controller_class = "default", .instances = true};
const Key kOurs{"rotor-b", "lease"};
const Key kTheirs{"rotor-a", "lease"};
const Key kLater{"rotor-c", "lease"};

class NeighboursTest : public testing::Test {
 protected:
  static Task<> follow(Task<> task, bool& ended) {
    co_await std::move(task);
    ended = true;
  }
  static Task<> follow_verdict(Task<bool> task, std::optional<bool>& verdict) { verdict = co_await std::move(task); }
  // So long, with a renewal of each of these Leases every two seconds.
  void pass(Duration time, const std::vector<Key>& renewed = {}) {
    for (Duration done{}; done < time; done += 2s) {
      for (const Key& key : renewed) client.renew(key);
      clock.advance(loop.io(), 2s);
    }
  }

  test::FakeClock clock;
  Leases client;
  Neighbours neighbours{client, clock, {.lease = kOurs, .work = kEverything}};
  test::Loop loop;
  bool alone = false;
  std::optional<bool> may;
};

TEST(WorkOfAnInstallation, SaysWhoseItIs) {
  const Work ours{.controller_class = "default", .installation = "ns/rotor"};
  Work other = ours, nobodys = ours;
  other.installation = "ns/other";
  nobodys.installation = "";
  EXPECT_TRUE(of_two_installations(ours, other));
  EXPECT_FALSE(of_two_installations(ours, ours));
  EXPECT_FALSE(of_two_installations(ours, nobodys));
  EXPECT_FALSE(of_two_installations(nobodys, ours));
  Lease lease;
  mark_lease(lease.metadata, other);
  EXPECT_EQ(read_work(lease)->installation, "ns/other");
}

TEST(WorkOfAnInstallation, OverlapsWhereBothWouldWrite) {
  struct Row {
    std::string_view what;
    Work a, b;
    bool overlaps;
  };
  for (const Row& row : {
           Row{"the same", {"default", "", true}, {"default", "", true}, true},
           Row{"all of the cluster and a namespace of it", {"default", "", false}, {"default", "team", false}, true},
           Row{"two namespaces", {"default", "a", true}, {"default", "b", true}, false},
           Row{"two classes", {"default", "", false}, {"other", "", false}, false},
           Row{"lists that share one",
               {"default", Namespaces::listed("a,b"), false},
               {"default", Namespaces::listed("b,c"), false},
               true},
           Row{"two classes, but instances have none", {"default", "", true}, {"other", "", true}, true},
           Row{"two classes, instances in one of them", {"default", "", true}, {"other", "", false}, false},
       }) {
    EXPECT_EQ(overlap(row.a, row.b), row.overlaps) << row.what;
    EXPECT_EQ(overlap(row.b, row.a), row.overlaps) << row.what;
    Lease lease;
    mark_lease(lease.metadata, row.a);
    const auto read = read_work(lease);
    ASSERT_TRUE(read);
    EXPECT_EQ(write_work(*read), write_work(row.a));
  }
  EXPECT_FALSE(read_work(Lease{})) << "of an earlier Rotor, or somebody else's";
}

TEST_F(NeighboursTest, IsAloneWithItsOwnLeaseAndThoseThatOverlapNothing) {
  client.put(kOurs, "us", kEverything);
  client.put(kTheirs, "them", {.controller_class = "other"});
  loop.start(follow(neighbours.until_alone(), alone));
  EXPECT_TRUE(alone);
  EXPECT_EQ(client.asked_for, "?rotor/lease=installation");
  EXPECT_EQ(neighbours.rival(), "");
}

TEST_F(NeighboursTest, TheSecondOneSaysSoAndWaitsUntilTheFirstHasEnded) {
  client.put(kTheirs, "them", kEverything);
  loop.start(follow(neighbours.until_alone(), alone));
  pass(120s, {kTheirs});
  EXPECT_FALSE(alone);
  EXPECT_EQ(neighbours.rival(), "rotor-a/lease");
  client.put(kTheirs, "", kEverything);  // given back: its next replica goes first
  pass(10s);
  EXPECT_FALSE(alone);
  pass(10s);
  EXPECT_TRUE(alone);
  EXPECT_EQ(neighbours.rival(), "");
}

TEST_F(NeighboursTest, OfItsOwnNamespaceIsItsPredecessorUnlessItSaysOtherwise) {
  struct Row {
    Key lease;
    std::string theirs, ours;
    bool elsewhere;
  };
  const Key beside{kOurs.ns, "another"};
  for (const Row& row : {Row{beside, "", "", false}, Row{beside, "rotor-b/rotor", "rotor-b/rotor", false},
                         Row{beside, "rotor-b/two", "rotor-b/rotor", true}, Row{beside, "rotor-b/two", "", false},
                         Row{kTheirs, "", "", true}, Row{kTheirs, "rotor-a/rotor", "rotor-b/rotor", true}}) {
    Work ours = kEverything, theirs = kEverything;
    ours.installation = row.ours;
    theirs.installation = row.theirs;
    Leases leases;
    leases.put(row.lease, "them", theirs);
    Neighbours looks(leases, clock, {.lease = kOurs, .work = ours});
    EXPECT_FALSE(looks.rival_elsewhere());
    test::Loop one;
    bool none = false;
    one.start(follow(looks.until_alone(), none));
    EXPECT_FALSE(none);
    EXPECT_EQ(looks.rival_elsewhere(), row.elsewhere) << row.lease.text() << " " << row.theirs << " " << row.ours;
    one.stop();
  }
}

TEST_F(NeighboursTest, OneThatDoesNotRenewItsLeaseIsNotWaitedFor) {
  client.put(kTheirs, "dead", kEverything);
  loop.start(follow(neighbours.until_alone(), alone));
  pass(12s);
  EXPECT_FALSE(alone);
  pass(6s);
  EXPECT_TRUE(alone);
}

TEST_F(NeighboursTest, OneThatWasGivenBackLongAgoDelaysNobody) {
  client.put(kTheirs, "", kEverything);
  loop.start(follow(neighbours.until_alone(), alone));
  EXPECT_TRUE(alone);
}

TEST_F(NeighboursTest, OfTwoThatBeginAtOnceTheLaterByNameGivesWay) {
  client.put(kTheirs, "them", kEverything);
  loop.start(follow_verdict(neighbours.may_begin(), may));
  EXPECT_EQ(may, false);
}

TEST_F(NeighboursTest, OfTwoThatBeginAtOnceTheFirstByNameWaitsForTheOtherToGiveWay) {
  client.put(kLater, "them", kEverything);
  loop.start(follow_verdict(neighbours.may_begin(), may));
  pass(20s, {kLater});
  EXPECT_EQ(may, std::nullopt);
  client.put(kLater, "", kEverything);
  pass(20s);
  EXPECT_EQ(may, true);
}

TEST_F(NeighboursTest, WhoMayNotListLeasesWorksAsIfAlone) {
  client.denied = true;
  loop.start(follow(neighbours.until_alone(), alone));
  loop.start(follow_verdict(neighbours.may_begin(), may));
  EXPECT_TRUE(alone);
  EXPECT_EQ(may, true);
}

TEST_F(NeighboursTest, WhoWorksSeesOneThatBeganAllTheSame) {
  loop.start(neighbours.watch());
  client.put(kLater, "them", kEverything);
  pass(130s, {kLater});
  EXPECT_EQ(neighbours.rival(), "rotor-c/lease");
  client.put(kLater, "", kEverything);
  pass(250s);
  EXPECT_EQ(neighbours.rival(), "");
}

}  // namespace
}  // namespace rotor::kube
