// For those who run pods in another way than a kubelet does: once, or not at all.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "local/node/command.hpp"
#include "local/node/process.hpp"

namespace rotor::local {

enum class PodMode : std::uint8_t {
  kKeepRunning,  // as a kubelet: what ends is started again, a changed template replaces the pod
  kOnce,         // what ended, or runs, is let be
  kResolveOnly,  // the environment is built and nothing is started
};

// Called on the I/O thread, `workload` being NAMESPACE/NAME.
class PodObserver {
 public:
  virtual ~PodObserver() = default;
  virtual void resolved(const std::string& workload, const Environment& environment) = 0;  // kResolveOnly
  virtual void started(const std::string& workload) = 0;
  virtual void ended(const std::string& workload, Exit exit) = 0;
  // Not started: `for_good` when no other object could change that.
  virtual void waits(const std::string& workload, const Error& error, bool for_good) = 0;
};

}  // namespace rotor::local
