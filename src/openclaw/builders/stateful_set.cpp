#include <algorithm>

#include "openclaw/builders/identity.hpp"
#include "openclaw/builders/in_place.hpp"
#include "openclaw/builders/init_config.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/builders/parts.hpp"
#include "openclaw/builders/users_parts.hpp"
#include "openclaw/managed.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

// The assistant finishes a running turn before it goes, for up to 315 seconds; what is cut off runs again by itself.
constexpr std::int64_t kGraceSeconds = 330;

api::PodSecurityContext pod_security_context(const api::InstanceSpec& spec) {
  const api::InstancePodSecurity wanted =
      spec.security && spec.security->pod ? *spec.security->pod : api::InstancePodSecurity{};
  api::PodSecurityContext context;
  context.run_as_non_root = pod_is_non_root(spec);
  context.run_as_user = wanted.run_as_user.value_or(1000);
  context.run_as_group = wanted.run_as_group.value_or(1000);
  context.fs_group = wanted.fs_group.value_or(1000);
  context.fs_group_change_policy = wanted.fs_group_change_policy;
  context.seccomp_profile = {.type = "RuntimeDefault", .localhost_profile = {}};
  return context;
}

void place(const api::InstanceSpec& spec, api::PodSpec& pod) {
  if (!spec.availability) return;
  pod.node_selector = spec.availability->node_selector;
  pod.tolerations = spec.availability->tolerations;
  pod.affinity = spec.availability->affinity;
  pod.topology_spread_constraints = spec.availability->topology_spread_constraints;
  pod.runtime_class_name = spec.availability->runtime_class_name;
}

std::vector<api::Container> init_containers(const OpenClawInstance& instance, const Surroundings& around) {
  const api::InstanceSpec& spec = instance.spec;
  std::vector<api::Container> all = {build_init_config(instance, around), build_init_uv(spec), build_init_pip(spec),
                                     build_init_plugin_deps(spec)};
  std::ranges::transform(spec.init_containers, std::back_inserter(all), users_container);
  return all;
}

std::vector<api::Container> containers(const OpenClawInstance& instance, const PodInput& input) {
  const api::InstanceSpec& spec = instance.spec;
  std::vector<api::Container> all = {build_main_container(instance, input)};
  if (proxy_runs(spec)) all.push_back(build_gateway_proxy(spec));
  if (const auto port = scrape_port(spec)) all.push_back(build_otel_collector(spec, *port));
  if (!in_place_keys(instance, known_around(input)).empty()) {
    const std::string token_secret = input.inject_token ? gateway_secret_name(instance) : std::string();
    all.push_back(build_secret_reload(all.front(), token_secret));
  }
  std::ranges::transform(spec.sidecars, std::back_inserter(all), users_container);
  return all;
}

api::PodSpec pod_spec(const OpenClawInstance& instance, const PodInput& input) {
  const api::InstanceSpec& spec = instance.spec;
  api::PodSpec pod;
  pod.init_containers = init_containers(instance, known_around(input));
  pod.containers = containers(instance, input);
  pod.volumes = build_volumes(instance, input);
  pod.service_account_name = service_account_name(instance);
  pod.service_account = pod.service_account_name;
  pod.automount_service_account_token = mounts_api_token(spec);
  pod.share_process_namespace = spec.share_process_namespace.value_or(true);
  pod.restart_policy = "Always";
  pod.dns_policy = "ClusterFirst";
  pod.scheduler_name = "default-scheduler";
  pod.termination_grace_period_seconds = kGraceSeconds;
  pod.security_context = pod_security_context(spec);
  if (spec.image) pod.image_pull_secrets = users_pull_secrets(spec.image->pull_secrets);
  place(spec, pod);
  return pod;
}

ConfigMark config_mark(const OpenClawInstance& instance, const PodInput& input, const api::PodSpec& pod) {
  const Surroundings& around = known_around(input);
  const AlsoHashed also{others_config_maps(instance, pod), in_place_keys(instance, around)};
  const bool lacking = !lacking_config_maps(also.read_at_start, around).empty();
  return next_config_mark(input.present_config, config_hash(instance.spec, around, also), lacking);
}

// Azure's webhook looks at the pod's label, not at the ServiceAccount alone.
StringMap pod_labels(const OpenClawInstance& instance) {
  StringMap all = labels(instance);
  if (has_cloud_identity(instance, kAzureIdentity)) all.emplace(kAzureIdentityUse, "true");
  return all;
}

}  // namespace

const Surroundings& known_around(const PodInput& input) {
  static const Surroundings kNothing;
  return input.around == nullptr ? kNothing : *input.around;
}

api::StatefulSet build_stateful_set(const OpenClawInstance& instance, const PodInput& input) {
  api::StatefulSet workload;
  workload.metadata = managed_metadata(instance, instance.metadata.name);
  api::StatefulSetSpec& spec = workload.spec;
  // With autoscaling the number belongs to the autoscaler.
  const bool scaled = instance.spec.availability && block_enabled(instance.spec.availability->auto_scaling);
  if (instance.spec.suspended || !scaled) spec.replicas = instance.spec.suspended ? 0 : 1;
  spec.selector.match_labels = selector_labels(instance);
  spec.service_name = instance.metadata.name;
  // With OrderedReady a pod that waits for a missing Secret would never be replaced by a later revision.
  spec.pod_management_policy = "Parallel";
  spec.update_strategy = {.type = "RollingUpdate", .rolling_update = json::Raw{"{}"}};
  spec.revision_history_limit = 10;
  spec.claim_retention = api::ClaimRetention{"Retain", "Retain"};
  spec.pod_template.metadata.labels = pod_labels(instance);
  spec.pod_template.metadata.annotations = instance.spec.pod_annotations;
  spec.pod_template.metadata.annotations.erase(std::string(kSecretHash));
  spec.pod_template.spec = pod_spec(instance, input);
  ConfigMark mark = config_mark(instance, input, spec.pod_template.spec);
  spec.pod_template.metadata.annotations.insert_or_assign(std::string(kConfigHash), std::move(mark.hash));
  if (!mark.read.empty()) workload.metadata.annotations.emplace(kConfigRead, std::move(mark.read));
  return workload;
}

void set_marks(api::StatefulSet& workload, std::string secret_hash, std::string secret_state) {
  auto& on_template = workload.spec.pod_template.metadata.annotations;
  if (!secret_hash.empty()) on_template.insert_or_assign(std::string(kSecretHash), std::move(secret_hash));
  if (!secret_state.empty()) {
    workload.metadata.annotations.insert_or_assign(std::string(kSecretState), std::move(secret_state));
  }
}

ManagedKind stateful_set_row() {
  return {.resource = kube::kResource<api::StatefulSet>,
          .description = &json::type_of<api::StatefulSet>,
          .status_key = "statefulSet",
          .name = instance_name,
          .place = always_ours};
}

}  // namespace rotor::openclaw
