// The Pod and status documents that the local node writes, as a kubelet and the StatefulSet controller would.
#pragma once

#include <string>

#include "api/apps/stateful_set.hpp"
#include "base/clock.hpp"
#include "json/document.hpp"
#include "local/process.hpp"

namespace rotor::local {

// How the pod's one process is.
struct PodFacts {
  bool running = false;
  std::string reason{};  // of waiting: CreateContainerConfigError, CrashLoopBackOff, …
  std::string message{};
  std::optional<Exit> last_exit{};
  int restarts = 0;
  WallTime created{};
  WallTime started{};
};

inline constexpr std::string_view kNodeName = "local";

// `revision`: controller-revision-hash of the template.
json::Object make_pod(const api::StatefulSet& set, std::string_view revision);
json::Object pod_status(const api::StatefulSet& set, const PodFacts& facts);
json::Object stateful_set_status(const api::StatefulSet& set, std::string_view revision, bool exists, bool ready);

std::string pod_name(const api::StatefulSet& set);
// A short digest of the pod template: two templates with the same one are the same pod.
std::string template_revision(const api::StatefulSet& set);

}  // namespace rotor::local
