#include "local/pod_objects.hpp"

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/time.hpp"

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

const api::Container* main_container(const api::StatefulSet& set) {
  const auto& containers = set.spec.pod_template.spec.containers;
  return containers.empty() ? nullptr : &containers.front();
}

Object terminated(const Exit& exit) {
  Object state{{"exitCode", exit.code}, {"reason", exit.code == 0 ? "Completed" : "Error"}};
  if (exit.signal != 0) state["signal"] = exit.signal;
  return {{"terminated", std::move(state)}};
}

Object container_status(const api::Container& container, const PodFacts& facts) {
  Object status{{"name", container.name}, {"image", container.image}, {"imageID", ""},
                {"ready", facts.running}, {"started", facts.running}, {"restartCount", facts.restarts}};
  if (facts.running) {
    status["state"] = Object{{"running", Object{{"startedAt", format_time(facts.started)}}}};
  } else {
    status["state"] = Object{{"waiting", Object{{"reason", facts.reason}, {"message", facts.message}}}};
  }
  if (facts.last_exit) status["lastState"] = terminated(*facts.last_exit);
  return status;
}

Value condition(std::string_view type, bool met, WallTime since) {
  return Object{{"type", type}, {"status", met ? "True" : "False"}, {"lastTransitionTime", format_time(since)}};
}

}  // namespace

std::string pod_name(const api::StatefulSet& set) { return set.metadata.name + "-0"; }

std::string template_revision(const api::StatefulSet& set) {
  return hex_encode(sha256(json::write(set.spec.pod_template))).substr(0, 10);
}

Object make_pod(const api::StatefulSet& set, std::string_view revision) {
  Value pod_template = to_value(set.spec.pod_template);
  Object metadata =
      pod_template.as_object()["metadata"].is_object() ? pod_template.as_object()["metadata"].as_object() : Object();
  if (!metadata["labels"].is_object()) metadata["labels"] = Object();
  Object& labels = metadata["labels"].as_object();
  labels["controller-revision-hash"] = set.metadata.name + "-" + std::string(revision);
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
  spec.as_object()["nodeName"] = kNodeName;
  spec.as_object()["hostname"] = pod_name(set);
  return {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}};
}

Object pod_status(const api::StatefulSet& set, const PodFacts& facts) {
  Object status{{"phase", facts.running || facts.last_exit ? "Running" : "Pending"},
                {"podIP", "127.0.0.1"},
                {"hostIP", "127.0.0.1"},
                {"startTime", format_time(facts.created)}};
  const WallTime since = facts.running ? facts.started : facts.created;
  status["conditions"] =
      Array{condition("PodScheduled", true, facts.created), condition("Initialized", true, facts.created),
            condition("ContainersReady", facts.running, since), condition("Ready", facts.running, since)};
  if (const api::Container* container = main_container(set)) {
    status["containerStatuses"] = Array{container_status(*container, facts)};
  }
  return {{"status", std::move(status)}};
}

Object stateful_set_status(const api::StatefulSet& set, std::string_view revision, bool exists, bool ready) {
  const std::string name = set.metadata.name + "-" + std::string(revision);
  const int present = exists ? 1 : 0;
  const int up = ready ? 1 : 0;
  return {{"status", Object{{"observedGeneration", set.metadata.generation},
                            {"replicas", present},
                            {"currentReplicas", present},
                            {"updatedReplicas", present},
                            {"readyReplicas", up},
                            {"availableReplicas", up},
                            {"currentRevision", name},
                            {"updateRevision", name},
                            {"collisionCount", 0}}}};
}

}  // namespace rotor::local
