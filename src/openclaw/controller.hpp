// The OpenClawInstance controller: watches, the queue and the passes. One per process; the embedded API server and a
// real one are the same to it.
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "base/task.hpp"
#include "kube/client/client.hpp"
#include "kube/runtime/queue.hpp"
#include "openclaw/managed.hpp"
#include "openclaw/options.hpp"

namespace rotor::kube {
class Gate;
class Ownership;
}  // namespace rotor::kube

namespace rotor::openclaw {

class Controller {
 public:
  // Everything handed in outlives the controller, the client also what the executor still has to cancel of it; nobody
  // renders `metrics` once the controller is gone. `kinds`: what an instance owns. `ownership`: null: every instance is
  // worked on here.
  Controller(Executor executor, kube::Client& client, Clock& clock, MetricsRegistry& metrics,
             ControllerOptions options = {}, ManagedKinds kinds = managed_kinds(),
             kube::Ownership* ownership = nullptr);
  ~Controller();

  // Until cancelled. Waits, and says so once, while the CRD is not there. `gate`: caches are kept before it opens, and
  // nothing is worked on; null: it is open. It outlives the run.
  Task<> run(kube::Gate* gate = nullptr);

  // All watches have been listed once: passes run.
  bool ready() const;
  std::vector<std::string> troubles() const;  // what keeps it from being ready, as kube::Watches says it
  kube::QueueLateness lateness() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rotor::openclaw
