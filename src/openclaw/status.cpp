#include "openclaw/status.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/time.hpp"
#include "json/document.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

class Conditions {
 public:
  Conditions(api::InstanceStatus& status, std::int64_t generation, WallTime now)
      : status_(status), generation_(generation), now_(now) {}

  void set(std::string type, std::string status, std::string reason, std::string message) {
    kube::Condition c;
    c.type = std::move(type);
    c.status = std::move(status);
    c.reason = std::move(reason);
    c.message = std::move(message);
    c.observed_generation = generation_;
    kube::set_condition(status_.conditions, std::move(c), now_);
  }
  void drop(std::string_view type) {
    std::erase_if(status_.conditions, [type](const kube::Condition& c) { return c.type == type; });
  }

 private:
  api::InstanceStatus& status_;
  std::int64_t generation_;
  WallTime now_;
};

void secrets_ready(const RotationDecision& rotation, Conditions& conditions) {
  if (!rotation.unreadable.empty()) {
    return conditions.set(
        "SecretsReady", "Unknown", "SecretReadFailed",
        fmt::format("Cannot read secrets: {}; running pods are left alone", fmt::join(rotation.unreadable, ", ")));
  }
  if (rotation.missing.empty()) {
    return conditions.set("SecretsReady", "True", "AllSecretsFound", "All referenced secrets exist");
  }
  std::string message = fmt::format("Missing secrets: {}", fmt::join(rotation.missing, ", "));
  if (rotation.action == RotationDecision::Action::kHold) {
    message += fmt::format("; the restart for {} waits for them", fmt::join(rotation.changed, ", "));
  }
  conditions.set("SecretsReady", "False", "SecretsMissing", std::move(message));
}

void rotation_key(const std::string& error, Conditions& conditions) {
  if (error.empty()) return conditions.drop("RotationKeyUnavailable");
  conditions.set("RotationKeyUnavailable", "True", "RotationKeyUnavailable",
                 fmt::format("No restart on changed secrets: {}", error));
}

// Said as long as it is true: the data volume is an emptyDir unless the user brings a claim.
void storage(const api::InstanceSpec& spec, bool has_claim, Conditions& conditions) {
  const api::InstancePersistence wanted =
      spec.storage && spec.storage->persistence ? *spec.storage->persistence : api::InstancePersistence{};
  if (!wanted.enabled.value_or(true) || has_claim) return conditions.drop("StorageReady");
  conditions.set("StorageReady", "False", "ClaimNotCreated",
                 "No PersistentVolumeClaim is created yet, data lives as long as the pod: name a claim in "
                 "spec.storage.persistence.existingClaim, or set spec.storage.persistence.enabled to false");
}

void workload(const api::OpenClawInstance& instance, const WorkloadState& state, api::InstanceStatus& status,
              Conditions& conditions) {
  const bool ready = state.ready_replicas > 0;
  if (instance.spec.suspended) {
    const bool down = state.replicas == 0;
    conditions.set("StatefulSetReady", down ? "True" : "False",
                   down ? "StatefulSetSuspended" : "StatefulSetScalingDown",
                   down ? "StatefulSet is scaled to zero" : "StatefulSet is scaling down");
    conditions.set("Ready", "False", "Suspended",
                   "Instance is suspended (spec.suspended=true), workload scaled to zero");
    status.phase = "Suspended";
  } else if (ready) {
    conditions.set("StatefulSetReady", "True", "StatefulSetReady", "StatefulSet is ready");
    conditions.set("Ready", "True", "ReconcileSucceeded", "All resources reconciled successfully");
    status.phase = "Running";
  } else {
    conditions.set("StatefulSetReady", "False", "StatefulSetNotReady", "StatefulSet is not ready yet");
    conditions.set("Ready", "False", "StatefulSetNotReady", "Waiting for the StatefulSet pod to become ready");
    status.phase = "Provisioning";
  }
}

void name_resources(const api::OpenClawInstance& instance, api::InstanceStatus& status) {
  const std::string& name = instance.metadata.name;
  status.managed_resources.insert_or_assign("statefulSet", name);
  status.managed_resources.insert_or_assign("service", name);
  status.managed_resources.insert_or_assign("gatewayTokenSecret", gateway_secret_name(instance));
  if (creates_service_account(instance)) {
    status.managed_resources.insert_or_assign("serviceAccount", service_account_name(instance));
  }
  status.gateway_endpoint = fmt::format("{}.{}.svc:{}", name, instance.metadata.ns, kGatewayPort);
  status.canvas_endpoint = fmt::format("{}.{}.svc:{}", name, instance.metadata.ns, kCanvasPort);
}

// What a merge patch needs to say for `before` to become `after`.
json::Object difference(const json::Object& before, const json::Object& after) {
  json::Object patch;
  for (const auto& [name, value] : after) {
    const json::Value* old = before.if_contains(name);
    if (old != nullptr && *old == value) continue;
    if (old != nullptr && old->is_object() && value.is_object()) {
      patch[name] = difference(old->get_object(), value.get_object());
    } else {
      patch[name] = value;
    }
  }
  for (const auto& [name, value] : before) {
    if (!after.contains(name)) patch[name] = nullptr;
  }
  return patch;
}

}  // namespace

api::InstanceStatus status_after(const api::OpenClawInstance& instance, const PassReport& report, WallTime now) {
  api::InstanceStatus status = instance.status;
  Conditions conditions(status, instance.metadata.generation, now);
  conditions.set("RBACReady", "True", "RBACCreated", "RBAC resources created successfully");
  conditions.set("ServiceReady", "True", "ServiceCreated", "Service created successfully");
  secrets_ready(report.rotation, conditions);
  rotation_key(report.key_error, conditions);
  storage(instance.spec, report.has_claim, conditions);
  workload(instance, report.workload, status, conditions);
  name_resources(instance, status);
  if (status.observed_generation != instance.metadata.generation) {
    status.observed_generation = instance.metadata.generation;
    status.last_reconcile_time = format_time(now);
  }
  return status;
}

api::InstanceStatus status_failed(const api::OpenClawInstance& instance, const std::string& message, WallTime now) {
  api::InstanceStatus status = instance.status;
  Conditions(status, instance.metadata.generation, now).set("Ready", "False", "ReconcileFailed", message);
  status.phase = "Failed";
  return status;
}

api::InstanceStatus status_with_phase(const api::OpenClawInstance& instance, std::string phase) {
  api::InstanceStatus status = instance.status;
  status.phase = std::move(phase);
  return status;
}

std::string status_patch(const api::InstanceStatus& before, const api::InstanceStatus& after) {
  const auto old = json::parse(json::write(before));
  const auto now = json::parse(json::write(after));
  const json::Object patch = difference(old->as_object(), now->as_object());
  if (patch.empty()) return {};
  return json::serialize(json::Object{{"status", patch}});
}

}  // namespace rotor::openclaw
