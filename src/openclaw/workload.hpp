// The StatefulSet of an instance in one pass: gather (workload_sight), decide (workload_plan), write once, report.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "kube/events/events.hpp"
#include "openclaw/last_good/keeper.hpp"
#include "openclaw/rotation_permit.hpp"
#include "openclaw/status.hpp"
#include "openclaw/workload_plan.hpp"

namespace rotor::openclaw {

struct WorkloadOutcome {
  PassReport report;
  std::optional<Duration> look_again;  // the quiet period is not over, or something could not be read
  std::vector<Finding> kept{};         // what stays as it is, though it should be otherwise
};

class WorkloadPass {
 public:
  WorkloadPass(kube::Client& client, Clock& clock, View& view, Applier& applier, kube::EventRecorder& events,
               RotationPermits& permits, const ControllerOptions& options)
      : clock_(clock),
        events_(events),
        permits_(permits),
        options_(options),
        applier_(applier),
        gatherer_(client, clock, view, applier, options),
        keeper_(client, clock, view, options) {}

  Task<Result<WorkloadOutcome>> run(InstancePtr instance, std::shared_ptr<Memory> memory);

  // Only the Secrets: is anything different from what the last pass saw?
  Task<bool> secrets_changed(InstancePtr instance, std::shared_ptr<Memory> memory) {
    return gatherer_.secrets_changed(std::move(instance), std::move(memory));
  }

  // Called for each rotation that was written, with the Secrets' names.
  std::function<void(const kube::Key& instance, const std::string& result)> on_rotation;

 private:
  using PlanPtr = std::shared_ptr<const WorkloadPlan>;
  Task<Result<PlanPtr>> decide(SightPtr sight, std::shared_ptr<Memory> memory);
  Task<Result<LivePtr>> act(SightPtr sight, PlanPtr plan);
  Result<WorkloadOutcome> report(const WorkloadSight& sight, const WorkloadPlan& plan, Result<LivePtr> now,
                                 Memory& memory);
  void tell_rotation(const WorkloadSight& sight, const WorkloadPlan& plan);

  Clock& clock_;
  kube::EventRecorder& events_;
  RotationPermits& permits_;
  const ControllerOptions& options_;
  Applier& applier_;
  WorkloadGatherer gatherer_;
  LastGoodKeeper keeper_;
};

}  // namespace rotor::openclaw
