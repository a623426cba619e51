// The controller of SecretStores and ClusterSecretStores: is the back end there and does it take our credentials?
#pragma once

#include <string>

#include "base/clock.hpp"
#include "kube/client/client.hpp"
#include "kube/events/events.hpp"
#include "kube/runtime/queue.hpp"
#include "secrets/metrics.hpp"
#include "secrets/options.hpp"
#include "secrets/store_view.hpp"
#include "secrets/world.hpp"

namespace rotor::secrets {

class StoreController {
 public:
  struct Parts {
    kube::Client& client;
    Clock& clock;
    World& world;
    const providers::ProviderRegistry& registry;
    providers::ReferenceGate& gate;
    kube::EventRecorder& events;          // component secret-store
    kube::EventRecorder& cluster_events;  // component cluster-secret-store
    Metrics& metrics;
    const Options& options;
  };

  explicit StoreController(Parts parts);
  Task<> run() { return queue_.run(); }
  void changed(const StoreViewPtr& before, const StoreViewPtr& after);

 private:
  // What a pass found out.
  struct Verdict {
    std::string status;
    std::string reason;
    std::string message;
    std::optional<Error> error{};
    bool retry = false;
    std::optional<std::string> capabilities{};
    providers::Maintenance maintenance = providers::Maintenance::kMaintained;
  };

  Task<kube::Outcome> reconcile(kube::Key key);
  Task<Verdict> examine(StoreViewPtr store);
  Task<Result<void>> report(StoreViewPtr store, Verdict verdict);
  void record(const StoreView& store, const Verdict& verdict, bool news);
  void event(const StoreView& store, kube::EventRecorder::Type type, std::string reason, std::string message);

  Parts p_;
  kube::Queue queue_;
};

}  // namespace rotor::secrets
