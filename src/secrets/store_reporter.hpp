// Tells what a look at a store found out: status (only what changed), events, log.
#pragma once

#include <string>

#include "base/task.hpp"
#include "kube/events/events.hpp"
#include "secrets/parts.hpp"
#include "secrets/store_check.hpp"
#include "secrets/store_view.hpp"

namespace rotor::secrets {

class StoreReporter {
 public:
  explicit StoreReporter(const Parts& parts) : p_(parts) {}

  Task<Result<void>> report(StoreViewPtr store, StoreVerdict verdict);

 private:
  void record(const StoreView& store, const StoreVerdict& verdict, bool news);
  void event(const StoreView& store, kube::EventRecorder::Type type, std::string reason, std::string message);

  Parts p_;
};

}  // namespace rotor::secrets
