// Pods and their parts as far as somebody here works with them; everything else is carried as written, so that a
// container of a user comes out as it went in.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "json/describe.hpp"
#include "kube/object/object.hpp"

namespace rotor::api {

using kube::StringMap;
using OptionalRaw = std::optional<json::Raw>;

struct LocalObjectReference {
  std::string name;
};

// One key of a Secret or of a ConfigMap.
struct KeySelector {
  std::string name;
  std::string key;
  std::optional<bool> optional;
};

struct FieldSelector {
  std::optional<std::string> api_version;
  std::string field_path;
};

struct EnvVarSource {
  std::optional<FieldSelector> field_ref;
  OptionalRaw resource_field_ref;
  std::optional<KeySelector> config_map_key_ref;
  std::optional<KeySelector> secret_key_ref;
  OptionalRaw file_key_ref;
};

struct EnvVar {
  std::string name;
  std::optional<std::string> value;
  std::optional<EnvVarSource> value_from;
};

struct EnvSource {
  std::string name;
  std::optional<bool> optional;
};

// All keys of a Secret or of a ConfigMap.
struct EnvFromSource {
  std::string prefix;
  std::optional<EnvSource> config_map_ref;
  std::optional<EnvSource> secret_ref;
};

struct ContainerPort {
  std::string name;
  std::optional<std::int32_t> host_port;
  std::int32_t container_port = 0;
  std::string protocol;
  std::string host_ip;
};

struct VolumeMount {
  std::string name;
  std::optional<bool> read_only;
  std::string recursive_read_only;
  std::string mount_path;
  std::string sub_path;
  std::string sub_path_expr;
  std::string mount_propagation;
};

struct ResourceRequirements {
  std::map<std::string, json::Raw, std::less<>> limits;  // quantities: strings or numbers
  std::map<std::string, json::Raw, std::less<>> requests;
  OptionalRaw claims;
};

struct Capabilities {
  std::vector<std::string> add;
  std::vector<std::string> drop;
};

struct SeccompProfile {
  std::string type;
  std::string localhost_profile;
};

struct SecurityContext {
  std::optional<Capabilities> capabilities;
  std::optional<bool> privileged;
  OptionalRaw se_linux_options;
  OptionalRaw windows_options;
  std::optional<std::int64_t> run_as_user;
  std::optional<std::int64_t> run_as_group;
  std::optional<bool> run_as_non_root;
  std::optional<bool> read_only_root_filesystem;
  std::optional<bool> allow_privilege_escalation;
  std::string proc_mount;
  std::optional<SeccompProfile> seccomp_profile;
  OptionalRaw app_armor_profile;
};

struct Container {
  std::string name;
  std::string image;
  std::vector<std::string> command;
  std::vector<std::string> args;
  std::string working_dir;
  std::vector<ContainerPort> ports;
  std::vector<EnvFromSource> env_from;
  std::vector<EnvVar> env;
  std::optional<ResourceRequirements> resources;
  OptionalRaw resize_policy;
  std::string restart_policy;
  OptionalRaw restart_policy_rules;
  std::vector<VolumeMount> volume_mounts;
  OptionalRaw volume_devices;
  OptionalRaw liveness_probe;
  OptionalRaw readiness_probe;
  OptionalRaw startup_probe;
  OptionalRaw lifecycle;
  std::string termination_message_path;
  std::string termination_message_policy;
  std::string image_pull_policy;
  std::optional<SecurityContext> security_context;
  std::optional<bool> stdin_open;  // "stdin" on the wire
  std::optional<bool> stdin_once;
  std::optional<bool> tty;
};

struct SecretVolume {
  std::string secret_name;
  OptionalRaw items;
  std::optional<std::int32_t> default_mode;
  std::optional<bool> optional;
};

struct ConfigMapVolume {
  std::string name;
  OptionalRaw items;
  std::optional<std::int32_t> default_mode;
  std::optional<bool> optional;
};

struct ClaimVolume {
  std::string claim_name;
  std::optional<bool> read_only;
};

struct Volume {
  std::string name;
  OptionalRaw empty_dir;
  std::optional<SecretVolume> secret;
  std::optional<ConfigMapVolume> config_map;
  std::optional<ClaimVolume> persistent_volume_claim;
  OptionalRaw projected;
  OptionalRaw downward_api;
  OptionalRaw host_path;
  OptionalRaw ephemeral;
  OptionalRaw csi;
  OptionalRaw image;
  OptionalRaw nfs;
  // Sources that nothing here looks at; listed so that none is lost.
  OptionalRaw gce_persistent_disk, aws_elastic_block_store, git_repo, iscsi, glusterfs, rbd, flex_volume, cinder,
      cephfs, flocker, fc, azure_file, vsphere_volume, quobyte, azure_disk, photon_persistent_disk, portworx_volume,
      scale_io, storageos;
};

struct PodSecurityContext {
  std::optional<std::int64_t> run_as_user;
  std::optional<std::int64_t> run_as_group;
  std::optional<bool> run_as_non_root;
  std::optional<std::int64_t> fs_group;
  std::string fs_group_change_policy;
  std::optional<SeccompProfile> seccomp_profile;
  OptionalRaw supplemental_groups;
  std::string supplemental_groups_policy;
  OptionalRaw sysctls;
  OptionalRaw se_linux_options;
  std::string se_linux_change_policy;
  OptionalRaw app_armor_profile;
  OptionalRaw windows_options;
};

struct PodSpec {
  std::vector<Volume> volumes;
  std::vector<Container> init_containers;
  std::vector<Container> containers;
  std::string restart_policy;
  std::optional<std::int64_t> termination_grace_period_seconds;
  std::string dns_policy;
  StringMap node_selector;
  std::string service_account_name;
  std::string service_account;
  std::optional<bool> automount_service_account_token;
  std::string node_name;
  std::optional<bool> share_process_namespace;
  std::optional<PodSecurityContext> security_context;
  std::vector<LocalObjectReference> image_pull_secrets;
  std::string hostname;
  OptionalRaw affinity;
  std::string scheduler_name;
  OptionalRaw tolerations;
  std::optional<std::string> runtime_class_name;
  OptionalRaw topology_spread_constraints;
};

struct PodTemplateMeta {
  StringMap labels;
  StringMap annotations;
};

struct PodTemplate {
  PodTemplateMeta metadata;
  PodSpec spec;
};

struct PodCondition {
  std::string type;
  std::string status;
  std::string reason;
  std::string message;
  std::string last_transition_time;
};

struct ContainerStatus {
  std::string name;
  std::string image;
  std::string image_id;
  std::string container_id;
  bool ready = false;
  std::optional<bool> started;
  std::int32_t restart_count = 0;
  OptionalRaw state;
  OptionalRaw last_state;
};

struct PodStatus {
  std::string phase;
  std::string reason;
  std::string message;
  std::string host_ip;
  std::string pod_ip;
  std::string start_time;
  std::vector<PodCondition> conditions;
  std::vector<ContainerStatus> container_statuses;
};

struct Pod {
  std::string api_version = "v1";
  std::string kind = "Pod";
  kube::ObjectMeta metadata;
  PodSpec spec;
  PodStatus status;
};

}  // namespace rotor::api

namespace rotor::kube {
template <>
inline constexpr Resource kResource<api::Pod> = {"", "v1", "pods", "Pod"};
}

namespace rotor::json {
ROTOR_DESCRIBED(api::LocalObjectReference);
ROTOR_DESCRIBED(api::KeySelector);
ROTOR_DESCRIBED(api::FieldSelector);
ROTOR_DESCRIBED(api::EnvVarSource);
ROTOR_DESCRIBED(api::EnvVar);
ROTOR_DESCRIBED(api::EnvSource);
ROTOR_DESCRIBED(api::EnvFromSource);
ROTOR_DESCRIBED(api::ContainerPort);
ROTOR_DESCRIBED(api::VolumeMount);
ROTOR_DESCRIBED(api::ResourceRequirements);
ROTOR_DESCRIBED(api::Capabilities);
ROTOR_DESCRIBED(api::SeccompProfile);
ROTOR_DESCRIBED(api::SecurityContext);
ROTOR_DESCRIBED(api::Container);
ROTOR_DESCRIBED(api::SecretVolume);
ROTOR_DESCRIBED(api::ConfigMapVolume);
ROTOR_DESCRIBED(api::ClaimVolume);
ROTOR_DESCRIBED(api::Volume);
ROTOR_DESCRIBED(api::PodSecurityContext);
ROTOR_DESCRIBED(api::PodSpec);
ROTOR_DESCRIBED(api::PodTemplateMeta);
ROTOR_DESCRIBED(api::PodTemplate);
ROTOR_DESCRIBED(api::PodCondition);
ROTOR_DESCRIBED(api::ContainerStatus);
ROTOR_DESCRIBED(api::PodStatus);
ROTOR_DESCRIBED(api::Pod);
}  // namespace rotor::json
