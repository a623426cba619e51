// The probes of a container as a kubelet reads them, and what their answers come to. Pure.
// https://kubernetes.io/docs/concepts/workloads/pods/probes/
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/core/pod.hpp"
#include "base/clock.hpp"

namespace rotor::local {

enum class ProbeRole : std::uint8_t { kStartup, kLiveness, kReadiness };
inline constexpr std::size_t kProbeRoles = 3;
std::string_view field_of(ProbeRole role);  // startupProbe, …

// A GET over HTTP.
struct Probe {
  std::string path = "/";
  int port = 0;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::chrono::seconds initial_delay{0};
  std::chrono::seconds period{10};
  std::chrono::seconds timeout{1};
  int successes = 1;  // in a row, to pass
  int failures = 3;   // in a row, to fail
};

struct Probes {
  std::array<std::optional<Probe>, kProbeRoles> by_role{};
  std::vector<std::string> left_out{};  // `readinessProbe (exec)`: what cannot be asked from here

  const std::optional<Probe>& of(ProbeRole role) const { return by_role[static_cast<std::size_t>(role)]; }
  bool empty() const { return !by_role[0] && !by_role[1] && !by_role[2]; }
};

Probes probes_of(const api::Container& container);

// The probes of one process. Until it has started nothing but that is asked.
class ProbeSeries {
 public:
  ProbeSeries(Probes probes, SteadyTime started);

  struct Due {
    ProbeRole role;
    SteadyTime at;
  };
  std::optional<Due> next() const;  // nullopt: there is no more to ask
  void take(ProbeRole role, bool good, SteadyTime now);

  bool started() const { return started_; }
  bool ready() const { return started_ && (!probes_.of(ProbeRole::kReadiness) || passes_[kReadinessIndex]); }
  std::optional<ProbeRole> failed() const { return failed_; }  // the process is to be started again
  const Probe& probe(ProbeRole role) const { return *probes_.of(role); }

 private:
  static constexpr std::size_t kReadinessIndex = static_cast<std::size_t>(ProbeRole::kReadiness);
  struct Count {
    bool good = false;
    int in_a_row = 0;
  };

  Probes probes_;
  std::array<SteadyTime, kProbeRoles> due_{};
  std::array<Count, kProbeRoles> counts_{};
  std::array<bool, kProbeRoles> passes_{};
  bool started_;
  std::optional<ProbeRole> failed_;
};

}  // namespace rotor::local
