// Copies of the values that an instance runs well with, and the way back to them. For instances that ask for it.
#pragma once

#include <set>
#include <string>

#include "kube/runtime/first_seen.hpp"
#include "openclaw/options.hpp"
#include "openclaw/secret_gate.hpp"
#include "openclaw/workload_sight.hpp"

namespace rotor::openclaw {

class LastGoodKeeper {
 public:
  LastGoodKeeper(kube::Client& client, Clock& clock, View& view, const ControllerOptions& options)
      : client_(client), clock_(clock), view_(view), options_(options), gate_(client) {}

  // What was seen, with the kept values taken into account. Makes copies once a rollout is good, and removes those that
  // nobody needs.
  Task<Result<SightPtr>> look(SightPtr sight);

 private:
  Task<Result<LastGood>> keep(SightPtr sight);
  Task<Result<std::string>> copy(SightPtr sight, std::string secret, std::string digest);
  Task<Result<void>> remove_copies(InstancePtr instance, std::set<std::string> keep);
  bool gave_up(const WorkloadSight& sight) const;
  bool has_copy(const WorkloadSight& sight, const std::string& name) const;

  kube::Client& client_;
  Clock& clock_;
  View& view_;
  const ControllerOptions& options_;
  SecretGate gate_;
  kube::FirstSeen trials_{[this](const kube::Key& instance) { return view_.instances.get(instance) != nullptr; }};
};

// Why the pods do not run with what these Secrets hold.
Permit rolled_back(const WorkloadSight& sight);

}  // namespace rotor::openclaw
