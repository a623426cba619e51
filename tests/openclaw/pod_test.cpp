// What runs before and beside the assistant, how it is watched, and what it is all mounted from.
#include <algorithm>

#include <gmock/gmock.h>

#include "json/document.hpp"
#include "tests/openclaw/instances.hpp"

namespace rotor::openclaw {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Pod, B121TheContainersInTheirOrder) {
  EXPECT_THAT(names_of(pod_of().containers), ElementsAre("openclaw", "gateway-proxy", "otel-collector"));
}

TEST(Pod, B122TheInitContainersInTheirOrder) {
  EXPECT_THAT(names_of(pod_of().init_containers),
              ElementsAre("init-config", "init-uv", "init-pip", "init-plugin-runtime-deps"));
}

TEST(Pod, B153ToB155WhatUsersAddComesLast) {
  const api::PodSpec pod = pod_of(
      R"({"initContainers":[{"name":"i"}],"sidecars":[{"name":"x"},{"name":"y"}],"sidecarVolumes":[{"name":"v","emptyDir":{}}],
          "extraVolumes":[{"name":"e","emptyDir":{}}],"extraVolumeMounts":[{"name":"e","mountPath":"/e"}]})");
  EXPECT_THAT(names_of(pod.init_containers),
              ElementsAre("init-config", "init-uv", "init-pip", "init-plugin-runtime-deps", "i"));
  EXPECT_THAT(names_of(pod.containers), ElementsAre("openclaw", "gateway-proxy", "otel-collector", "x", "y"));
  for (const api::Container& c : pod.containers) {
    const bool mounts = std::ranges::count(c.volume_mounts, "e", &api::VolumeMount::name) == 1;
    EXPECT_EQ(mounts, c.name == "openclaw") << c.name;
  }
}

TEST(Pod, TheVolumesStandInTheirOrder) {
  EXPECT_THAT(names_of(pod_of(R"({"security":{"caBundle":{"secretName":"s"}},"extraVolumes":[{"name":"e"}],
                                  "sidecarVolumes":[{"name":"v"}]})")
                           .volumes),
              ElementsAre("data", "config", "otel-collector-config", "workspace-init", "tmp", "gateway-proxy-tmp",
                          "ca-bundle", "v", "e"));
}

TEST(Pod, VolumesOfConfigurationComeFromTheInstancesConfigMap) {
  const api::PodSpec pod = pod_of();
  EXPECT_EQ(json::write(pod.volumes.at(1)), R"({"configMap":{"defaultMode":420,"name":"foo-config"},"name":"config"})");
  EXPECT_EQ(json::write(pod.volumes.at(2)),
            R"({"configMap":{"defaultMode":420,"items":[{"key":"otel-collector.yaml","path":"otel-collector.yaml"}],)"
            R"("name":"foo-config"},"name":"otel-collector-config"})");
}

TEST(Pod, B181WithoutTheProxyNothingIsLeftOfIt) {
  const api::PodSpec pod = pod_of(R"({"gateway":{"enabled":false}})");
  EXPECT_THAT(names_of(pod.containers), ElementsAre("openclaw", "otel-collector"));
  EXPECT_THAT(names_of(pod.volumes), Not(testing::Contains("gateway-proxy-tmp")));
  for (const auto& probe : {pod.containers[0].liveness_probe, pod.containers[0].startup_probe}) {
    EXPECT_THAT(probe->text, HasSubstr(R"("port":18789)"));
  }
}

TEST(Pod, B185WithoutMetricsThereIsNoCollector) {
  const api::PodSpec pod = pod_of(R"({"observability":{"metrics":{"enabled":false}}})");
  EXPECT_THAT(names_of(pod.containers), ElementsAre("openclaw", "gateway-proxy"));
  EXPECT_THAT(names_of(pod.volumes), Not(testing::Contains("otel-collector-config")));
}

TEST(Pod, B186TheCollectorListensWhereItIsScraped) {
  const api::Container collector =
      container_of(pod_of(R"({"observability":{"metrics":{"port":9100}}})"), "otel-collector");
  EXPECT_EQ(json::write(collector.ports), R"([{"containerPort":9100,"name":"metrics","protocol":"TCP"}])");
  EXPECT_EQ(container_of(pod_of(), "otel-collector").ports.at(0).container_port, 9090);
}

TEST(Pod, TheGatewayProxy) {
  EXPECT_EQ(
      json::write(container_of(pod_of(), "gateway-proxy")),
      R"({"image":"docker.io/library/nginx:1.27-alpine","imagePullPolicy":"IfNotPresent","name":"gateway-proxy",)"
      R"("ports":[{"containerPort":18790,"name":"gw-proxy","protocol":"TCP"},)"
      R"({"containerPort":18794,"name":"canvas-proxy","protocol":"TCP"}],)"
      R"("resources":{"limits":{"cpu":"100m","memory":"64Mi"},"requests":{"cpu":"10m","memory":"16Mi"}},)"
      R"("securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},)"
      R"("readOnlyRootFilesystem":true,"runAsNonRoot":true,"runAsUser":101,"seccompProfile":{"type":"RuntimeDefault"}},)"
      R"("volumeMounts":[{"mountPath":"/etc/nginx/nginx.conf","name":"config","readOnly":true,"subPath":"nginx.conf"},)"
      R"({"mountPath":"/tmp","name":"gateway-proxy-tmp"}]})");
}

TEST(Pod, TheCollector) {
  EXPECT_EQ(json::write(container_of(pod_of(), "otel-collector")),
            R"({"args":["--config=/etc/otel-collector/otel-collector.yaml"],)"
            R"("image":"docker.io/otel/opentelemetry-collector:0.120.0","imagePullPolicy":"IfNotPresent",)"
            R"("name":"otel-collector","ports":[{"containerPort":9090,"name":"metrics","protocol":"TCP"}],)"
            R"("resources":{"limits":{"cpu":"100m","memory":"128Mi"},"requests":{"cpu":"25m","memory":"32Mi"}},)"
            R"("securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},)"
            R"("readOnlyRootFilesystem":true,"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}},)"
            R"("volumeMounts":[{"mountPath":"/etc/otel-collector","name":"otel-collector-config","readOnly":true}]})");
}

TEST(Pod, B007TheRegistryReplacesThatOfEveryImageThatWeChoose) {
  const api::PodSpec pod = pod_of(
      R"({"registry":"my-registry.example.com","sidecars":[{"name":"x","image":"ghcr.io/a/b:1"}],
          "initContainers":[{"name":"i","image":"ghcr.io/a/c:1"}]})");
  const auto image = [&pod](std::string_view name) { return container_of(pod, name).image; };
  EXPECT_EQ(image("openclaw"), "my-registry.example.com/openclaw/openclaw:latest");
  EXPECT_EQ(image("gateway-proxy"), "my-registry.example.com/nginx:1.27-alpine");
  EXPECT_EQ(image("otel-collector"), "my-registry.example.com/otel/opentelemetry-collector:0.120.0");
  EXPECT_EQ(image("init-uv"), "my-registry.example.com/astral-sh/uv:0.6-bookworm-slim");
  EXPECT_EQ(image("init-pip"), "my-registry.example.com/openclaw/openclaw:latest");
  EXPECT_EQ(image("init-plugin-runtime-deps"), "my-registry.example.com/openclaw/openclaw:latest");
  EXPECT_EQ(image("x"), "ghcr.io/a/b:1");
  EXPECT_EQ(image("i"), "ghcr.io/a/c:1");
}

TEST(Pod, B010ThePullPolicyIsThatOfTheAssistantsImage) {
  const api::PodSpec pod = pod_of(R"({"image":{"pullPolicy":"Always"}})");
  for (const char* name : {"openclaw", "init-pip", "init-plugin-runtime-deps"}) {
    EXPECT_EQ(container_of(pod, name).image_pull_policy, "Always") << name;
  }
  for (const char* name : {"init-uv", "gateway-proxy", "otel-collector"}) {
    EXPECT_EQ(container_of(pod, name).image_pull_policy, "IfNotPresent") << name;
  }
}

TEST(Pod, B128APodThatMayRunAsRootSaysSoWhereItsUserDecides) {
  const api::PodSpec pod = pod_of(R"({"security":{"podSecurityContext":{"runAsNonRoot":false}}})");
  EXPECT_EQ(pod.security_context->run_as_non_root, false);
  for (const char* name : {"openclaw", "init-plugin-runtime-deps"}) {
    EXPECT_EQ(container_of(pod, name).security_context->run_as_non_root, false) << name;
  }
  for (const char* name : {"init-uv", "init-pip", "gateway-proxy", "otel-collector"}) {
    EXPECT_EQ(container_of(pod, name).security_context->run_as_non_root, true) << name;
  }
  EXPECT_EQ(container_of(pod, "gateway-proxy").security_context->run_as_user, 101);
}

TEST(Pod, B126AndB129WhatTheMainContainerMayIsItsOwn) {
  const api::PodSpec pod =
      pod_of(R"({"security":{"containerSecurityContext":{"readOnlyRootFilesystem":false,"runAsNonRoot":false}}})");
  for (const auto* list : {&pod.init_containers, &pod.containers}) {
    for (const api::Container& c : *list) {
      const bool main = c.name == "openclaw";
      EXPECT_EQ(c.security_context->read_only_root_filesystem, !main) << c.name;
      EXPECT_EQ(c.security_context->run_as_non_root, !main) << c.name;
    }
  }
}

TEST(Pod, B125EveryContainerOfOursGivesUpWhatItDoesNotNeed) {
  const api::PodSpec pod = pod_of();
  for (const auto* list : {&pod.init_containers, &pod.containers}) {
    for (const api::Container& c : *list) {
      ASSERT_TRUE(c.security_context) << c.name;
      EXPECT_EQ(c.security_context->allow_privilege_escalation, false) << c.name;
      EXPECT_THAT(c.security_context->capabilities->drop, ElementsAre("ALL")) << c.name;
      EXPECT_TRUE(c.security_context->capabilities->add.empty()) << c.name;
      EXPECT_EQ(c.security_context->read_only_root_filesystem, true) << c.name;
      EXPECT_EQ(c.security_context->seccomp_profile->type, "RuntimeDefault") << c.name;
    }
  }
}

TEST(Pod, InitContainersMountTheWholeDataVolume) {
  const api::PodSpec pod = pod_of();
  for (const api::Container& c : pod.init_containers) {
    EXPECT_EQ(json::write(c.volume_mounts.at(0)), R"({"mountPath":"/data","name":"data"})") << c.name;
  }
  const api::Container pip = container_of(pod, "init-pip");
  EXPECT_EQ(json::write(pip.env), R"([{"name":"HOME","value":"/data"}])");
  EXPECT_EQ(pip.volume_mounts.at(1).mount_path, "/tmp");
}

TEST(Pod, B135TheMainContainersMounts) {
  EXPECT_THAT(json::write(container_of(pod_of(), "openclaw").volume_mounts),
              testing::StartsWith(R"([{"mountPath":"/home/openclaw/.openclaw","name":"data"},)"
                                  R"({"mountPath":"/home/openclaw/.local","name":"data","subPath":".local"},)"
                                  R"({"mountPath":"/home/openclaw/.cache","name":"data","subPath":".cache"},)"
                                  R"({"mountPath":"/home/openclaw/.config","name":"data","subPath":".config"},)"
                                  R"({"mountPath":"/tmp","name":"tmp"})"));
}

TEST(Pod, ARunningTurnHasTimeToEnd) { EXPECT_EQ(pod_of().termination_grace_period_seconds, 330); }

TEST(Pod, B011APullSecretThatIsNamedTwiceIsUsedOnce) {
  EXPECT_EQ(
      json::write(pod_of(R"({"image":{"pullSecrets":[{"name":"a"},{"name":"b"},{"name":"a"}]}})").image_pull_secrets),
      R"([{"name":"a"},{"name":"b"}])");
}

TEST(Pod, B156AndB157TheCaBundleIsAFileOfTheKeyThatIsNamed) {
  const api::PodSpec from_map = pod_of(R"({"security":{"caBundle":{"configMapName":"ca"}},"env":[{"name":"Z"}]})");
  EXPECT_EQ(json::write(from_map.volumes.back()),
            R"({"configMap":{"defaultMode":420,"name":"ca"},"name":"ca-bundle"})");
  const api::Container main = container_of(from_map, "openclaw");
  EXPECT_EQ(
      json::write(main.volume_mounts.rbegin()[1]),
      R"({"mountPath":"/etc/ssl/certs/custom-ca-bundle.crt","name":"ca-bundle","readOnly":true,"subPath":"ca-bundle.crt"})");
  EXPECT_EQ(json::write(main.env.back()),
            R"({"name":"NODE_EXTRA_CA_CERTS","value":"/etc/ssl/certs/custom-ca-bundle.crt"})");
  const api::PodSpec from_secret = pod_of(R"({"security":{"caBundle":{"secretName":"s","key":"k"}}})");
  EXPECT_EQ(json::write(from_secret.volumes.back()),
            R"({"name":"ca-bundle","secret":{"defaultMode":420,"secretName":"s"}})");
  EXPECT_EQ(container_of(from_secret, "openclaw").volume_mounts.rbegin()[1].sub_path, "k");
}

TEST(Pod, B156AUsersOwnVariableDoesNotHideTheBundle) {
  const api::Container main = container_of(
      pod_of(R"({"security":{"caBundle":{"secretName":"s"}},"env":[{"name":"NODE_EXTRA_CA_CERTS","value":"/mine"}]})"),
      "openclaw");
  EXPECT_EQ(main.env.back().value, "/etc/ssl/certs/custom-ca-bundle.crt");
  EXPECT_EQ(std::ranges::count(main.env, "NODE_EXTRA_CA_CERTS", &api::EnvVar::name), 1);
}

TEST(Pod, B151WhereItRunsIsCopiedVerbatim) {
  const api::PodSpec pod = pod_of(
      R"({"availability":{"affinity":{"podAffinity":{}},"tolerations":[{"key":"k"}],"nodeSelector":{"a":"b"},)"
      R"("topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule"}]}})");
  EXPECT_EQ(pod.affinity->text, R"({"podAffinity":{}})");
  EXPECT_EQ(pod.tolerations->text, R"([{"key":"k"}])");
  EXPECT_EQ(pod.topology_spread_constraints->text,
            R"([{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule"}])");
  EXPECT_EQ(pod.node_selector.at("a"), "b");
  EXPECT_FALSE(pod.runtime_class_name);
}

// -- probes

std::string probe_text(std::string_view path, int port, int delay, int period, int timeout, int failures) {
  return json::serialize(json::Object{{"httpGet", {{"path", path}, {"port", port}, {"scheme", "HTTP"}}},
                                      {"initialDelaySeconds", delay},
                                      {"periodSeconds", period},
                                      {"timeoutSeconds", timeout},
                                      {"failureThreshold", failures},
                                      {"successThreshold", 1}});
}

struct ProbesCase {
  const char* name;
  const char* spec;
  std::string liveness, readiness, startup;  // empty: there is none
};
class Probes : public testing::TestWithParam<ProbesCase> {};

TEST_P(Probes, B180ToB184) {
  const api::Container main = pod_of(GetParam().spec).containers.at(0);
  const auto text = [](const api::OptionalRaw& probe) { return probe ? probe->text : std::string(); };
  EXPECT_EQ(text(main.liveness_probe), GetParam().liveness);
  EXPECT_EQ(text(main.readiness_probe), GetParam().readiness);
  EXPECT_EQ(text(main.startup_probe), GetParam().startup);
}

const std::string kLive = probe_text("/healthz", 18790, 30, 10, 5, 3);
const std::string kReady = probe_text("/readyz", 18790, 5, 5, 3, 3);
const std::string kStarted = probe_text("/healthz", 18790, 5, 5, 3, 60);
INSTANTIATE_TEST_SUITE_P(
    Cases, Probes,
    testing::Values(
        ProbesCase{"Default", "{}", kLive, kReady, kStarted},
        ProbesCase{"Null", R"({"probes":null})", kLive, kReady, kStarted},
        ProbesCase{"Empty", R"({"probes":{"liveness":{},"startup":{"enabled":true}}})", kLive, kReady, kStarted},
        ProbesCase{"WithoutProxy", R"({"gateway":{"enabled":false}})", probe_text("/healthz", 18789, 30, 10, 5, 3),
                   probe_text("/readyz", 18789, 5, 5, 3, 3), probe_text("/healthz", 18789, 5, 5, 3, 60)},
        ProbesCase{"NoLiveness", R"({"probes":{"liveness":{"enabled":false}}})", "", kReady, kStarted},
        ProbesCase{"NoReadiness", R"({"probes":{"readiness":{"enabled":false}}})", kLive, "", kStarted},
        ProbesCase{"NoStartup", R"({"probes":{"startup":{"enabled":false}}})", kLive, kReady, ""},
        ProbesCase{"OnePeriod", R"({"probes":{"readiness":{"periodSeconds":20}}})", kLive,
                   probe_text("/readyz", 18790, 5, 20, 3, 3), kStarted},
        ProbesCase{
            "EveryNumber",
            R"({"probes":{"startup":{"initialDelaySeconds":1,"periodSeconds":2,"timeoutSeconds":3,"failureThreshold":4}}})",
            kLive, kReady, probe_text("/healthz", 18790, 1, 2, 3, 4)},
        // What the API server would write in their place, so that a second pass finds no difference.
        ProbesCase{
            "Zeros",
            R"({"probes":{"liveness":{"initialDelaySeconds":0,"periodSeconds":0,"timeoutSeconds":0,"failureThreshold":0}}})",
            R"({"httpGet":{"path":"/healthz","port":18790,"scheme":"HTTP"},"periodSeconds":10,"timeoutSeconds":1,)"
            R"("failureThreshold":3,"successThreshold":1})",
            kReady, kStarted}),
    [](const auto& c) { return std::string(c.param.name); });

}  // namespace
}  // namespace rotor::openclaw
