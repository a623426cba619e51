// Tells what a look at a store found out: status (only what changed), events, log.
#pragma once

#include <string>

#include "base/task.hpp"
#include "kube/events/events.hpp"
#include "secrets/parts.hpp"
#include "secrets/remarks.hpp"
#include "secrets/store_check.hpp"
#include "secrets/store_view.hpp"

namespace rotor::secrets {

class StoreReporter {
 public:
  explicit StoreReporter(const Parts& parts) : p_(parts) {}

  Task<Result<void>> report(StoreViewPtr store, StoreVerdict verdict);
  void forget(const kube::Key& store) { remarks_.forget(store); }

 private:
  void record(const StoreView& store, const StoreVerdict& verdict, bool news);
  void tell_remarks(const StoreView& store, const StoreVerdict& verdict);
  kube::EventRecorder& recorder_of(const StoreView& store) const;
  void event(const StoreView& store, kube::EventRecorder::Type type, std::string reason, std::string message);

  Parts p_;
  RemarkLedger remarks_;
};

}  // namespace rotor::secrets
