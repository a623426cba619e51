#include "openclaw/status.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/time.hpp"
#include "openclaw/names.hpp"
#include "openclaw/storage.hpp"

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

// The first few, as a condition has no room for every key of every Secret.
std::string some_of(const std::vector<std::string>& all, std::string_view separator) {
  constexpr std::size_t kShown = 10;
  const std::span<const std::string> shown(all.data(), std::min(all.size(), kShown));
  std::string text = fmt::format("{}", fmt::join(shown, separator));
  if (all.size() > kShown) text += fmt::format("{}and {} more", separator, all.size() - kShown);
  return text;
}

std::string unusable_message(const RotationDecision& rotation) {
  return fmt::format("{}; {}: put a value there that a process can be given, or take the reference out",
                     some_of(rotation.unusable, "; "),
                     rotation.held_back ? "no pod is started with it" : "running pods keep the value they have");
}

void secrets_ready(const RotationDecision& rotation, const Permit& permit, Conditions& conditions) {
  if (!rotation.unreadable.empty()) {
    return conditions.set(
        "SecretsReady", "Unknown", "SecretReadFailed",
        fmt::format("Cannot read secrets: {}; running pods are left alone", some_of(rotation.unreadable, ", ")));
  }
  if (rotation.missing.empty() && !rotation.unusable.empty()) {
    return conditions.set("SecretsReady", "False", "SecretUnusable", unusable_message(rotation));
  }
  if (rotation.missing.empty() && permit.verdict == Permit::Verdict::kRefuse) {
    return conditions.set("SecretsReady", "False", permit.reason, permit.message);
  }
  if (rotation.missing.empty()) {
    return conditions.set("SecretsReady", "True", "AllSecretsFound", "All referenced secrets exist");
  }
  std::string message = fmt::format("Missing secrets: {}", some_of(rotation.missing, ", "));
  if (!rotation.changed.empty()) {
    message += fmt::format("; the restart for {} waits for them", some_of(rotation.changed, ", "));
  }
  if (!rotation.unusable.empty()) message += "; " + unusable_message(rotation);
  if (rotation.unusable.empty() && rotation.held_back)
    message += "; the pod that runs is not replaced before they are there";
  conditions.set("SecretsReady", "False", "SecretsMissing", std::move(message));
}

void rotation_key(const std::string& error, Conditions& conditions) {
  if (error.empty()) return conditions.drop("RotationKeyUnavailable");
  conditions.set("RotationKeyUnavailable", "True", "RotationKeyUnavailable",
                 fmt::format("No restart on changed secrets: {}", error));
}

void rotation_waiting(const Permit& permit, Conditions& conditions) {
  const bool waits = permit.verdict == Permit::Verdict::kWait && !permit.reason.empty();
  if (!waits) return conditions.drop("RotationWaiting");
  conditions.set("RotationWaiting", "True", permit.reason, permit.message);
}

void spec(const PassReport& report, Conditions& conditions) {
  if (report.spec_problems.empty()) {
    conditions.drop(kSpecValid);
  } else {
    conditions.set(std::string(kSpecValid), "False", std::string(kSpecInvalid),
                   fmt::format("{}; until that is put right it has no effect", some_of(report.spec_problems, "; ")));
  }
  if (report.unbuilt.empty()) {
    conditions.drop(kSpecSupported);
  } else {
    conditions.set(
        std::string(kSpecSupported), "False", std::string(kNotBuiltYet),
        fmt::format("Accepted, and not built yet: {}; the pod runs without", fmt::join(report.unbuilt, ", ")));
  }
}

// What releases before StatefulSets left in a status.
void forget_deployment(api::InstanceStatus& status, Conditions& conditions) {
  status.managed_resources.erase("deployment");
  conditions.drop("DeploymentReady");
}

void storage(const api::OpenClawInstance& instance, const std::string& claim, api::InstanceStatus& status,
             Conditions& conditions) {
  if (!persists(instance.spec)) status.managed_resources.erase("pvc");
  const std::optional<StorageWord> word = storage_word(instance, claim);
  if (!word) return conditions.drop("StorageReady");
  conditions.set("StorageReady", "True", std::string(word->reason), word->message);
}

// A single pod is ready or on its way: its rollout is over before anybody has read of it.
std::string progress(const WorkloadState& state) {
  if (!state.current || state.replicas < 2 || rolled_out(state)) return "StatefulSet is ready";
  return fmt::format("StatefulSet is ready; rollout under way: {} of {} pods updated, {} ready", state.updated_replicas,
                     state.replicas, state.ready_replicas);
}

void workload(const api::OpenClawInstance& instance, const WorkloadState& state, bool held_back,
              api::InstanceStatus& status, Conditions& conditions) {
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
    conditions.set("StatefulSetReady", "True", "StatefulSetReady", progress(state));
    conditions.set("Ready", "True", "ReconcileSucceeded", "All resources reconciled successfully");
    status.phase = "Running";
  } else {
    conditions.set("StatefulSetReady", "False", "StatefulSetNotReady", "StatefulSet is not ready yet");
    conditions.set("Ready", "False", "StatefulSetNotReady",
                   held_back ? "No pod is started as things are: see SecretsReady and ConfigMapsReady"
                             : "Waiting for the StatefulSet pod to become ready");
    status.phase = "Provisioning";
  }
}

// An object that was left where it is stays named.
void managed_kind(const api::OpenClawInstance& instance, const ManagedKind& kind, api::InstanceStatus& status,
                  Conditions& conditions) {
  const Place place = kind.place(instance);
  const bool gone = place == Place::kEmpty && kind.unwanted == Unwanted::kGoes;
  const std::string key(kind.status_key);
  if (gone) status.managed_resources.erase(key);
  if (place != Place::kEmpty) status.managed_resources.insert_or_assign(key, kind.name(instance));
  if (kind.condition.type.empty()) return;
  const auto& [type, reason, message] = kind.condition;
  if (gone) return conditions.drop(type);
  conditions.set(std::string(type), "True", std::string(reason), std::string(message));
}

void endpoints(const api::OpenClawInstance& instance, api::InstanceStatus& status) {
  const std::string host = fmt::format("{}.{}.svc", instance.metadata.name, instance.metadata.ns);
  status.gateway_endpoint = fmt::format("{}:{}", host, kGatewayPort);
  status.canvas_endpoint = fmt::format("{}:{}", host, kCanvasPort);
}

}  // namespace

bool rolled_out(const WorkloadState& state) {
  return state.current && state.updated_replicas == state.replicas && state.ready_replicas == state.replicas;
}

api::InstanceStatus status_after(const api::OpenClawInstance& instance, const PassReport& report, WallTime now,
                                 ManagedKinds kinds) {
  api::InstanceStatus status = instance.status;
  Conditions conditions(status, instance.metadata.generation, now);
  for (const ManagedKind& kind : kinds) managed_kind(instance, kind, status, conditions);
  secrets_ready(report.rotation, report.permit, conditions);
  rotation_waiting(report.permit, conditions);
  rotation_key(report.key_error, conditions);
  storage(instance, report.claim, status, conditions);
  spec(report, conditions);
  forget_deployment(status, conditions);
  workload(instance, report.workload, report.rotation.held_back, status, conditions);
  endpoints(instance, status);
  if (!report.rotation.held_back && status.observed_generation != instance.metadata.generation) {
    status.observed_generation = instance.metadata.generation;
    status.last_reconcile_time = format_time(now);
  }
  return status;
}

api::InstanceStatus status_refused(const api::OpenClawInstance& instance, const Refusal& refusal,
                                   const std::optional<WorkloadState>& runs, WallTime now) {
  api::InstanceStatus status = instance.status;
  Conditions conditions(status, instance.metadata.generation, now);
  const std::string_view then = runs ? "the StatefulSet that is there is left as it is, changed Secrets included"
                                     : "nothing is made for the instance";
  const std::string reason(refusal.reason);
  conditions.set(std::string(refusal.condition), "False", reason, fmt::format("{}; {}", refusal.problem, then));
  if (runs) {
    workload(instance, *runs, false, status, conditions);
  } else {
    conditions.set("Ready", "False", reason, refusal.problem);
    status.phase = "Failed";
  }
  return status;
}

api::InstanceStatus status_failed(const api::OpenClawInstance& instance, const std::string& message, WallTime now) {
  api::InstanceStatus status = instance.status;
  Conditions(status, instance.metadata.generation, now).set("Ready", "False", "ReconcileFailed", message);
  status.phase = "Failed";
  return status;
}

api::InstanceStatus status_without_backup(const api::OpenClawInstance& instance, const std::string& message,
                                          WallTime now) {
  api::InstanceStatus status = instance.status;
  Conditions(status, instance.metadata.generation, now).set("BackupComplete", "False", "BackupNotBuilt", message);
  return status;
}

api::InstanceStatus status_with_phase(const api::OpenClawInstance& instance, std::string phase) {
  api::InstanceStatus status = instance.status;
  status.phase = std::move(phase);
  return status;
}

}  // namespace rotor::openclaw
