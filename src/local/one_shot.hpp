// `rotor run --once` and `rotor env`: watches pods until there is nothing left to wait for.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "local/environment_text.hpp"
#include "local/manifests/manifests.hpp"
#include "local/node/pod_observer.hpp"
#include "local/once.hpp"

namespace rotor::local {

class OneShot final : public PodObserver {
 public:
  // `over` is called when exit_code() is known.
  OneShot(std::vector<std::string> workloads, std::function<void()> over)
      : workloads_(workloads), once_(std::move(workloads)), over_(std::move(over)) {}

  void resolved(const std::string& workload, const Environment& environment) override;
  void started(const std::string& workload) override { once_.started(workload); }
  void ended(const std::string& workload, Exit exit) override;
  void waits(const std::string& workload, const Error& error, bool for_good) override;
  void no_use_waiting();
  void out_of_time();

  std::optional<int> exit_code() const { return once_.exit_code(); }
  std::vector<std::string> reasons() const { return once_.reasons(); }
  std::vector<ShownEnvironment> environments() const;  // in the manifests' order

 private:
  void look();

  std::vector<std::string> workloads_;
  Once once_;
  std::function<void()> over_;
  std::map<std::string, ShownEnvironment> shown_;
};

// NAMESPACE/NAME of what becomes a pod, in order.
std::vector<std::string> workloads_of(const Manifests& manifests);

}  // namespace rotor::local
