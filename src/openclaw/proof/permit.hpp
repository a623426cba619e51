// No restart for a new value before a proof of it, where the instance asks for one.
#pragma once

#include <map>
#include <string>

#include "kube/events/events.hpp"
#include "kube/runtime/first_seen.hpp"
#include "openclaw/memory.hpp"
#include "openclaw/options.hpp"
#include "openclaw/proof/settings.hpp"
#include "openclaw/proof/verdict.hpp"
#include "openclaw/view.hpp"

namespace rotor::openclaw {

class ProofPermit final : public RotationPermits {
 public:
  ProofPermit(kube::Client& client, Clock& clock, View& view, kube::EventRecorder& events,
              const ControllerOptions& options)
      : client_(client), clock_(clock), view_(view), events_(events), options_(options) {}

  Task<Result<Permit>> ask(WishPtr wish) override;
  void written(const RotationWish& wish) override { told_.erase(wish.key()); }
  void withdrawn(const kube::Key& instance) override { told_.erase(instance); }

 private:
  using MarkPtr = kube::Cache<ProofMark>::Ptr;
  struct Found {
    MarkPtr job;
    std::string obstacle;  // why there is none, when nothing will change that soon
  };
  Task<Result<Found>> find_or_make(WishPtr wish, ProofSettings settings);
  Task<Result<Found>> make(WishPtr wish, ProofSettings settings);
  Task<Result<void>> remove_others(kube::Key instance, std::string keep);
  void tell(const RotationWish& wish, const std::string& note);

  kube::Client& client_;
  Clock& clock_;
  View& view_;
  kube::EventRecorder& events_;
  const ControllerOptions& options_;
  kube::FirstSeen jobs_{[this](const kube::Key& job) { return view_.proofs.get(job) != nullptr; }};
  std::map<kube::Key, std::string> told_;  // by instance, as long as its restart is due
};

// Once for each change: what is wrong with the annotations of a proof.
void tell_proof_settings(kube::EventRecorder& events, const api::OpenClawInstance& instance, Memory& memory);

}  // namespace rotor::openclaw
