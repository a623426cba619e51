// The External Secrets half of the program: stores and ExternalSecrets of one API server. Everything handed in outlives
// it.
#pragma once

#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "base/task.hpp"
#include "generators/generators.hpp"
#include "kube/client/client.hpp"
#include "kube/runtime/queue.hpp"
#include "providers/registry.hpp"
#include "secrets/options.hpp"

namespace rotor::kube {
class Gate;
class Ownership;
}  // namespace rotor::kube

namespace rotor::secrets {

class Controllers {
 public:
  Controllers(Executor executor, kube::Client& client, Clock& clock, const providers::ProviderRegistry& registry,
              const generators::Generators& generators, MetricsRegistry& metrics, Options options,
              kube::Ownership* ownership = nullptr);  // null: everything is worked on here
  ~Controllers();
  Controllers(const Controllers&) = delete;
  Controllers& operator=(const Controllers&) = delete;

  // Until cancelled. Waits for kinds that the API server does not serve yet. `gate`: caches are kept before it opens,
  // and nothing is worked on; null: it is open. It outlives the run.
  Task<> run(kube::Gate* gate = nullptr);

  // A store that can tell (a values file) says that its values changed: every ExternalSecret that follows its store is
  // read again now. One that does not (refreshPolicy, refreshInterval 0) is left to its policy.
  void values_changed();

  // How late each of the controllers is.
  std::vector<kube::QueueLateness> lateness() const;

  // Is everything listed and are the controllers at work?
  bool ready() const;
  std::vector<std::string> troubles() const;  // what keeps it from being ready, as kube::Watches says it

 private:
  struct Graph;
  std::unique_ptr<Graph> graph_;
};

}  // namespace rotor::secrets
