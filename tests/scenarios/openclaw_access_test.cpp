// Identity, rights, network policy and disruption budget of an instance on the embedded API server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apiserver/server/faults.hpp"
#include "tests/scenarios/openclaw_world.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr kube::Resource kRoles{"rbac.authorization.k8s.io", "v1", "roles", "Role"};
constexpr kube::Resource kRoleBindings{"rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding"};
constexpr kube::Resource kPolicies{"networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy"};
constexpr kube::Resource kBudgets{"policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget"};
constexpr std::array kGuards = {kRoles, kRoleBindings, kPolicies, kBudgets};

class OpenClawAccess : public testing::Test {
 protected:
  void provisioned(std::string_view spec = "{}") {
    world.instance("foo", spec);
    world.start_operator();
    world.until("the status", [this] { return !world.condition("foo", "StatefulSetReady").empty(); });
  }
  std::string named(std::string_view key) {
    const json::Value instance = world.get(kInstances, "foo");
    const json::Value* names = json::find(instance, "status.managedResources");
    return names == nullptr ? "" : std::string(json::find_string(*names, key));
  }
  OpenClawWorld world;
};

TEST_F(OpenClawAccess, B230EveryGuardIsThereAndNamedInTheStatus) {
  provisioned();
  for (const kube::Resource& kind : kGuards) EXPECT_FALSE(world.get(kind, "foo").is_null()) << kind.kind;
  for (const char* key : {"role", "roleBinding", "networkPolicy", "podDisruptionBudget"}) EXPECT_EQ(named(key), "foo");
  EXPECT_EQ(world.condition("foo", "RBACReady"), "True/RBACCreated");
  EXPECT_EQ(world.condition("foo", "NetworkPolicyReady"), "True/NetworkPolicyCreated");
}

TEST_F(OpenClawAccess, B237ASecondPassWritesNoneOfThem) {
  provisioned(R"({"security":{"networkPolicy":{"allowedIngressCIDRs":["10.0.0.0/8"],"additionalEgress":[
                   {"to":[{"podSelector":{}}],"ports":[{"port":1},{"port":"http","protocol":"UDP"}]},{"to":[],"ports":[]}]},
                  "rbac":{"additionalRules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]}},
                  "availability":{"podDisruptionBudget":{"maxUnavailable":0}}})");
  const auto writes = [this] {
    std::uint64_t all = 0;
    for (const kube::Resource& kind : kGuards) all += world.operator_requests("patch", kind.plural);
    return all;
  };
  EXPECT_EQ(writes(), kGuards.size());
  for (int i = 0; i < 3; ++i) {
    world.settle_after("foo", [&] {
      world.merge(kInstances, "foo", R"({"metadata":{"annotations":{"poke":")" + std::to_string(i) + R"("}}})");
    });
  }
  EXPECT_EQ(writes(), kGuards.size());
}

TEST_F(OpenClawAccess, B050AndB107WhatIsSwitchedOffGoes) {
  provisioned();
  world.merge(kInstances, "foo", R"({"spec":{"security":{"networkPolicy":{"enabled":false}},
                                    "availability":{"podDisruptionBudget":{"enabled":false}}}})");
  world.until("the end of both",
              [this] { return world.get(kPolicies, "foo").is_null() && world.get(kBudgets, "foo").is_null(); });
  world.until("the status", [this] { return named("networkPolicy").empty(); });
  EXPECT_EQ(named("podDisruptionBudget"), "");
  EXPECT_EQ(world.condition("foo", "NetworkPolicyReady"), "");
  world.merge(kInstances, "foo", R"({"spec":{"security":{"networkPolicy":{"enabled":true}}}})");
  world.until("the policy", [this] { return !world.get(kPolicies, "foo").is_null(); });
}

TEST_F(OpenClawAccess, B027TheUsersAccountIsUsedAndNothingIsMadeForIt) {
  provisioned(R"({"security":{"rbac":{"createServiceAccount":false,"serviceAccountName":"ext"}}})");
  EXPECT_TRUE(world.get(kServiceAccounts, "ext").is_null());
  EXPECT_TRUE(world.get(kRoles, "foo").is_null());
  EXPECT_TRUE(world.get(kRoleBindings, "foo").is_null());
  EXPECT_EQ(world.condition("foo", "RBACReady"), "True/RBACCreated");
}

TEST_F(OpenClawAccess, ARoleThatIsSwitchedOffStaysForWhoeverUsesItsAccount) {
  provisioned();
  world.settle_after("foo", [this] {
    world.merge(kInstances, "foo", R"({"spec":{"security":{"rbac":{"createServiceAccount":false}}}})");
  });
  EXPECT_FALSE(world.get(kRoles, "foo").is_null());
  EXPECT_FALSE(world.get(kServiceAccounts, "foo").is_null());
}

TEST_F(OpenClawAccess, RightsThatTheOperatorHasNotItselfAreSaidWithTheWayOut) {
  world.faults().add({.verb = "patch",
                      .resource = "roles",
                      .times = -1,
                      .status = 403,
                      .reason = "Forbidden",
                      .message = "attempting to grant RBAC permissions not currently held"});
  world.instance("foo", R"({"security":{"rbac":{"additionalRules":[
                            {"apiGroups":["batch"],"resources":["jobs"],"verbs":["create"]}]}}})");
  world.start_operator();
  world.until("Failed", [this] { return world.phase("foo") == "Failed"; });
  EXPECT_EQ(world.condition("foo", "RBACReady"), "False/RoleDenied");
  world.until("the event", [this] { return !world.events("ReconcileFailed").empty(); });
  const std::string said = json::serialize(world.events("ReconcileFailed")[0]);
  EXPECT_THAT(said, HasSubstr("security.rbac.additionalRules"));
  EXPECT_THAT(said, HasSubstr("permissions not currently held"));
}

// Of a Role that asks for nothing beyond its own: it is Rotor that may not write it.
TEST_F(OpenClawAccess, ARightThatRotorLacksIsSaidAsThat) {
  world.faults().add(
      {.verb = "patch",
       .resource = "roles",
       .times = -1,
       .status = 403,
       .reason = "Forbidden",
       .message =
           R"(roles.rbac.authorization.k8s.io "foo" is forbidden: User "rotor" cannot create resource "roles")"});
  world.instance("foo", "{}");
  world.start_operator();
  world.until("Failed", [this] { return world.phase("foo") == "Failed"; });
  EXPECT_EQ(world.condition("foo", "RBACReady"), "False/RoleDenied");
  world.until("the event", [this] { return !world.events("ReconcileFailed").empty(); });
  for (const std::string& said : {json::serialize(world.events("ReconcileFailed")[0]),
                                  json::serialize(*json::find(world.get(kInstances, "foo"), "status.conditions"))}) {
    EXPECT_THAT(said, HasSubstr(R"(cannot create resource \"roles\")"));
    EXPECT_THAT(said, HasSubstr("rotor doctor"));
    EXPECT_THAT(said, Not(HasSubstr("additionalRules")));
  }
}

TEST_F(OpenClawAccess, B023AnAnnotationThatIsTakenOutLeavesTheAccountAndOthersStay) {
  provisioned(R"({"security":{"rbac":{"serviceAccountAnnotations":{"eks.amazonaws.com/role-arn":"arn:a"}}}})");
  world.merge(kServiceAccounts, "foo", R"({"metadata":{"annotations":{"x":"y"}}})");
  world.merge(kInstances, "foo", R"({"spec":{"security":{"rbac":{"serviceAccountAnnotations":null}}}})");
  world.until("the account", [this] {
    return !json::serialize(*json::find(world.get(kServiceAccounts, "foo"), "metadata.annotations")).contains("arn:a");
  });
  EXPECT_THAT(json::serialize(world.get(kServiceAccounts, "foo")), HasSubstr(R"("x":"y")"));
}

TEST_F(OpenClawAccess, AForeignEditOfThePolicyIsRepairedAndForeignLabelsStay) {
  provisioned();
  world.merge(kPolicies, "foo", R"({"metadata":{"labels":{"team":"x"}},"spec":{"egress":[]}})");
  world.until("the repair", [this] {
    const json::Value policy = world.get(kPolicies, "foo");
    const json::Value* rules = json::find(policy, "spec.egress");
    return rules != nullptr && rules->as_array().size() == 2;
  });
  EXPECT_THAT(json::serialize(world.get(kPolicies, "foo")), HasSubstr(R"("team":"x")"));
}

}  // namespace
}  // namespace rotor::test
