// The StatefulSet of an instance in one pass: render, compare, decide about rotation, write once.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/apps/stateful_set.hpp"
#include "json/document.hpp"
#include "kube/runtime/rotation_key.hpp"
#include "openclaw/applier.hpp"
#include "openclaw/live_stateful_set.hpp"
#include "openclaw/options.hpp"
#include "openclaw/secret_reader.hpp"
#include "openclaw/status.hpp"

namespace rotor::openclaw {

struct WorkloadOutcome {
  PassReport report;
  std::optional<Duration> look_again;  // the quiet period is not over, or something could not be read
};

class WorkloadPass {
 public:
  WorkloadPass(kube::Client& client, Clock& clock, View& view, Applier& applier, kube::EventRecorder& events,
               const ControllerOptions& options)
      : clock_(clock),
        view_(view),
        events_(events),
        options_(options),
        applier_(applier),
        secrets_(client, view),
        key_(client, clock, options.operator_namespace) {}

  Task<Result<WorkloadOutcome>> run(InstancePtr instance, std::shared_ptr<Memory> memory);

  // Only the Secrets: is anything different from what the last pass saw?
  Task<bool> secrets_changed(InstancePtr instance, std::shared_ptr<Memory> memory);

  // Called for each rotation that was written, with the Secrets' names.
  std::function<void(const kube::Key& instance, const std::string& result)> on_rotation;

 private:
  struct Plan;
  std::string new_hash(const Plan& plan, const RotationDecision& decision, const Digester& digester) const;
  Task<Result<std::shared_ptr<const Digester>>> digester();
  Task<Result<bool>> template_changes(std::shared_ptr<const Plan> plan, std::shared_ptr<Memory> memory);
  Task<Result<bool>> missed_before_us(std::shared_ptr<const Plan> plan);
  Task<Result<WorkloadOutcome>> write(std::shared_ptr<const Plan> plan, RotationDecision decision,
                                      std::string key_error, std::shared_ptr<const Digester> digester,
                                      std::shared_ptr<Memory> memory);
  std::optional<Duration> must_wait(const Plan& plan, const RotationDecision& decision, Memory& memory);
  void tell_rotation(const Plan& plan, const RotationDecision& decision, Memory& memory);

  Clock& clock_;
  View& view_;
  kube::EventRecorder& events_;
  const ControllerOptions& options_;
  Applier& applier_;
  SecretReader secrets_;
  kube::RotationKey key_;
};

}  // namespace rotor::openclaw
