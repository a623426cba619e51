#include <array>

#include "openclaw/builders/init_config.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/builders/quantity.hpp"
#include "openclaw/managed.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

api::Volume empty_volume(std::string_view name) {
  api::Volume v;
  v.name = name;
  v.empty_dir = json::Raw{"{}"};
  return v;
}

// Creating the claim is not built yet: without one of the user's own, data lives as long as the pod (see the
// StorageReady condition).
api::Volume data_volume(const api::InstanceSpec& spec, const PodInput& input) {
  const api::InstancePersistence wanted =
      spec.storage && spec.storage->persistence ? *spec.storage->persistence : api::InstancePersistence{};
  const std::string& claim = wanted.existing_claim.empty() ? input.present_claim : wanted.existing_claim;
  if (claim.empty() || !wanted.enabled.value_or(true)) return empty_volume("data");
  api::Volume v;
  v.name = "data";
  v.persistent_volume_claim = api::ClaimVolume{claim, std::nullopt};
  return v;
}

void add_ca_bundle(const api::InstanceSpec& spec, std::vector<api::Volume>& volumes) {
  if (!spec.security || !spec.security->ca_bundle) return;
  const api::CaBundle& bundle = *spec.security->ca_bundle;
  api::Volume v;
  v.name = "ca-bundle";
  if (!bundle.config_map_name.empty()) {
    v.config_map.emplace();
    v.config_map->name = bundle.config_map_name;
    v.config_map->default_mode = 0644;
  } else if (!bundle.secret_name.empty()) {
    v.secret.emplace();
    v.secret->secret_name = bundle.secret_name;
    v.secret->default_mode = 0644;
  } else {
    return;
  }
  volumes.push_back(std::move(v));
}

std::vector<api::Volume> volumes(const OpenClawInstance& instance, const PodInput& input) {
  const api::InstanceSpec& spec = instance.spec;
  std::vector<api::Volume> all = {data_volume(spec, input), config_volume(instance), workspace_volume(instance)};
  if (needs_init_tmp(spec)) all.push_back(empty_volume("init-tmp"));
  all.push_back(empty_volume("tmp"));
  add_ca_bundle(spec, all);
  all.insert(all.end(), spec.sidecar_volumes.begin(), spec.sidecar_volumes.end());
  all.insert(all.end(), spec.extra_volumes.begin(), spec.extra_volumes.end());
  return all;
}

api::PodSecurityContext pod_security_context(const api::InstanceSpec& spec) {
  const api::InstancePodSecurity wanted =
      spec.security && spec.security->pod ? *spec.security->pod : api::InstancePodSecurity{};
  api::PodSecurityContext context;
  context.run_as_non_root = wanted.run_as_non_root.value_or(true);
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

void canonicalise(std::map<std::string, json::Raw, std::less<>>& amounts) {
  for (auto& [name, raw] : amounts) {
    std::string_view text = raw.text;
    if (text.size() >= 2 && text.front() == '"') text = text.substr(1, text.size() - 2);
    if (const auto canonical = canonical_quantity(text)) raw.text = "\"" + *canonical + "\"";
  }
}

// A user's container as written, but for its quantities, which the API server stores in canonical form, and for
// variables that are set twice, which it does not take.
api::Container users_container(api::Container container) {
  container.env = without_duplicates(std::move(container.env));
  if (container.resources) {
    canonicalise(container.resources->limits);
    canonicalise(container.resources->requests);
  }
  return container;
}

api::PodSpec pod_spec(const OpenClawInstance& instance, const PodInput& input) {
  const api::InstanceSpec& spec = instance.spec;
  api::PodSpec pod;
  pod.init_containers.push_back(build_init_config(instance, known_around(input)));
  for (const api::Container& c : spec.init_containers) pod.init_containers.push_back(users_container(c));
  pod.containers.push_back(build_main_container(instance, input));
  for (const api::Container& c : spec.sidecars) pod.containers.push_back(users_container(c));
  pod.volumes = volumes(instance, input);
  pod.service_account_name = service_account_name(instance);
  pod.service_account = pod.service_account_name;
  pod.automount_service_account_token = mounts_api_token(spec);
  pod.share_process_namespace = spec.share_process_namespace.value_or(true);
  pod.restart_policy = "Always";
  pod.dns_policy = "ClusterFirst";
  pod.scheduler_name = "default-scheduler";
  pod.termination_grace_period_seconds = 30;
  pod.security_context = pod_security_context(spec);
  if (spec.image) pod.image_pull_secrets = spec.image->pull_secrets;
  place(spec, pod);
  return pod;
}

// Azure's webhook looks at the pod's label, not at the ServiceAccount alone.
StringMap pod_labels(const OpenClawInstance& instance) {
  StringMap all = labels(instance);
  const auto& security = instance.spec.security;
  if (security && security->rbac &&
      security->rbac->service_account_annotations.contains("azure.workload.identity/client-id")) {
    all.emplace("azure.workload.identity/use", "true");
  }
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
  spec.update_strategy = {.type = "RollingUpdate", .rolling_update = std::nullopt};
  spec.revision_history_limit = 10;
  spec.claim_retention = api::ClaimRetention{"Retain", "Retain"};
  spec.pod_template.metadata.labels = pod_labels(instance);
  spec.pod_template.metadata.annotations = instance.spec.pod_annotations;
  spec.pod_template.metadata.annotations.erase(std::string(kSecretHash));
  spec.pod_template.metadata.annotations.insert_or_assign(std::string(kConfigHash),
                                                          config_hash(instance.spec, known_around(input)));
  spec.pod_template.spec = pod_spec(instance, input);
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
