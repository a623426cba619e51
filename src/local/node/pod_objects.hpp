// The Pod and status documents that the local node writes, as a kubelet and the StatefulSet controller would.
#pragma once

#include <optional>
#include <string>

#include "api/apps/stateful_set.hpp"
#include "api/core/pod.hpp"
#include "base/clock.hpp"
#include "json/document.hpp"
#include "local/node/process.hpp"

namespace rotor::local {

// A container that has ended.
struct Terminated {
  Exit exit;
  WallTime started{};
  WallTime finished{};
};

// How the pod's one container is. Neither running nor waiting: it has ended and is not coming back.
struct PodFacts {
  bool running = false;
  bool startup_passed = true;  // as far as its probes say: these two count while it runs
  bool readiness_passed = true;
  std::string waiting_reason{};  // CreateContainerConfigError, CrashLoopBackOff, …
  std::string message{};
  std::optional<Terminated> last{};
  int restarts = 0;
  WallTime accepted{};  // by the node
  WallTime started{};   // the container that runs
  WallTime readiness_since{};
  std::string reload_answer{};  // the termination message of the container that has values loaded; empty: none yet

  bool ready() const { return running && startup_passed && readiness_passed; }
};

inline constexpr std::string_view kNodeName = "local";
inline constexpr std::string_view kNotRunHere = "openclaw.rocks/not-run-here";  // containers that a pod is made without

// `revision`: controller-revision-hash of the template.
json::Object make_pod(const api::StatefulSet& set, std::string_view revision);
json::Object pod_status(const api::Pod& pod, const PodFacts& facts);

// The pod of a set, as the status of the set counts it.
struct PodCount {
  bool exists = false;
  bool terminating = false;
  bool ready = false;
  std::string revision{};
};
PodCount count_of(const api::Pod& pod);
// As the StatefulSet controller keeps it: the current revision follows the update revision once every pod has it and is
// ready.
api::StatefulSetStatus status_of(const api::StatefulSet& set, const PodCount& pod);
// nullopt: `set` says so already.
std::optional<json::Object> status_patch(const api::StatefulSet& set, const api::StatefulSetStatus& status);

std::string pod_name(const api::StatefulSet& set);
// The name of a revision, from a short digest of the pod template: two templates with the same one are the same pod.
std::string template_revision(const api::StatefulSet& set);

inline constexpr std::string_view kRevisionLabel = "controller-revision-hash";

}  // namespace rotor::local
