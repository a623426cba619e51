#include "apiserver/registry/strategy.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "apiserver/registry/events.hpp"
#include "apiserver/registry/meta.hpp"
#include "apiserver/registry/names.hpp"
#include "apiserver/registry/secret_types.hpp"
#include "base/encoding.hpp"

namespace rotor::apiserver {

namespace {

using Errors = std::vector<FieldError>;
using json::Object;
using json::Value;

bool is(const ServedKind& kind, std::string_view name) { return !kind.custom && kind.kind == name; }

Object& member(Object& object, std::string_view key) {
  Value& value = object[key];
  if (!value.is_object()) value.emplace_object();
  return value.get_object();
}

const Value* value_at(const Object& object, std::string_view key) { return object.if_contains(key); }

const Object& spec_of(const Object& object) {
  static const Object kNone;
  const Object* spec = child(object, "spec");
  return spec == nullptr ? kNone : *spec;
}

void fold_string_data(Object& secret) {
  Value* plain = secret.if_contains("stringData");
  if (plain == nullptr) return;
  if (plain->is_object()) {
    Object& data = member(secret, "data");
    plain = secret.if_contains("stringData");
    for (auto& one : plain->get_object()) {
      if (one.value().is_string()) data[one.key()] = base64_encode(one.value().get_string());
    }
    wipe_strings(*plain);
  }
  secret.erase("stringData");
}

// The first address of 10.96.0.0/16 from .0.10 on that no Service has.
std::string free_cluster_ip(const Store& store) {
  std::set<std::string, std::less<>> taken;
  for (const auto& [key, service] : store.objects("services")) taken.emplace(text(spec_of(*service), "clusterIP"));
  for (unsigned i = 10; i < 65000; ++i) {
    std::string candidate = fmt::format("10.96.{}.{}", i / 256, i % 256);
    if (!taken.contains(candidate)) return candidate;
  }
  return "10.96.255.254";
}

void allocate_service(Object& service, const Store& store) {
  Object& spec = member(service, "spec");
  if (text(spec, "type") == "ExternalName") return;
  if (text(spec, "clusterIP").empty()) spec["clusterIP"] = free_cluster_ip(store);
  spec["clusterIPs"] = json::Array{spec["clusterIP"]};
  if (!spec.contains("ipFamilies")) spec["ipFamilies"] = json::Array{"IPv4"};
  if (!spec.contains("ipFamilyPolicy")) spec["ipFamilyPolicy"] = "SingleStack";
  if (!spec.contains("internalTrafficPolicy")) spec["internalTrafficPolicy"] = "Cluster";
  member(member(service, "status"), "loadBalancer");
}

bool has_resources(const Object& pod, bool& guaranteed) {
  bool any = false;
  const json::Array* containers = list(spec_of(pod), "containers");
  if (containers == nullptr) return false;
  for (const Value& one : *containers) {
    const Object* resources = one.is_object() ? child(one.get_object(), "resources") : nullptr;
    const Object* requests = resources == nullptr ? nullptr : child(*resources, "requests");
    const Object* limits = resources == nullptr ? nullptr : child(*resources, "limits");
    any = any || (requests != nullptr && !requests->empty()) || (limits != nullptr && !limits->empty());
    const bool full = limits != nullptr && limits->contains("cpu") && limits->contains("memory");
    guaranteed = guaranteed && full && (requests == nullptr || *requests == *limits);
  }
  return any;
}

void allocate_pod(Object& pod) {
  Object& spec = member(pod, "spec");
  if (!spec.contains("priority")) spec["priority"] = 0;
  if (!spec.contains("preemptionPolicy")) spec["preemptionPolicy"] = "PreemptLowerPriority";
  if (!spec.contains("serviceAccountName")) spec["serviceAccountName"] = "default";
  spec["serviceAccount"] = spec["serviceAccountName"];
  Object& status = member(pod, "status");
  status["phase"] = "Pending";
  bool guaranteed = true;
  const bool any = has_resources(pod, guaranteed);
  status["qosClass"] = !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
}

// A Job selects its pods by labels of its own making.
void allocate_job(Object& job) {
  Object& spec = member(job, "spec");
  const Value uid(text(metadata_of(job), "uid"));
  const Value name(text(metadata_of(job), "name"));
  spec["selector"] = Object{{"matchLabels", Object{{"batch.kubernetes.io/controller-uid", uid}}}};
  Object& metadata = member(member(spec, "template"), "metadata");
  Object& labels = member(metadata, "labels");
  for (const char* prefix : {"batch.kubernetes.io/", ""}) {
    labels[std::string(prefix) + "controller-uid"] = uid;
    labels[std::string(prefix) + "job-name"] = name;
  }
  if (!spec.contains("podReplacementPolicy")) {
    spec["podReplacementPolicy"] = spec.contains("podFailurePolicy") ? "Failed" : "TerminatingOrFailed";
  }
  member(job, "status");
}

void drop_images(Object& spec) {
  for (const std::string_view field : {"containers", "initContainers"}) {
    Value* all = spec.if_contains(field);
    if (all == nullptr || !all->is_array()) continue;
    for (Value& one : all->get_array()) {
      if (one.is_object()) one.get_object().erase("image");
    }
  }
}

void validate_pod_update(const Object& pod, const Object& old, Errors& errors) {
  Object now = spec_of(pod);
  Object before = spec_of(old);
  for (Object* spec : {&now, &before}) {
    drop_images(*spec);
    spec->erase("activeDeadlineSeconds");
    spec->erase("tolerations");
    spec->erase("terminationGracePeriodSeconds");
  }
  if (now != before) {
    errors.push_back(field_forbidden(
        "spec",
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
        "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
        "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"));
  }
}

void validate_claim_update(const Object& claim, const Object& old, Errors& errors) {
  Object now = spec_of(claim);
  Object before = spec_of(old);
  for (Object* spec : {&now, &before}) {
    spec->erase("resources");
    spec->erase("volumeAttributesClassName");
    spec->erase("volumeName");
  }
  if (now != before) {
    errors.push_back(field_forbidden("spec",
                                     "spec is immutable after creation except resources.requests and "
                                     "volumeAttributesClassName for bound claims"));
  }
}

}  // namespace

void fold(const ServedKind& kind, Object& object) {
  if (is(kind, "Secret")) {
    fold_string_data(object);
    if (text(object, "type").empty()) object["type"] = "Opaque";
  } else if (is(kind, "Namespace")) {
    member(metadata_of(object), "labels")["kubernetes.io/metadata.name"] = Value(name_of(object));
  }
}

void allocate(const ServedKind& kind, Object& object, const Store& store) {
  if (is(kind, "Namespace")) {
    member(object, "spec")["finalizers"] = json::Array{"kubernetes"};
    member(object, "status")["phase"] = "Active";
  } else if (is(kind, "Service")) {
    allocate_service(object, store);
  } else if (is(kind, "Pod")) {
    allocate_pod(object);
  } else if (is(kind, "PersistentVolumeClaim")) {
    member(object, "status")["phase"] = "Pending";
  } else if (is(kind, "Job")) {
    allocate_job(object);
  } else if (is(kind, "StatefulSet")) {
    Object& status = member(object, "status");
    status["replicas"] = 0;
    status["availableReplicas"] = 0;
  } else if (!kind.custom && kind.versions.front().status && kind.kind != "CustomResourceDefinition") {
    member(object, "status");
  }
}

void keep_allocated(const ServedKind& kind, const Object& old, Object& object) {
  const auto keep = [&](std::string_view field) {
    const Value* before = value_at(spec_of(old), field);
    if (before != nullptr && !spec_of(object).contains(field)) member(object, "spec")[field] = *before;
  };
  if (is(kind, "Service") && text(spec_of(object), "type") != "ExternalName") {
    for (const char* field : {"clusterIP", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"}) keep(field);
    const std::string_view ip = text(spec_of(object), "clusterIP");
    if (!ip.empty()) member(object, "spec")["clusterIPs"] = json::Array{Value(ip)};
  } else if (is(kind, "Pod")) {
    for (const char* field : {"priority", "preemptionPolicy", "serviceAccountName", "serviceAccount", "nodeName"})
      keep(field);
  } else if (is(kind, "PersistentVolumeClaim")) {
    keep("volumeName");
  } else if (is(kind, "Job")) {
    keep("selector");
  } else if (is(kind, "Namespace")) {
    const Value* finalizers = value_at(spec_of(old), "finalizers");
    if (finalizers != nullptr) member(object, "spec")["finalizers"] = *finalizers;
  }
}

void validate_builtin(const ServedKind& kind, const Object& object, const Object* old, Errors& errors) {
  if (kind.custom) return;
  if (kind.kind == "Secret") validate_secret_type(object, errors);
  if (kind.kind == "Pod" && old != nullptr) validate_pod_update(object, *old, errors);
  if (kind.kind == "PersistentVolumeClaim" && old != nullptr) validate_claim_update(object, *old, errors);
  if (kind.kind == "Event") validate_event(kind.group, object, old, errors);
}

}  // namespace rotor::apiserver
