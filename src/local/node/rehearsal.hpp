// Whether this machine takes the files of the next pod, found out before the process that runs is stopped for it: on a
// full disk the old one goes on.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "api/apps/stateful_set.hpp"
#include "kube/client/client.hpp"
#include "local/node/launch.hpp"
#include "local/timeline.hpp"

namespace rotor::local {

// Everything referred to outlives it. Runs on the I/O thread.
class Rehearsal {
 public:
  Rehearsal(kube::Client& client, Timeline& timeline, NodeOptions options);

  // Lays out what the next pod of the set will have, on folders of its own, and removes it again. False: that failed
  // here, which is said once; what the pod would wait for is no such failure.
  Task<bool> succeeds(std::shared_ptr<const api::StatefulSet> set);

 private:
  kube::Client& client_;
  Timeline& timeline_;
  NodeOptions options_;
  std::map<kube::Key, std::string> said_;  // by set
};

}  // namespace rotor::local
