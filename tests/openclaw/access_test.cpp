// Who an instance's pod is, what it may do, what reaches it and what it reaches: the rows of the behaviour table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/document.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/managed.hpp"

namespace rotor::openclaw {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

api::OpenClawInstance guarded(std::string_view spec = "{}") {
  api::OpenClawInstance instance;
  instance.metadata.name = "foo";
  instance.metadata.ns = "test-ns";
  instance.metadata.uid = "u-1";
  auto read = json::read<api::InstanceSpec>(spec);
  EXPECT_TRUE(read) << read.error().message;
  instance.spec = std::move(read).value_or(api::InstanceSpec{});
  return instance;
}

const ManagedKind& row_of(std::string_view status_key) {
  return *std::ranges::find(managed_kinds(), status_key, &ManagedKind::status_key);
}

std::string text(const auto& part) { return json::write(part); }

std::string account_with(std::string_view annotations) {
  return R"({"security":{"rbac":{"serviceAccountAnnotations":)" + std::string(annotations) + "}}}";
}

TEST(Identity, B020ByDefaultThePodGetsNoApiToken) {
  const auto account = build_service_account(guarded());
  EXPECT_EQ(account.automount_service_account_token, false);
  EXPECT_THAT(account.metadata.annotations, IsEmpty());
}

TEST(Identity, B021TheAccountHasTheAnnotationsOfTheSpecAndOurLabels) {
  const auto account = build_service_account(guarded(account_with(R"({"eks.amazonaws.com/role-arn":"arn:a"})")));
  EXPECT_THAT(account.metadata.annotations, ElementsAre(testing::Pair("eks.amazonaws.com/role-arn", "arn:a")));
  EXPECT_EQ(account.metadata.labels, build_service_account(guarded()).metadata.labels);
}

TEST(Identity, AzuresWebhookFindsItsLabelOnThePod) {
  const auto pod_labels = [](std::string_view spec) {
    return build_stateful_set(guarded(spec), {}).spec.pod_template.metadata.labels;
  };
  EXPECT_EQ(pod_labels(account_with(R"({"azure.workload.identity/client-id":"1"})")).at("azure.workload.identity/use"),
            "true");
  EXPECT_FALSE(pod_labels("{}").contains("azure.workload.identity/use"));
}

TEST(Rights, B024ByDefaultTheConfigurationIsReadAndNothingElse) {
  EXPECT_EQ(text(build_role(guarded()).rules[0]),
            R"({"apiGroups":[""],"resources":["configmaps"],"resourceNames":["foo-config"],"verbs":["get","watch"]})");
  EXPECT_EQ(build_role(guarded()).rules.size(), 1U);
}

TEST(Rights, B025AdditionalRulesFollow) {
  const auto role = build_role(guarded(
      R"({"security":{"rbac":{"additionalRules":[{"apiGroups":["apps"],"resources":["deployments"],"verbs":["get","list"]}]}}})"));
  ASSERT_EQ(role.rules.size(), 2U);
  EXPECT_EQ(text(role.rules[1]), R"({"apiGroups":["apps"],"resources":["deployments"],"verbs":["get","list"]})");
}

TEST(Rights, B026TheAccountOfThePodHasTheRole) {
  const auto binding = build_role_binding(guarded());
  EXPECT_EQ(text(binding.role_ref), R"({"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"foo"})");
  EXPECT_EQ(text(binding.subjects[0]), R"({"kind":"ServiceAccount","name":"foo","namespace":"test-ns"})");
}

TEST(Rights, B004AnotherNameOfTheAccountIsTheBindingsSubjectAndNoNameOfTheRole) {
  const auto instance = guarded(R"({"security":{"rbac":{"serviceAccountName":"custom-sa"}}})");
  EXPECT_EQ(build_role_binding(instance).subjects[0].name, "custom-sa");
  EXPECT_EQ(build_role_binding(instance).role_ref.name, "foo");
  EXPECT_EQ(build_role(instance).metadata.name, "foo");
}

TEST(Rights, B027WithoutCreationNothingOfTheIdentityIsOurs) {
  const auto instance = guarded(R"({"security":{"rbac":{"createServiceAccount":false}}})");
  for (const char* kind : {"serviceAccount", "role", "roleBinding"}) {
    EXPECT_EQ(row_of(kind).place(instance), Place::kEmpty) << kind;
    EXPECT_EQ(row_of(kind).unwanted, Unwanted::kStays) << kind;
    EXPECT_EQ(row_of(kind).place(guarded()), Place::kOurs) << kind;
  }
}

api::NetworkPolicySpec policy(std::string_view spec = "{}") { return build_network_policy(guarded(spec)).spec; }

std::vector<std::string> ports_of(const auto& rule) {
  std::vector<std::string> out;
  for (const auto& port : rule.ports) out.push_back(port.protocol + " " + port.port->text);
  return out;
}

TEST(Policy, B040ByDefault) {
  const auto spec = policy();
  EXPECT_THAT(spec.policy_types, ElementsAre("Ingress", "Egress"));
  EXPECT_EQ(text(spec.pod_selector),
            R"({"matchLabels":{"app.kubernetes.io/instance":"foo","app.kubernetes.io/name":"openclaw"}})");
  ASSERT_EQ(spec.ingress.size(), 1U);
  EXPECT_EQ(text(spec.ingress[0].from[0]),
            R"({"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"test-ns"}}})");
  EXPECT_THAT(ports_of(spec.ingress[0]), ElementsAre("TCP 18790", "TCP 18794", "TCP 9090"));
  ASSERT_EQ(spec.egress.size(), 2U);
  EXPECT_THAT(ports_of(spec.egress[0]), ElementsAre("UDP 53", "TCP 53"));
  EXPECT_THAT(ports_of(spec.egress[1]), ElementsAre("TCP 443"));
  EXPECT_THAT(spec.egress[0].to, IsEmpty());
  EXPECT_THAT(spec.egress[1].to, IsEmpty());
}

struct PortsCase {
  const char* row;
  const char* spec;
  std::vector<std::string> ports;
};
class PolicyPorts : public testing::TestWithParam<PortsCase> {};
TEST_P(PolicyPorts, AreThoseThatListen) {
  for (const auto& rule : policy(GetParam().spec).ingress) EXPECT_EQ(ports_of(rule), GetParam().ports);
}
INSTANTIATE_TEST_SUITE_P(
    Cases, PolicyPorts,
    testing::Values(PortsCase{"B041", R"({"observability":{"metrics":{"enabled":false}}})", {"TCP 18790", "TCP 18794"}},
                    PortsCase{"B042",
                              R"({"observability":{"metrics":{"port":8080}},
                  "security":{"networkPolicy":{"allowedIngressNamespaces":["a"]}}})",
                              {"TCP 18790", "TCP 18794", "TCP 8080"}},
                    PortsCase{"B043", R"({"gateway":{"enabled":false}})", {"TCP 18789", "TCP 18793", "TCP 9090"}},
                    PortsCase{"B044",
                              R"({"networking":{"service":{"ports":[{"name":"http","port":3978}]}}})",
                              {"TCP 3978", "TCP 9090"}},
                    PortsCase{"B045",
                              R"({"networking":{"service":{"ports":[{"name":"web","port":80,"targetPort":8080}]}}})",
                              {"TCP 8080", "TCP 9090"}},
                    PortsCase{"UDP",
                              R"({"networking":{"service":{"ports":[{"name":"u","port":5,"protocol":"UDP"}]}}})",
                              {"UDP 5", "TCP 9090"}},
                    PortsCase{"OnceForTwoThatLeadThere",
                              R"({"networking":{"service":{"ports":[{"name":"web","port":80,"targetPort":8080},
                                  {"name":"alt","port":8080},{"name":"u","port":8080,"protocol":"UDP"}]}}})",
                              {"TCP 8080", "UDP 8080", "TCP 9090"}},
                    PortsCase{"OnceForTheMetricsThatAPortOfTheUsersIs",
                              R"({"networking":{"service":{"ports":[{"name":"metrics","port":9090},
                                  {"name":"web","port":80}]}}})",
                              {"TCP 9090", "TCP 80"}}),
    [](const auto& c) { return std::string(c.param.row); });

TEST(Policy, B046NamespacesAndAddressesFollowInThisOrderWithTheSamePorts) {
  const auto spec = policy(
      R"({"security":{"networkPolicy":{"allowedIngressNamespaces":["a"],"allowedIngressCIDRs":["10.0.0.0/8"]}}})");
  ASSERT_EQ(spec.ingress.size(), 3U);
  EXPECT_EQ(text(spec.ingress[1].from[0]),
            R"({"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"a"}}})");
  EXPECT_EQ(text(spec.ingress[2].from[0]), R"({"ipBlock":{"cidr":"10.0.0.0/8"}})");
  EXPECT_EQ(ports_of(spec.ingress[2]), ports_of(spec.ingress[0]));
}

TEST(Policy, B047WithoutDnsOnlyHttpsStays) {
  const auto spec = policy(R"({"security":{"networkPolicy":{"allowDNS":false}}})");
  ASSERT_EQ(spec.egress.size(), 1U);
  EXPECT_THAT(ports_of(spec.egress[0]), ElementsAre("TCP 443"));
}

TEST(Policy, B048AllowedAddressesAreReachedOnEveryPort) {
  const auto spec = policy(R"({"security":{"networkPolicy":{"allowedEgressCIDRs":["10.1.0.0/16"]}}})");
  ASSERT_EQ(spec.egress.size(), 3U);
  EXPECT_EQ(text(spec.egress[2]), R"({"to":[{"ipBlock":{"cidr":"10.1.0.0/16"}}]})");
}

TEST(Policy, B049AdditionalRulesComeLastAsWritten) {
  constexpr std::string_view kRule =
      R"({"to":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"bifrost"}},"podSelector":{}}],)"
      R"("ports":[{"port":8080,"endPort":8090},{"port":"http","protocol":"TCP"}]})";
  const auto spec = policy(R"({"security":{"networkPolicy":{"additionalEgress":[)" + std::string(kRule) +
                           R"(],"allowedEgressCIDRs":["10.1.0.0/16"]}}})");
  const std::string last = text(spec.egress.back());
  EXPECT_EQ(*json::parse(last), *json::parse(kRule)) << last;
}

TEST(Policy, B050ItGoesWhenItIsSwitchedOff) {
  EXPECT_EQ(row_of("networkPolicy").place(guarded(R"({"security":{"networkPolicy":{"enabled":false}}})")),
            Place::kEmpty);
  EXPECT_EQ(row_of("networkPolicy").unwanted, Unwanted::kGoes);
}

TEST(Policy, GooglesMetadataServerIsReachedByThoseAloneWhoHaveAGoogleIdentity) {
  const auto spec = policy(R"({"security":{"networkPolicy":{"additionalEgress":[{"ports":[{"port":1}]}]},"rbac":{
                               "serviceAccountAnnotations":{"iam.gke.io/gcp-service-account":"a@b"}}}})");
  ASSERT_EQ(spec.egress.size(), 4U);
  EXPECT_EQ(text(spec.egress[2].to),
            R"([{"ipBlock":{"cidr":"169.254.169.252/32"}},{"ipBlock":{"cidr":"169.254.169.254/32"}}])");
  EXPECT_THAT(ports_of(spec.egress[2]), ElementsAre("TCP 988", "TCP 80"));
  EXPECT_EQ(policy(account_with(R"({"eks.amazonaws.com/role-arn":"a"})")).egress.size(), 2U);
}

TEST(Budget, B105AndB106OnePodUnlessSaidOtherwise) {
  const auto budget = build_disruption_budget(guarded());
  EXPECT_EQ(text(budget.spec), R"({"maxUnavailable":1,"selector":{"matchLabels":{"app.kubernetes.io/instance":"foo",)"
                               R"("app.kubernetes.io/name":"openclaw"}}})");
  const auto none =
      build_disruption_budget(guarded(R"({"availability":{"podDisruptionBudget":{"maxUnavailable":0}}})"));
  EXPECT_EQ(none.spec.max_unavailable->text, "0");
}

TEST(Budget, B107ItGoesWhenItIsSwitchedOff) {
  EXPECT_EQ(
      row_of("podDisruptionBudget").place(guarded(R"({"availability":{"podDisruptionBudget":{"enabled":false}}})")),
      Place::kEmpty);
  EXPECT_EQ(row_of("podDisruptionBudget").unwanted, Unwanted::kGoes);
}

}  // namespace
}  // namespace rotor::openclaw
