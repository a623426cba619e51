#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "inspect/bundle.hpp"
#include "inspect/redact.hpp"

namespace rotor::inspect {
namespace {

// The names that the controllers give their event recorders.
constexpr std::array<std::string_view, 5> kOurs = {"external-secrets", "secret-store", "cluster-secret-store",
                                                   "cluster-external-secret", "openclawinstance-controller"};
constexpr std::array<std::string_view, 6> kOfTheCluster = {"default-scheduler",     "statefulset-controller",
                                                           "deployment-controller", "replicaset-controller",
                                                           "job-controller",        "taint-eviction-controller"};
constexpr std::array<std::string_view, 12> kReasonsOfKubelets = {"Pulling",
                                                                 "Pulled",
                                                                 "Created",
                                                                 "Started",
                                                                 "Killing",
                                                                 "BackOff",
                                                                 "FailedMount",
                                                                 "Evicted",
                                                                 "Preempting",
                                                                 "NodeNotReady",
                                                                 "FailedAttachVolume",
                                                                 "InspectFailed"};
constexpr std::array<std::string_view, 8> kTextsOfNames = {"secret \"",
                                                           "configmap \"",
                                                           "couldn't find key ",
                                                           "Error: secret \"",
                                                           "Error: configmap \"",
                                                           "Error: couldn't find key ",
                                                           "Back-off pulling image \"",
                                                           "Failed to pull image \""};

template <class Words>
bool has(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::string_view writer_of(const kube::Event& event) {
  return event.source.component.empty() ? event.reporting_component : event.source.component;
}

}  // namespace

bool is_of_names(std::string_view kubelet_text) {
  return std::ranges::any_of(kTextsOfNames, [&](std::string_view start) { return kubelet_text.starts_with(start); });
}

bool is_told_on(const kube::Event& event) {
  const std::string_view writer = writer_of(event);
  if (has(kOurs, writer) || has(kOfTheCluster, writer)) return true;
  if (writer != "kubelet") return false;
  return has(kReasonsOfKubelets, event.reason) || (event.reason == "Failed" && is_of_names(event.message));
}

std::string event_text(const kube::Event& event) {
  return is_told_on(event) ? event.message : left_out_text(event.message.size());
}

json::Object event_in_bundle(const kube::Event& event) {
  const kube::ObjectReference& about = event.involved_object;
  return {{"lastSeen", event.last_timestamp.empty() ? event.metadata.creation_timestamp : event.last_timestamp},
          {"firstSeen", event.first_timestamp},
          {"count", event.count},
          {"type", event.type},
          {"reason", event.reason},
          {"kind", about.kind},
          {"namespace", about.ns},
          {"name", about.name},
          {"from", writer_of(event)},
          {"message", event_text(event)}};
}

}  // namespace rotor::inspect
