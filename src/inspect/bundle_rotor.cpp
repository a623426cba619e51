// Rotor's own Deployment, pods and Leases, and the CRDs.
#include <initializer_list>

#include <fmt/format.h>

#include "inspect/bundle.hpp"
#include "inspect/redact.hpp"

namespace rotor::inspect {
namespace {

using Names = std::initializer_list<std::string_view>;

const json::Array& entries_at(const json::Value& value, std::string_view path) {
  static const json::Array kNothing;
  const json::Value* found = json::find(value, path);
  return found == nullptr || !found->is_array() ? kNothing : found->get_array();
}

json::Object taken(const json::Value& from, Names names) {
  json::Object out;
  const json::Object* object = from.if_object();
  if (object == nullptr) return out;
  for (const std::string_view name : names) {
    if (const json::Value* value = object->if_contains(name)) out[name] = *value;
  }
  return out;
}

json::Array taken_of_each(const json::Value& from, std::string_view path, Names names) {
  json::Array out;
  for (const json::Value& one : entries_at(from, path)) out.push_back(taken(one, names));
  return out;
}

json::Value metadata_of(const json::Value& object) {
  const json::Value* metadata = json::find(object, "metadata");
  return metadata == nullptr ? json::Value(json::Object()) : redacted_metadata(*metadata);
}

json::Array environment(const json::Value& container) {
  json::Array out;
  for (const json::Value& one : entries_at(container, "env")) {
    json::Object variable = taken(one, {"name", "value", "valueFrom"});
    if (json::Value* value = variable.if_contains("value")) *value = left_out(*value);
    out.push_back(std::move(variable));
  }
  return out;
}

// No flag of Rotor's takes a value of a secret; what others are started with may be one.
json::Array arguments(const json::Value& container, std::string_view which, bool ours) {
  json::Array out;
  for (const json::Value& one : entries_at(container, which)) {
    out.push_back(ours && one.is_string() ? json::Value(shown_setting(one.get_string())) : left_out(one));
  }
  return out;
}

json::Object container_in_bundle(const json::Value& container, std::string_view rotors) {
  const bool ours = json::find_string(container, "name") == rotors;
  json::Object out = taken(container, {"name", "image", "imagePullPolicy", "ports", "resources", "envFrom",
                                       "volumeMounts", "securityContext"});
  out["command"] = arguments(container, "command", ours);
  out["args"] = arguments(container, "args", ours);
  out["env"] = environment(container);
  return out;
}

json::Object pod_spec(const json::Value& spec, std::string_view rotors) {
  json::Object out = taken(spec, {"serviceAccountName", "nodeName", "nodeSelector", "priorityClassName", "hostNetwork",
                                  "terminationGracePeriodSeconds", "securityContext"});
  json::Array containers;
  for (const json::Value& one : entries_at(spec, "containers")) containers.push_back(container_in_bundle(one, rotors));
  out["containers"] = std::move(containers);
  return out;
}

std::string rotor_container_of(const json::Value& pod_spec) {
  std::string first;
  for (const json::Value& container : entries_at(pod_spec, "containers")) {
    const std::string_view name = json::find_string(container, "name");
    if (name == "rotor") return std::string(name);
    if (first.empty()) first = name;
  }
  return first;
}

// Running since when, ended how: not what the process left as its last words.
json::Object state_in_bundle(const json::Value& state) {
  json::Object out;
  if (!state.is_object()) return out;
  for (const auto& [name, inside] : state.get_object()) {
    out[name] = taken(inside, {"reason", "startedAt", "finishedAt", "exitCode", "signal"});
  }
  return out;
}

json::Array container_states(const json::Value& pod) {
  json::Array out;
  for (const json::Value& status : entries_at(pod, "status.containerStatuses")) {
    json::Object one = taken(status, {"name", "ready", "restartCount", "image", "imageID", "state", "lastState"});
    for (const char* name : {"state", "lastState"}) {
      if (json::Value* state = one.if_contains(name)) *state = state_in_bundle(*state);
    }
    out.push_back(std::move(one));
  }
  return out;
}

constexpr Names kCondition = {"type", "status", "reason", "message", "lastTransitionTime"};

}  // namespace

json::Value crd_in_bundle(const json::Value& crd) {
  const json::Value* stored = json::find(crd, "status.storedVersions");
  const json::Value* converted = json::find(crd, "spec.conversion.strategy");
  return json::Object{{"metadata", metadata_of(crd)},
                      {"versions", taken_of_each(crd, "spec.versions", {"name", "served", "storage", "deprecated"})},
                      {"storedVersions", stored == nullptr ? json::Value() : *stored},
                      {"conversion", converted == nullptr ? json::Value() : *converted},
                      {"conditions", taken_of_each(crd, "status.conditions", kCondition)}};
}

json::Value lease_in_bundle(const json::Value& lease) {
  const json::Value* spec = json::find(lease, "spec");
  return json::Object{
      {"metadata", metadata_of(lease)},
      {"spec", taken(spec == nullptr ? json::Value() : *spec,
                     {"holderIdentity", "leaseDurationSeconds", "acquireTime", "renewTime", "leaseTransitions"})}};
}

json::Value deployment_in_bundle(const json::Value& deployment) {
  const json::Value* replicas = json::find(deployment, "spec.replicas");
  const json::Value* spec = json::find(deployment, "spec.template.spec");
  const json::Value* status = json::find(deployment, "status");
  json::Object out{{"metadata", metadata_of(deployment)},
                   {"replicas", replicas == nullptr ? json::Value() : *replicas},
                   {"template", spec == nullptr ? json::Object() : pod_spec(*spec, rotor_container_of(*spec))}};
  out["status"] = status == nullptr ? json::Object()
                                    : taken(*status, {"observedGeneration", "replicas", "updatedReplicas",
                                                      "readyReplicas", "unavailableReplicas"});
  out["conditions"] = taken_of_each(deployment, "status.conditions", kCondition);
  return out;
}

json::Value pod_in_bundle(const json::Value& pod) {
  const json::Value* spec = json::find(pod, "spec");
  json::Object out{{"metadata", metadata_of(pod)}, {"phase", json::find_string(pod, "status.phase")}};
  out["spec"] = spec == nullptr ? json::Object() : pod_spec(*spec, rotor_container_of(*spec));
  out["conditions"] = taken_of_each(pod, "status.conditions", kCondition);
  out["containers"] = container_states(pod);
  return out;
}

std::string rotor_container(const json::Value& pod) {
  const json::Value* spec = json::find(pod, "spec");
  return spec == nullptr ? "" : rotor_container_of(*spec);
}

bool has_restarted(const json::Value& pod) {
  const std::string rotors = rotor_container(pod);
  for (const json::Value& status : entries_at(pod, "status.containerStatuses")) {
    const json::Value* count = json::find(status, "restartCount");
    if (json::find_string(status, "name") != rotors || count == nullptr) continue;
    return count->is_int64() && count->get_int64() > 0;
  }
  return false;
}

std::string metrics_of_pod(const json::Value& pod) {
  const std::string rotors = rotor_container(pod);
  for (const json::Value& container : entries_at(pod, "spec.containers")) {
    if (json::find_string(container, "name") != rotors) continue;
    bool secure = false;
    for (const json::Value& flag : entries_at(container, "args")) {
      secure = secure || flag == "--metrics-secure" || flag == "--metrics-secure=true";
    }
    for (const json::Value& port : entries_at(container, "ports")) {
      const json::Value* number = json::find(port, "containerPort");
      if (json::find_string(port, "name") != "metrics" || number == nullptr || !number->is_int64()) continue;
      return fmt::format("{}:{}:{}", secure ? "https" : "http", json::find_string(pod, "metadata.name"),
                         number->get_int64());
    }
  }
  return "";
}

}  // namespace rotor::inspect
