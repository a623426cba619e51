#include "local/node/pod_objects.hpp"

#include <algorithm>
#include <ranges>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/time.hpp"
#include "openclaw/builders/in_place.hpp"

namespace rotor::local {
namespace {

using json::Array;
using json::Object;
using json::Value;

template <class T>
Value to_value(const T& described) {
  auto parsed = json::parse(json::write(described));
  return parsed ? *std::move(parsed) : Value();
}

Object terminated(const Terminated& last) {
  Object state{{"exitCode", last.exit.code},
               {"reason", last.exit.code == 0 ? "Completed" : "Error"},
               {"startedAt", format_time(last.started)},
               {"finishedAt", format_time(last.finished)}};
  if (last.exit.signal != 0) state["signal"] = last.exit.signal;
  return {{"terminated", std::move(state)}};
}

Object state_of(const PodFacts& facts) {
  if (facts.running) return {{"running", Object{{"startedAt", format_time(facts.started)}}}};
  if (!facts.waiting_reason.empty()) {
    Object waiting{{"reason", facts.waiting_reason}};
    if (!facts.message.empty()) waiting["message"] = facts.message;
    return {{"waiting", std::move(waiting)}};
  }
  if (facts.last) return terminated(*facts.last);
  return {{"waiting", Object{{"reason", "ContainerCreating"}}}};
}

Object container_status(const api::Container& container, const PodFacts& facts) {
  Object status{{"name", container.name},
                {"image", container.image},
                {"imageID", ""},
                {"ready", facts.ready()},
                {"started", facts.running && facts.startup_passed},
                {"restartCount", facts.restarts}};
  status["state"] = state_of(facts);
  const bool shown_as_state = !facts.running && facts.waiting_reason.empty();
  if (facts.last && !shown_as_state) status["lastState"] = terminated(*facts.last);
  return status;
}

// Of the container beside the assistant, whose work the node does: it ends with an answer and is started again.
Object reload_status(const api::Container& container, const PodFacts& facts) {
  Object status{{"name", container.name}, {"image", container.image}, {"imageID", ""},
                {"ready", facts.running}, {"started", facts.running}, {"restartCount", 0}};
  status["state"] = facts.running ? Object{{"running", Object{{"startedAt", format_time(facts.started)}}}}
                                  : Object{{"waiting", Object{{"reason", "PodInitializing"}}}};
  if (facts.reload_answer.empty()) return status;
  const Object ended{{"exitCode", 0}, {"reason", "Completed"}, {"message", facts.reload_answer}};
  status["lastState"] = Object{{"terminated", ended}};
  return status;
}

// The first container becomes a process, and the node does the work of the one that has values loaded. The others do
// not run here: who counts the containers of the pod counts those that there are.
bool is_had_here(const Value& container, std::size_t place) {
  return place == 0 || json::find_string(container, "name") == openclaw::kReloadContainer;
}

void leave_out_others(Object& metadata, Object& spec) {
  const Value* all = spec.if_contains("containers");
  if (all == nullptr || !all->is_array()) return;
  Array here;
  std::vector<std::string_view> others;
  for (const Value& container : all->get_array()) {
    if (is_had_here(container, here.size() + others.size())) {
      here.push_back(container);
    } else {
      others.push_back(json::find_string(container, "name"));
    }
  }
  if (others.empty()) return;
  if (!metadata["annotations"].is_object()) metadata["annotations"] = Object();
  metadata["annotations"].as_object()[kNotRunHere] = fmt::format("{}", fmt::join(others, ","));
  spec["containers"] = std::move(here);
}

Object condition(std::string_view type, bool met, WallTime since) {
  return {{"type", type}, {"status", met ? "True" : "False"}, {"lastTransitionTime", format_time(since)}};
}

Object readiness(std::string_view type, const api::Pod& pod, const PodFacts& facts) {
  Object out = condition(type, facts.ready(), facts.readiness_since);
  if (facts.ready() || pod.spec.containers.empty()) return out;
  out["reason"] = "ContainersNotReady";
  out["message"] = "containers with unready status: [" + pod.spec.containers.front().name + "]";
  return out;
}

// Each volumeClaimTemplate is a claim of the pod's own, in the place of a volume of that name.
void add_claims(const api::StatefulSet& set, Object& spec) {
  const auto templates = json::parse(set.spec.volume_claim_templates ? set.spec.volume_claim_templates->text : "[]");
  if (!templates || !templates->is_array() || templates->get_array().empty()) return;
  Value& volumes = spec["volumes"];
  if (!volumes.is_array()) volumes = Array();
  for (const Value& one : templates->get_array()) {
    const std::string name(json::find_string(one, "metadata.name"));
    Array kept;
    for (const Value& volume : volumes.get_array()) {
      if (json::find_string(volume, "name") != name) kept.push_back(volume);
    }
    kept.push_back(
        Object{{"name", name}, {"persistentVolumeClaim", Object{{"claimName", name + "-" + pod_name(set)}}}});
    volumes = std::move(kept);
  }
}

}  // namespace

std::string pod_name(const api::StatefulSet& set) { return set.metadata.name + "-0"; }

std::string template_revision(const api::StatefulSet& set) {
  return set.metadata.name + "-" + hex_encode(sha256(json::write(set.spec.pod_template))).substr(0, 10);
}

Object make_pod(const api::StatefulSet& set, std::string_view revision) {
  Value pod_template = to_value(set.spec.pod_template);
  Object metadata =
      pod_template.as_object()["metadata"].is_object() ? pod_template.as_object()["metadata"].as_object() : Object();
  if (!metadata["labels"].is_object()) metadata["labels"] = Object();
  Object& labels = metadata["labels"].as_object();
  labels[kRevisionLabel] = revision;
  labels["statefulset.kubernetes.io/pod-name"] = pod_name(set);
  labels["apps.kubernetes.io/pod-index"] = "0";
  metadata["name"] = pod_name(set);
  metadata["namespace"] = set.metadata.ns;
  metadata["ownerReferences"] = Array{Object{{"apiVersion", "apps/v1"},
                                             {"kind", "StatefulSet"},
                                             {"name", set.metadata.name},
                                             {"uid", set.metadata.uid},
                                             {"controller", true},
                                             {"blockOwnerDeletion", true}}};
  Value spec = pod_template.as_object()["spec"];
  add_claims(set, spec.as_object());
  leave_out_others(metadata, spec.as_object());
  spec.as_object()["nodeName"] = kNodeName;
  spec.as_object()["hostname"] = pod_name(set);
  return {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}};
}

Object pod_status(const api::Pod& pod, const PodFacts& facts) {
  Object status{{"phase", facts.running || facts.last ? "Running" : "Pending"},
                {"podIP", "127.0.0.1"},
                {"hostIP", "127.0.0.1"},
                {"startTime", format_time(facts.accepted)}};
  status["conditions"] =
      Array{condition("PodScheduled", true, facts.accepted), condition("Initialized", true, facts.accepted),
            readiness("ContainersReady", pod, facts), readiness("Ready", pod, facts)};
  if (!pod.spec.containers.empty()) {
    Array containers{container_status(pod.spec.containers.front(), facts)};
    for (const api::Container& container : pod.spec.containers | std::views::drop(1)) {
      if (container.name == openclaw::kReloadContainer) containers.push_back(reload_status(container, facts));
    }
    status["containerStatuses"] = std::move(containers);
  }
  // The uid keeps a late word about one pod off the next one of that name.
  return {{"metadata", Object{{"uid", pod.metadata.uid}}}, {"status", std::move(status)}};
}

PodCount count_of(const api::Pod& pod) {
  const auto& conditions = pod.status.conditions;
  const auto label = pod.metadata.labels.find(kRevisionLabel);
  return {.exists = true,
          .terminating = pod.metadata.deleting(),
          .ready = std::ranges::any_of(
              conditions, [](const api::PodCondition& c) { return c.type == "Ready" && c.status == "True"; }),
          .revision = label == pod.metadata.labels.end() ? std::string() : label->second};
}

api::StatefulSetStatus status_of(const api::StatefulSet& set, const PodCount& pod) {
  api::StatefulSetStatus status;
  const std::string update = template_revision(set);
  const std::string before = set.status ? set.status->current_revision : std::string();
  const auto counts = [&pod](const std::string& revision) {
    return pod.exists && !pod.terminating && pod.revision == revision ? 1 : 0;
  };
  status.observed_generation = set.metadata.generation;
  status.replicas = pod.exists ? 1 : 0;
  status.ready_replicas = pod.exists && pod.ready ? 1 : 0;
  status.available_replicas = status.ready_replicas;
  status.update_revision = update;
  status.updated_replicas = counts(update);
  const bool rolls = set.spec.update_strategy.type != "OnDelete";
  const bool complete = status.updated_replicas == status.replicas && status.ready_replicas == status.replicas;
  status.current_revision = before.empty() || (rolls && complete) ? update : before;
  status.current_replicas = counts(status.current_revision);
  return status;
}

std::optional<Object> status_patch(const api::StatefulSet& set, const api::StatefulSetStatus& status) {
  if (set.status && json::write(*set.status) == json::write(status)) return std::nullopt;
  Object fields = to_value(status).as_object();
  for (const char* absent_when_zero : {"currentReplicas", "readyReplicas", "updatedReplicas"}) {
    if (!fields.contains(absent_when_zero)) fields[absent_when_zero] = nullptr;
  }
  fields["collisionCount"] = 0;
  return Object{{"metadata", Object{{"uid", set.metadata.uid}}}, {"status", std::move(fields)}};
}

}  // namespace rotor::local
