// One pass over one instance: gather, decide, act, report. Writes nothing when nothing changed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "kube/events/events.hpp"
#include "kube/runtime/queue.hpp"
#include "openclaw/converge.hpp"
#include "openclaw/deletion.hpp"
#include "openclaw/instance_writer.hpp"
#include "openclaw/metrics.hpp"
#include "openclaw/reference_index.hpp"
#include "openclaw/surroundings.hpp"
#include "openclaw/workload.hpp"

namespace rotor::openclaw {

class Reconciler {
 public:
  Reconciler(kube::Client& client, Clock& clock, View& view, kube::EventRecorder& events, ReferenceIndex& index,
             ReferenceIndex& config_maps, Metrics& metrics, RotationPermits& permits, const ControllerOptions& options,
             ManagedKinds kinds, std::function<bool(const kube::Key&)> came_lately = nullptr);

  Task<kube::Outcome> reconcile(kube::Key key);

  // What the next pass has to look at.
  void touched(const kube::Key& instance);
  void secret_changed(const kube::Key& instance);
  void forget(const kube::Key& instance);
  // Each of these instances once since the start.
  bool looked_at_all(const std::function<bool(const kube::Key&)>& of) const;

 private:
  Task<Result<kube::Outcome>> pass(kube::Key key, std::shared_ptr<Memory> memory);
  Task<Result<WorkloadOutcome>> converge(InstancePtr instance, std::shared_ptr<Memory> memory);
  Task<Result<kube::Outcome>> refuse(InstancePtr instance, Refusal refusal, std::shared_ptr<Memory> memory);
  Task<Result<InstancePtr>> ensure_finalizer(InstancePtr instance);
  Task<Result<InstancePtr>> announce(InstancePtr instance);
  Task<Result<void>> report(InstancePtr instance, api::InstanceStatus after);
  Task<void> report_failure(kube::Key key, std::string message, std::shared_ptr<Memory> memory);
  // Keeps what the instance's objects are made of in `memory`; kInvalid when they cannot be made of it.
  Task<Result<void>> look_around(InstancePtr instance, std::shared_ptr<Memory> memory);
  Task<Result<bool>> pods_have_other_config(InstancePtr instance, SurroundingsPtr around);
  Task<Result<void>> claim_is_there(InstancePtr instance, std::shared_ptr<Memory> memory);
  std::optional<Finding> claim_kept(const api::OpenClawInstance& instance, const std::string& in_use);
  void index_references(const api::OpenClawInstance& instance, Settled& settled);

  kube::Client& client_;
  Clock& clock_;
  View& view_;
  kube::EventRecorder& events_;
  ReferenceIndex& index_;
  ReferenceIndex& config_maps_;
  Metrics& metrics_;
  RotationPermits& permits_;
  const ControllerOptions& options_;
  ManagedKinds kinds_;
  Applier applier_;
  InstanceWriter writer_;
  Converger converger_;
  SurroundingsReader surroundings_;
  WorkloadPass workload_;
  Deletion deletion_;
  std::map<kube::Key, std::shared_ptr<Memory>> memory_;
};

}  // namespace rotor::openclaw
