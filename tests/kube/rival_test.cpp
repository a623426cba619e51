#include "kube/leader/rival.hpp"

#include <gtest/gtest.h>

#include "kube/leader/lease_fields.hpp"

namespace rotor::kube {
namespace {

const Work kWork{.controller_class = "default", .namespaces = "a", .installation = "system/rotor"};
constexpr std::string_view kGroup = "rotor-shards/12/class=default namespace=a";
const Key kTheLease{"system", "rotor-lease"};

Lease held(std::string holder, const std::optional<Work>& work = {}) {
  Lease lease;
  lease.spec.holder_identity = std::move(holder);
  mark_lease(lease.metadata, work);
  return lease;
}

Work with(std::string_view namespaces, std::string installation = "system/rotor", bool instances = false) {
  return {.controller_class = "default",
          .namespaces = Namespaces::listed(namespaces),
          .instances = instances,
          .installation = std::move(installation)};
}

struct Row {
  std::string_view what;
  std::optional<Lease> lease;
  Rival for_a_leader;
  Rival for_members;
};

TEST(Rival, IsToldByItsWorkAndByWhoseReplicaItIs) {
  const std::string group(kGroup), thirty = "rotor-shards/30/class=default namespace=a";
  const std::string b = "rotor-shards/12/class=default namespace=b";
  using enum Rival;
  for (const Row& row : {
           Row{"no Lease", std::nullopt, kNone, kNone},
           Row{"given back", held("", with("b", "system/other")), kNone, kNone},
           Row{"another operator, or an earlier Rotor", held("pod_1"), kNone, kPredecessor},
           Row{"a leader of the same work", held("pod_1", with("a")), kNone, kPredecessor},
           Row{"a leader before its scope was changed", held("pod_1", with("b")), kOtherWork, kOtherWork},
           Row{"one of a wider scope", held("pod_1", with("")), kOtherWork, kOtherWork},
           Row{"one that has instances, too", held("pod_1", with("a", "system/rotor", true)), kOtherWork, kOtherWork},
           Row{"other work, and nobody says whose", held("pod_1", with("b", "")), kOtherWork, kOtherWork},
           Row{"another installation's leader", held("pod_1", with("b", "system/other")), kStranger, kStranger},
           Row{"one of that name elsewhere", held("pod_1", with("b", "else/rotor")), kStranger, kStranger},
           Row{"two installations of one work", held("pod_1", with("a", "system/other")), kNone, kStranger},
           Row{"our group", held(group, with("a")), kPredecessor, kNone},
           Row{"our group, one of which has instances", held(group, with("a", "system/rotor", true)), kOtherWork,
               kNone},
           Row{"a group of another number of shards", held(thirty, with("a")), kPredecessor, kPredecessor},
           Row{"one that does not say its work otherwise", held(thirty), kPredecessor, kPredecessor},
           Row{"a group before its scope was changed", held(b, with("b")), kOtherWork, kOtherWork},
           Row{"an earlier Rotor's group", held(b), kOtherWork, kOtherWork},
           Row{"another installation's group", held(b, with("b", "system/other")), kStranger, kStranger},
           Row{"a group of no work", held("rotor-shards/12"), kOtherWork, kOtherWork},
       }) {
    EXPECT_EQ(rival_of(row.lease, "", kWork), row.for_a_leader) << row.what;
    EXPECT_EQ(rival_of(row.lease, kGroup, kWork), row.for_members) << row.what;
  }
}

TEST(Rival, OfTheSameNamespacesInAnotherOrderDoesTheSame) {
  EXPECT_EQ(rival_of(held("pod_1", with("a,b")), "", with("b,a")), Rival::kNone);
  EXPECT_EQ(rival_of(held("pod_1", with("a,b")), "", with("b,a,c")), Rival::kOtherWork);
  EXPECT_EQ(rival_of(held("rotor-shards/12/class=default namespace=a,b", with("a,b")),
                     "rotor-shards/12/class=default namespace=b,a", with("b,a")),
            Rival::kPredecessor);
}

TEST(Rival, OnlyAStrangerKeepsAReplicaFromBeingReady) {
  for (const Rival rival : {Rival::kNone, Rival::kPredecessor, Rival::kOtherWork}) {
    EXPECT_EQ(why_it_waits({rival, "pod_1", "w"}, kTheLease), "");
  }
  EXPECT_EQ(why_it_waits(waiting_for(held("pod_1", with("b", "system/other")), "", kWork), kTheLease),
            R"(another installation holds the Lease system/rotor-lease: pod_1, which works on )"
            R"({"class":"default","namespace":"b","instances":false,"installation":"system/other"}; )"
            "give one of them another --leader-election-id (leaderElectionID of the chart), or remove it");
}

TEST(Rival, IsShownInTheMetricWhereItsWorkIsOther) {
  EXPECT_FALSE(for_other_work(Rival::kNone));
  EXPECT_FALSE(for_other_work(Rival::kPredecessor));
  EXPECT_TRUE(for_other_work(Rival::kOtherWork));
  EXPECT_TRUE(for_other_work(Rival::kStranger));
}

TEST(Refusal, NamesVerbResourceAndWayOut) {
  constexpr std::string_view kWords =
      " leases.coordination.k8s.io system/rotor-lease: give its ServiceAccount that right in namespace system (the "
      "chart and deploy/rbac.yaml have it); the API server says: no";
  for (const std::string verb : {"get", "create", "patch"}) {
    EXPECT_EQ(refusal_of(verb, kTheLease, {Code::kDenied, "no"}), "this replica may not " + verb + std::string(kWords));
  }
  for (const Code code : {Code::kNotFound, Code::kConflict, Code::kUnavailable, Code::kTimeout, Code::kThrottled,
                          Code::kUnauthenticated, Code::kInvalid, Code::kAlreadyExists}) {
    EXPECT_EQ(refusal_of("patch", kTheLease, {code, "no"}), "");
  }
}

}  // namespace
}  // namespace rotor::kube
