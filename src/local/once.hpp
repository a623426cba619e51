// `rotor run --once`: each instance's command runs once, and how they ended is how Rotor ends. A pure tally.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rotor::local {

class Once {
 public:
  // `workloads` (NAMESPACE/NAME) in the order of the manifests.
  explicit Once(std::vector<std::string> workloads) : workloads_(std::move(workloads)) {}

  void ended(const std::string& workload, int code);
  // Not started, and why; it may still come about.
  void waits(const std::string& workload, std::string reason);
  // Not started, and it cannot be.
  void cannot_start(const std::string& workload, std::string reason);
  void started(const std::string& workload);
  // What waits for something waits in vain.
  void no_use_waiting();
  // What is not running by now never will be.
  void out_of_time();

  // Of Rotor, once there is nothing left to wait for: the first that is not 0, in the order of the manifests; 1 for a
  // workload that could not start.
  std::optional<int> exit_code() const;
  // Why workloads could not start, one line each.
  std::vector<std::string> reasons() const;

 private:
  struct State {
    std::optional<int> code{};
    bool running = false;
    bool lost = false;
    std::string reason{};
  };

  std::vector<std::string> workloads_;
  std::map<std::string, State> states_;
};

}  // namespace rotor::local
