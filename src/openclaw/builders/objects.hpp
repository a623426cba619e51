// From an instance to the objects it owns. Pure: the same instance gives the same bytes. One file per object.
#pragma once

#include <string>
#include <vector>

#include "api/apps/stateful_set.hpp"
#include "api/core/persistent_volume_claim.hpp"
#include "api/core/secret.hpp"
#include "api/core/service.hpp"
#include "api/core/service_account.hpp"
#include "api/networking/network_policy.hpp"
#include "api/openclaw/instance.hpp"
#include "api/policy/disruption_budget.hpp"
#include "api/rbac/role.hpp"
#include "base/secret_bytes.hpp"
#include "openclaw/builders/in_place.hpp"
#include "openclaw/managed.hpp"
#include "openclaw/secret_references.hpp"

namespace rotor::openclaw {

// What a pod template is marked with for what its containers read when they start, Secrets aside.
struct ConfigMark {
  std::string hash;  // on the template, which another one replaces the pods of
  // On the StatefulSet, while the pods read something else than `hash` was made of: the hash of that. kAwaited: a
  // ConfigMap was missing when they were made, so that none of them has started yet, and each will with what is there
  // then.
  std::string read{};
  friend bool operator==(const ConfigMark&, const ConfigMark&) = default;
};
inline constexpr std::string_view kAwaited = "awaited";

// `now`: the hash of what there is; `lacking`: no container could start with that.
ConfigMark next_config_mark(const ConfigMark& present, std::string now, bool lacking);

// What the pod needs to know beyond the instance itself.
struct PodInput {
  bool inject_token = false;    // the gateway's Secret has a token, and nothing in the instance speaks against using it
  std::string present_claim{};  // the claim that holds the data of pods that are there already: never let go of
  SurroundingsPtr around{};     // null: nothing is known of them
  ConfigMark present_config{};  // of the StatefulSet that is there
};

const Surroundings& known_around(const PodInput& input);

api::ServiceAccount build_service_account(const api::OpenClawInstance& instance);
api::Role build_role(const api::OpenClawInstance& instance);
api::RoleBinding build_role_binding(const api::OpenClawInstance& instance);
api::NetworkPolicy build_network_policy(const api::OpenClawInstance& instance);
api::PodDisruptionBudget build_disruption_budget(const api::OpenClawInstance& instance);
api::Service build_service(const api::OpenClawInstance& instance);

// Created once and never overwritten: `token` is 64 hexadecimal digits.
api::Secret build_gateway_secret(const api::OpenClawInstance& instance, SecretBytes token);

// Made once: what is in it is the user's.
api::PersistentVolumeClaim build_claim(const api::OpenClawInstance& instance);
// The same without sizes and modes that are defaults: whoever grew the claim by hand is asked for nothing.
api::PersistentVolumeClaim asked_claim(const api::OpenClawInstance& instance);

api::Container build_main_container(const api::OpenClawInstance& instance, const PodInput& input);
void add_probes(const api::InstanceSpec& spec, api::Container& main);

api::Container build_init_uv(const api::InstanceSpec& spec);
api::Container build_init_pip(const api::InstanceSpec& spec);
api::Container build_init_plugin_deps(const api::InstanceSpec& spec);

api::Container build_gateway_proxy(const api::InstanceSpec& spec);
api::Container build_otel_collector(const api::InstanceSpec& spec, std::int32_t port);

std::vector<api::Volume> build_volumes(const api::OpenClawInstance& instance, const PodInput& input);

// Without the marks of rotation (secret-hash, secret-state): set_marks() adds them.
api::StatefulSet build_stateful_set(const api::OpenClawInstance& instance, const PodInput& input);

// `secret_hash` goes to the pod template, `secret_state` to the StatefulSet; empty ones are left out.
void set_marks(api::StatefulSet& workload, std::string secret_hash, std::string secret_state);

// 16 hexadecimal digits over what a pod reads only when it starts.
struct AlsoHashed {
  ConfigMapReferences read_at_start{};  // that its containers name themselves
  InPlaceKeys in_place{};               // the configuration names their files
};
std::string config_hash(const api::InstanceSpec& spec, const Surroundings& around, const AlsoHashed& also = {});

// The ConfigMaps of others that the containers of an instance's pod read only when they start.
ConfigMapReferences others_config_maps(const api::OpenClawInstance& instance, const api::PodSpec& pod);

// Those of them, and keys of those, that are not there and without which no container starts: `ConfigMap "name" (key
// A)`.
std::vector<std::string> lacking_config_maps(const ConfigMapReferences& references, const Surroundings& around);

// Whether the instance itself rules the injected token out: it sets the variable, or its config trusts a proxy.
bool wants_token(const api::InstanceSpec& spec, const Surroundings& around);

// ServiceAccount and pod get the API token only for features that speak to the API server.
bool mounts_api_token(const api::InstanceSpec& spec);

// `enabled: true` in a block that is carried as written.
bool block_enabled(const api::OptionalRaw& block);

}  // namespace rotor::openclaw
