// The end of an instance: its pod ends first, its claim is let go of, its finalizer comes off. Each pass goes as far as
// it can and can be begun again at any point.
#pragma once

#include "kube/events/events.hpp"
#include "kube/runtime/first_seen.hpp"
#include "kube/runtime/queue.hpp"
#include "openclaw/applier.hpp"
#include "openclaw/deletion_plan.hpp"
#include "openclaw/instance_writer.hpp"
#include "openclaw/options.hpp"

namespace rotor::openclaw {

class Deletion {
 public:
  Deletion(kube::Client& client, Clock& clock, View& view, Applier& applier, InstanceWriter& writer,
           kube::EventRecorder& events, const ControllerOptions& options)
      : client_(client),
        clock_(clock),
        view_(view),
        applier_(applier),
        writer_(writer),
        events_(events),
        options_(options) {}

  Task<Result<kube::Outcome>> run(InstancePtr instance);

 private:
  Task<Result<InstancePtr>> say_phase(InstancePtr instance, std::string phase);
  Task<Result<bool>> is_stopped(InstancePtr instance);
  Task<Result<void>> scale_down(InstancePtr instance);
  Task<Result<bool>> has_pods(InstancePtr instance);
  Task<Result<bool>> has_credentials();
  Task<Result<InstancePtr>> settle_backup(InstancePtr instance, DeletionPlan plan);
  Task<Result<void>> release_claim(InstancePtr instance, std::string claim, std::string why);
  void tell(const api::OpenClawInstance& instance, kube::EventRecorder::Type type, std::string reason,
            std::string message);

  kube::Client& client_;
  Clock& clock_;
  View& view_;
  Applier& applier_;
  InstanceWriter& writer_;
  kube::EventRecorder& events_;
  const ControllerOptions& options_;
  kube::FirstSeen leaving_{[this](const kube::Key& instance) { return view_.instances.get(instance) != nullptr; }};
};

}  // namespace rotor::openclaw
