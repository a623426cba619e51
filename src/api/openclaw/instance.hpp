// OpenClawInstance, openclaw.rocks/v1alpha1: one assistant that runs in a cluster. Blocks that nothing here builds yet
// (backup, skills, …) are accepted and carried as written.
#pragma once

#include "api/core/pod.hpp"
#include "api/openclaw/access.hpp"
#include "api/openclaw/config.hpp"
#include "api/openclaw/observability.hpp"
#include "api/openclaw/probes.hpp"
#include "api/openclaw/workspace.hpp"

namespace rotor::api {

struct ImageSpec {
  std::string repository;
  std::optional<std::string> tag;
  std::string digest;
  std::string pull_policy;
  std::vector<LocalObjectReference> pull_secrets;
};

struct ResourceAmounts {
  std::string cpu;
  std::string memory;
};

struct InstanceResources {
  std::optional<ResourceAmounts> requests;
  std::optional<ResourceAmounts> limits;
};

struct InstancePodSecurity {
  std::optional<std::int64_t> run_as_user;
  std::optional<std::int64_t> run_as_group;
  std::optional<std::int64_t> fs_group;
  std::string fs_group_change_policy;
  std::optional<bool> run_as_non_root;
};

struct InstanceContainerSecurity {
  std::optional<bool> allow_privilege_escalation;
  std::optional<bool> read_only_root_filesystem;
  std::optional<Capabilities> capabilities;
  std::optional<bool> run_as_non_root;
  std::optional<std::int64_t> run_as_user;
};

struct InstanceRbac {
  std::optional<bool> create_service_account;
  std::string service_account_name;
  StringMap service_account_annotations;
  std::vector<InstancePolicyRule> additional_rules;
};

struct CaBundle {
  std::string config_map_name;
  std::string secret_name;
  std::string key;
};

struct InstanceSecurity {
  std::optional<InstancePodSecurity> pod;              // "podSecurityContext"
  std::optional<InstanceContainerSecurity> container;  // "containerSecurityContext"
  std::optional<InstanceNetworkPolicy> network_policy;
  std::optional<InstanceRbac> rbac;
  std::optional<CaBundle> ca_bundle;
};

struct InstancePersistence {
  std::optional<bool> enabled;
  std::optional<std::string> storage_class;
  std::string size;
  std::vector<std::string> access_modes;
  std::string existing_claim;
  std::optional<bool> orphan;
};

struct InstanceStorage {
  std::optional<InstancePersistence> persistence;
};

struct InstanceGateway {
  std::optional<bool> enabled;
  std::string existing_secret;
  std::vector<std::string> control_ui_origins;
};

struct InstanceServicePort {
  std::string name;
  std::int32_t port = 0;
  std::optional<std::int32_t> target_port;
  std::string protocol;
};

struct InstanceService {
  std::string type;
  StringMap annotations;
  std::vector<InstanceServicePort> ports;
};

struct InstanceNetworking {
  std::optional<InstanceService> service;
  OptionalRaw ingress;
  OptionalRaw http_route;
};

struct InstanceAvailability {
  std::optional<InstanceDisruptionBudget> pod_disruption_budget;
  StringMap node_selector;
  OptionalRaw tolerations;
  OptionalRaw affinity;
  OptionalRaw topology_spread_constraints;
  std::optional<std::string> runtime_class_name;
  OptionalRaw auto_scaling;
};

struct InstanceSpec {
  std::string registry;
  std::optional<ImageSpec> image;
  std::optional<InstanceConfig> config;
  std::vector<EnvFromSource> env_from;
  std::vector<EnvVar> env;
  std::optional<InstanceResources> resources;
  std::optional<bool> share_process_namespace;
  bool suspended = false;
  StringMap pod_annotations;
  std::optional<InstanceAvailability> availability;
  std::vector<Container> init_containers;
  std::vector<Container> sidecars;
  std::vector<Volume> sidecar_volumes;
  std::vector<Volume> extra_volumes;
  std::vector<VolumeMount> extra_volume_mounts;
  std::optional<InstanceSecurity> security;
  std::optional<InstanceStorage> storage;
  std::optional<InstanceGateway> gateway;
  std::optional<InstanceNetworking> networking;
  std::optional<InstanceProbes> probes;
  std::optional<InstanceObservability> observability;
  std::optional<InstanceWorkspace> workspace;
  OptionalRaw skills;
  std::string skill_pack_update_policy;
  std::vector<std::string> plugins;
  OptionalRaw runtime_deps;
  OptionalRaw chromium;
  OptionalRaw tailscale;
  OptionalRaw ollama;
  OptionalRaw web_terminal;
  OptionalRaw backup;
  std::string restore_from;
  OptionalRaw auto_update;
  OptionalRaw self_configure;
};

struct InstanceStatus {
  std::string phase;
  std::vector<kube::Condition> conditions;
  std::int64_t observed_generation = 0;
  std::string last_reconcile_time;
  std::string gateway_endpoint;
  std::string canvas_endpoint;
  StringMap managed_resources;
};

struct OpenClawInstance {
  std::string api_version = "openclaw.rocks/v1alpha1";
  std::string kind = "OpenClawInstance";
  kube::ObjectMeta metadata;
  InstanceSpec spec;
  InstanceStatus status;
};

// The CustomResourceDefinition as JSON, ready to be applied.
std::string openclaw_instance_crd();

}  // namespace rotor::api

namespace rotor::kube {
template <>
inline constexpr Resource kResource<api::OpenClawInstance> = {"openclaw.rocks", "v1alpha1", "openclawinstances",
                                                              "OpenClawInstance"};
}

namespace rotor::json {
ROTOR_DESCRIBED(api::ImageSpec);
ROTOR_DESCRIBED(api::ResourceAmounts);
ROTOR_DESCRIBED(api::InstanceResources);
ROTOR_DESCRIBED(api::InstancePodSecurity);
ROTOR_DESCRIBED(api::InstanceContainerSecurity);
ROTOR_DESCRIBED(api::InstanceRbac);
ROTOR_DESCRIBED(api::CaBundle);
ROTOR_DESCRIBED(api::InstanceSecurity);
ROTOR_DESCRIBED(api::InstancePersistence);
ROTOR_DESCRIBED(api::InstanceStorage);
ROTOR_DESCRIBED(api::InstanceGateway);
ROTOR_DESCRIBED(api::InstanceServicePort);
ROTOR_DESCRIBED(api::InstanceService);
ROTOR_DESCRIBED(api::InstanceNetworking);
ROTOR_DESCRIBED(api::InstanceAvailability);
ROTOR_DESCRIBED(api::InstanceSpec);
ROTOR_DESCRIBED(api::InstanceStatus);
ROTOR_DESCRIBED(api::OpenClawInstance);
}  // namespace rotor::json
