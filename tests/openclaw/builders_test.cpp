// The objects of an instance, by the rows of the behaviour table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/core/quantity.hpp"
#include "openclaw/builders/image.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/managed.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

OpenClawInstance foo(std::string_view spec = "{}") {
  OpenClawInstance instance;
  instance.metadata.name = "foo";
  instance.metadata.ns = "test-ns";
  instance.metadata.uid = "u-1";
  auto read = json::read<api::InstanceSpec>(spec);
  EXPECT_TRUE(read) << read.error().message;
  instance.spec = std::move(read).value_or(api::InstanceSpec{});
  return instance;
}

const ManagedKind& row(std::string_view status_key) {
  return *std::ranges::find(managed_kinds(), status_key, &ManagedKind::status_key);
}

api::StatefulSet workload(std::string_view spec = "{}") {
  return build_stateful_set(foo(spec), {.inject_token = true});
}
api::PodSpec pod(std::string_view spec = "{}") { return workload(spec).spec.pod_template.spec; }
api::Container main_of(std::string_view spec = "{}") { return pod(spec).containers.at(0); }

std::string value_of(const api::Container& c, std::string_view name) {
  for (const api::EnvVar& e : c.env) {
    if (e.name == name) return e.value.value_or("");
  }
  return "(none)";
}

TEST(Builders, B001EveryObjectHasTheLabelsAndTheOwner) {
  const OpenClawInstance i = foo();
  for (const kube::ObjectMeta& meta :
       {build_service_account(i).metadata, build_role(i).metadata, build_role_binding(i).metadata,
        build_network_policy(i).metadata, build_disruption_budget(i).metadata, build_service(i).metadata,
        build_stateful_set(i, {}).metadata, build_claim(i).metadata,
        build_gateway_secret(i, SecretBytes("t")).metadata}) {
    EXPECT_THAT(meta.labels, UnorderedElementsAre(Pair("app.kubernetes.io/name", "openclaw"),
                                                  Pair("app.kubernetes.io/instance", "foo"),
                                                  Pair("app.kubernetes.io/managed-by", "openclaw-operator")));
    EXPECT_EQ(meta.ns, "test-ns");
    ASSERT_EQ(meta.owner_references.size(), 1U);
    EXPECT_EQ(meta.owner_references[0].uid, "u-1");
    EXPECT_EQ(meta.owner_references[0].controller, true);
    EXPECT_EQ(meta.owner_references[0].block_owner_deletion, true);
  }
}

// Applied, stringData is never pruned and never in conflict: values go into data, and are created.
TEST(Builders, NoObjectHasStringData) {
  const OpenClawInstance i = foo();
  const std::string secret = json::write(build_gateway_secret(i, SecretBytes("t")));
  EXPECT_THAT(secret, testing::HasSubstr(R"("data":{"token":"dA=="})"));
  for (const std::string& text :
       {secret, json::write(build_service(i)), json::write(build_service_account(i)), json::write(workload())}) {
    EXPECT_THAT(text, testing::Not(testing::HasSubstr("stringData")));
  }
}

TEST(Builders, AVariableThatASidecarSetsTwiceIsSetOnceToTheLastValue) {
  const api::PodSpec spec = pod(
      R"({"sidecars":[{"name":"s","image":"i","env":[{"name":"A","value":"1"},{"name":"B"},{"name":"A","value":"2"}]}],
          "initContainers":[{"name":"i","image":"i","env":[{"name":"A","value":"1"},{"name":"A","value":"2"}]}]})");
  for (const api::Container& c : {spec.containers.back(), spec.init_containers.back()}) {
    EXPECT_EQ(std::ranges::count(c.env, "A", &api::EnvVar::name), 1) << c.name;
    EXPECT_EQ(value_of(c, "A"), "2");
  }
}

TEST(Builders, B002SelectorLabelsAreASubsetOfThePodLabels) {
  const api::StatefulSet s = workload();
  EXPECT_EQ(s.spec.selector.match_labels.size(), 2U);
  for (const auto& label : s.spec.selector.match_labels)
    EXPECT_THAT(s.spec.pod_template.metadata.labels, Contains(label));
  EXPECT_EQ(build_service(foo()).spec.selector, s.spec.selector.match_labels);
}

TEST(Builders, B003Names) {
  EXPECT_EQ(workload().metadata.name, "foo");
  EXPECT_EQ(build_service(foo()).metadata.name, "foo");
  EXPECT_EQ(build_service_account(foo()).metadata.name, "foo");
  EXPECT_EQ(build_claim(foo()).metadata.name, "foo-data");
  EXPECT_EQ(build_gateway_secret(foo(), {}).metadata.name, "foo-gateway-token");
}

TEST(Builders, B004TheServiceAccountsNameIsTheUsers) {
  constexpr auto kSpec = R"({"security":{"rbac":{"serviceAccountName":"custom-sa"}}})";
  EXPECT_EQ(build_service_account(foo(kSpec)).metadata.name, "custom-sa");
  EXPECT_EQ(pod(kSpec).service_account_name, "custom-sa");
}

TEST(Builders, B027WithoutCreationThePodStillNamesTheAccount) {
  constexpr auto kSpec = R"({"security":{"rbac":{"createServiceAccount":false,"serviceAccountName":"ext"}}})";
  EXPECT_EQ(row("serviceAccount").place(foo(kSpec)), Place::kEmpty);
  EXPECT_EQ(pod(kSpec).service_account_name, "ext");
}

TEST(Builders, B005TheDefaultImage) {
  EXPECT_EQ(main_of().image, "ghcr.io/openclaw/openclaw:latest");
  EXPECT_EQ(main_of().image_pull_policy, "IfNotPresent");
}

TEST(Builders, B006ADigestWinsOverATag) {
  EXPECT_EQ(main_of(R"({"image":{"repository":"x/y","tag":"v1","digest":"sha256:abc"}})").image, "x/y@sha256:abc");
}

struct RegistryCase {
  const char* image;
  const char* registry;
  const char* expected;
};
class Registry : public testing::TestWithParam<RegistryCase> {};
TEST_P(Registry, B007ToB009) { EXPECT_EQ(with_registry(GetParam().image, GetParam().registry), GetParam().expected); }
INSTANTIATE_TEST_SUITE_P(
    Cases, Registry,
    testing::Values(
        RegistryCase{"ghcr.io/openclaw/openclaw:latest", "r.example.com", "r.example.com/openclaw/openclaw:latest"},
        RegistryCase{"docker.io/library/nginx:1.27-alpine", "r.example.com", "r.example.com/nginx:1.27-alpine"},
        RegistryCase{"docker.io/ollama/ollama:latest", "r.example.com", "r.example.com/ollama/ollama:latest"},
        RegistryCase{"nginx:1", "r/", "r/nginx:1"}, RegistryCase{"localhost:5000/a:b", "r", "r/a:b"},
        RegistryCase{"ghcr.io/openclaw/openclaw:v1.2.3", "my-registry:5000",
                     "my-registry:5000/openclaw/openclaw:v1.2.3"},
        RegistryCase{"nginx:latest", "my-registry.example.com/", "my-registry.example.com/nginx:latest"},
        RegistryCase{"[::1]:5000/a", "r", "r/a"}, RegistryCase{"openclaw/openclaw:v1", "r", "r/openclaw/openclaw:v1"},
        RegistryCase{"a/b:c", "", "a/b:c"}));

TEST(Builders, B010And11PullPolicyAndSecrets) {
  constexpr auto kSpec = R"({"image":{"pullPolicy":"Always","pullSecrets":[{"name":"a"},{"name":"b"}]}})";
  EXPECT_EQ(main_of(kSpec).image_pull_policy, "Always");
  ASSERT_EQ(pod(kSpec).image_pull_secrets.size(), 2U);
  EXPECT_EQ(pod(kSpec).image_pull_secrets[1].name, "b");
}

TEST(Builders, B012AndB133AndB134Resources) {
  const auto defaults = *main_of().resources;
  EXPECT_EQ(json::write(defaults), R"({"limits":{"cpu":"2","memory":"4Gi"},"requests":{"cpu":"500m","memory":"1Gi"}})");
  const auto bad = *main_of(R"({"resources":{"limits":{"memory":"not-a-quantity","cpu":"4"}}})").resources;
  EXPECT_EQ(json::write(bad), R"({"limits":{"cpu":"4","memory":"4Gi"},"requests":{"cpu":"500m","memory":"1Gi"}})");
}

TEST(Builders, B013TwoBuildsAreTheSameBytes) {
  constexpr auto kSpec =
      R"({"env":[{"name":"A","value":"1"}],"podAnnotations":{"z":"1","a":"2"},"config":{"raw":{"b":1}}})";
  EXPECT_EQ(json::write(workload(kSpec)), json::write(workload(kSpec)));
  for (const ManagedKind& kind : managed_kinds()) {
    if (kind.build != nullptr) {
      EXPECT_EQ(kind.build(foo(kSpec), {}), kind.build(foo(kSpec), {})) << kind.status_key;
    }
  }
  EXPECT_EQ(json::write(build_claim(foo(kSpec))), json::write(build_claim(foo(kSpec))));
}

TEST(Builders, B020AndB021ServiceAccount) {
  const api::ServiceAccount plain = build_service_account(foo());
  EXPECT_EQ(plain.automount_service_account_token, false);
  EXPECT_TRUE(plain.metadata.annotations.empty());
  const api::ServiceAccount with = build_service_account(
      foo(R"({"security":{"rbac":{"serviceAccountAnnotations":{"eks.amazonaws.com/role-arn":"arn:x"}}}})"));
  EXPECT_THAT(with.metadata.annotations, ElementsAre(Pair("eks.amazonaws.com/role-arn", "arn:x")));
}

TEST(Builders, AnAzureIdentityNeedsThePodsLabel) {
  constexpr auto kSpec =
      R"({"security":{"rbac":{"serviceAccountAnnotations":{"azure.workload.identity/client-id":"c"}}}})";
  EXPECT_THAT(workload(kSpec).spec.pod_template.metadata.labels, Contains(Pair("azure.workload.identity/use", "true")));
}

TEST(Builders, B120TheStatefulSet) {
  const api::StatefulSetSpec spec = workload().spec;
  EXPECT_EQ(spec.replicas, 1);
  EXPECT_EQ(spec.service_name, "foo");
  EXPECT_EQ(spec.pod_management_policy, "Parallel");
  EXPECT_EQ(json::write(spec.update_strategy), R"({"rollingUpdate":{},"type":"RollingUpdate"})");
  EXPECT_EQ(spec.revision_history_limit, 10);
  EXPECT_EQ(spec.claim_retention->when_deleted, "Retain");
  EXPECT_EQ(spec.claim_retention->when_scaled, "Retain");
}

TEST(Builders, B123AndB124PodSecurity) {
  EXPECT_EQ(
      json::write(*pod().security_context),
      R"({"fsGroup":1000,"runAsGroup":1000,"runAsNonRoot":true,"runAsUser":1000,"seccompProfile":{"type":"RuntimeDefault"}})");
  EXPECT_EQ(pod(R"({"security":{"podSecurityContext":{"fsGroupChangePolicy":"OnRootMismatch"}}})")
                .security_context->fs_group_change_policy,
            "OnRootMismatch");
}

TEST(Builders, B125ToB129ContainerSecurity) {
  EXPECT_EQ(json::write(*main_of().security_context),
            R"({"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"readOnlyRootFilesystem":true,)"
            R"("runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}})");
  const auto context = [](std::string_view spec) { return *main_of(spec).security_context; };
  EXPECT_EQ(context(R"({"security":{"containerSecurityContext":{"readOnlyRootFilesystem":false}}})")
                .read_only_root_filesystem,
            false);
  const auto user = context(R"({"security":{"containerSecurityContext":{"runAsUser":2000}}})");
  EXPECT_EQ(user.run_as_user, 2000);
  EXPECT_EQ(user.run_as_non_root, true);
  EXPECT_EQ(context(R"({"security":{"podSecurityContext":{"runAsNonRoot":false}}})").run_as_non_root, false);
  constexpr auto kOwn = R"({"security":{"containerSecurityContext":{"runAsNonRoot":false}}})";
  EXPECT_EQ(context(kOwn).run_as_non_root, false);
  EXPECT_EQ(pod(kOwn).security_context->run_as_non_root, true);
}

TEST(Builders, B130TheOperatorsVariables) {
  const api::Container main = main_of();
  EXPECT_EQ(main.env.at(0).name, "HOME");
  EXPECT_EQ(value_of(main, "HOME"), "/home/openclaw");
  EXPECT_EQ(value_of(main, "OPENCLAW_DISABLE_BONJOUR"), "1");
  EXPECT_EQ(value_of(main, "OPENCLAW_GATEWAY_HANDSHAKE_TIMEOUT_MS"), "10000");
  EXPECT_EQ(value_of(main, "PIP_USER"), "1");
  EXPECT_EQ(value_of(main, "PATH"), "(none)");
}

TEST(Builders, B131AUsersVariableReplacesTheOperatorsAndIsThereOnce) {
  const api::Container main = main_of(R"({"env":[{"name":"OPENCLAW_GATEWAY_HANDSHAKE_TIMEOUT_MS","value":"30000"}]})");
  EXPECT_EQ(value_of(main, "OPENCLAW_GATEWAY_HANDSHAKE_TIMEOUT_MS"), "30000");
  EXPECT_EQ(main.env.back().name, "OPENCLAW_GATEWAY_HANDSHAKE_TIMEOUT_MS");
  EXPECT_EQ(std::ranges::count(main.env, "OPENCLAW_GATEWAY_HANDSHAKE_TIMEOUT_MS", &api::EnvVar::name), 1);
}

TEST(Builders, B132EnvFromIsCopiedVerbatim) {
  constexpr auto kSpec =
      R"({"env":[{"name":"A","value":"x"}],"envFrom":[{"prefix":"P_","secretRef":{"name":"s","optional":true}}]})";
  EXPECT_EQ(main_of(kSpec).env.back().name, "A");
  EXPECT_EQ(json::write(main_of(kSpec).env_from), R"([{"prefix":"P_","secretRef":{"name":"s","optional":true}}])");
}

TEST(Builders, TheTokenIsInjectedUnlessTheInstanceSpeaksAgainstIt) {
  EXPECT_NE(value_of(main_of(), "OPENCLAW_GATEWAY_TOKEN"), "(none)");
  EXPECT_EQ(value_of(main_of(R"({"config":{"raw":{"gateway":{"auth":{"mode":"trusted-proxy"}}}}})"),
                     "OPENCLAW_GATEWAY_TOKEN"),
            "(none)");
  EXPECT_EQ(
      value_of(main_of(R"({"env":[{"name":"OPENCLAW_GATEWAY_TOKEN","value":"mine"}]})"), "OPENCLAW_GATEWAY_TOKEN"),
      "mine");
  const api::Container without = build_main_container(foo(), {.inject_token = false});
  EXPECT_EQ(value_of(without, "OPENCLAW_GATEWAY_TOKEN"), "(none)");
}

TEST(Builders, B149AndB150PodAnnotations) {
  const auto annotations =
      workload(R"({"podAnnotations":{"a":"b","openclaw.rocks/config-hash":"x","openclaw.rocks/secret-hash":"y"}})")
          .spec.pod_template.metadata.annotations;
  EXPECT_THAT(annotations, Contains(Pair("a", "b")));
  EXPECT_EQ(annotations.at("openclaw.rocks/config-hash").size(), 16U);
  EXPECT_FALSE(annotations.contains("openclaw.rocks/secret-hash"));
  EXPECT_EQ(workload().spec.pod_template.metadata.annotations.size(), 1U);
}

TEST(Builders, B151AndB152PlacementAndProcessNamespace) {
  const api::PodSpec placed =
      pod(R"({"availability":{"nodeSelector":{"a":"b"},"tolerations":[{"key":"k"}],"runtimeClassName":"kata-fc"}})");
  EXPECT_THAT(placed.node_selector, ElementsAre(Pair("a", "b")));
  EXPECT_EQ(placed.tolerations->text, R"([{"key":"k"}])");
  EXPECT_EQ(placed.runtime_class_name, "kata-fc");
  EXPECT_FALSE(pod().runtime_class_name);
  EXPECT_EQ(pod().share_process_namespace, true);
  EXPECT_EQ(pod(R"({"shareProcessNamespace":false})").share_process_namespace, false);
}

TEST(Builders, B153ToB155TheUsersContainersAndVolumes) {
  const api::PodSpec p = pod(
      R"({"initContainers":[{"name":"i"}],"sidecars":[{"name":"x","resources":{"limits":{"cpu":"1000m","memory":1}}}],
    "sidecarVolumes":[{"name":"v","emptyDir":{}}],"extraVolumes":[{"name":"e","emptyDir":{}}],"extraVolumeMounts":[{"name":"e","mountPath":"/e"}]})");
  EXPECT_EQ(p.init_containers.back().name, "i");
  EXPECT_EQ(p.containers.back().name, "x");
  EXPECT_EQ(json::write(*p.containers.back().resources), R"({"limits":{"cpu":"1","memory":"1"}})");
  EXPECT_EQ(p.volumes.back().name, "e");
  EXPECT_EQ(p.containers.front().volume_mounts.rbegin()[1].mount_path, "/e");
}

TEST(Builders, B156AndB157TheCaBundle) {
  constexpr auto kSpec = R"({"security":{"caBundle":{"secretName":"s","key":"k"}}})";
  EXPECT_EQ(main_of(kSpec).env.back().name, "NODE_EXTRA_CA_CERTS");
  EXPECT_EQ(main_of(kSpec).volume_mounts.rbegin()[1].sub_path, "k");
  EXPECT_EQ(pod(kSpec).volumes.back().secret->secret_name, "s");
}

TEST(Builders, B158ASuspendedInstanceHasNoReplicas) {
  EXPECT_EQ(workload(R"({"suspended":true})").spec.replicas, 0);
  EXPECT_EQ(workload(R"({"suspended":true,"availability":{"autoScaling":{"enabled":true}}})").spec.replicas, 0);
  EXPECT_FALSE(workload(R"({"availability":{"autoScaling":{"enabled":true}}})").spec.replicas);
}

struct QuantityCase {
  const char* text;
  const char* canonical;  // null: no quantity
};
class Quantity : public testing::TestWithParam<QuantityCase> {};
TEST_P(Quantity, IsCanonical) {
  const auto q = api::canonical_quantity(GetParam().text);
  ASSERT_EQ(q.has_value(), GetParam().canonical != nullptr) << GetParam().text;
  if (q) {
    EXPECT_EQ(*q, GetParam().canonical) << GetParam().text;
  }
}
INSTANTIATE_TEST_SUITE_P(
    Cases, Quantity,
    testing::Values(QuantityCase{"2000m", "2"}, QuantityCase{"500m", "500m"}, QuantityCase{"0.5", "500m"},
                    QuantityCase{"1Gi", "1Gi"}, QuantityCase{"1024Mi", "1Gi"}, QuantityCase{"1.5Gi", "1536Mi"},
                    QuantityCase{"1000", "1k"}, QuantityCase{"1e3", "1e3"}, QuantityCase{"100M", "100M"},
                    QuantityCase{"0.5Ki", "512"}, QuantityCase{"1500Ki", "1500Ki"}, QuantityCase{"-1500m", "-1500m"},
                    QuantityCase{"0", "0"}, QuantityCase{"0Gi", "0"}, QuantityCase{"+1", "1"},
                    QuantityCase{".5", "500m"}, QuantityCase{"12E", "12E"}, QuantityCase{"1000E", "1000E"},
                    QuantityCase{"100m", "100m"}, QuantityCase{"", nullptr}, QuantityCase{"not-a-quantity", nullptr},
                    QuantityCase{"1 Gi", nullptr}, QuantityCase{"1gi", nullptr}, QuantityCase{"1.2.3", nullptr},
                    QuantityCase{"Gi", nullptr}, QuantityCase{"10 gigs", nullptr}, QuantityCase{"1e", nullptr},
                    QuantityCase{"1e99", nullptr}));

}  // namespace
}  // namespace rotor::openclaw
