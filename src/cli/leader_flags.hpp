// Flags of `rotor operator` about which of several replicas works, or on what.
#pragma once

#include <string>

#include "kube/leader/decide.hpp"

namespace CLI {
class App;
}

namespace rotor::cli {

struct LeaderFlags {
  bool elect = false;
  int shards = 0;                                  // 0: one replica works
  std::string id = "external-secrets-controller";  // as the operator's that it replaces: the two never work at once
  std::string ns{};                                // empty: the operator's own
  std::string lease = "15s";
  std::string renew = "10s";
  std::string retry = "2s";
  kube::LeaderTimings timings{};  // of the three, by finish()
};

void add_leader_flags(CLI::App& command, LeaderFlags& flags);
Result<void> finish(LeaderFlags& flags);

// "HOST_UUID": tells a replica from its own earlier self, too.
std::string replica_identity();

}  // namespace rotor::cli
