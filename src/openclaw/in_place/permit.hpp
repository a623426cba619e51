// The last question before a restart: can the pods that run be given the new values instead? Where they can, they are,
// and the restart that was asked for turns into a note of that. Whatever goes wrong gives leave for the restart.
#pragma once

#include <map>
#include <string>

#include "kube/events/events.hpp"
#include "kube/runtime/first_seen.hpp"
#include "openclaw/in_place/decide.hpp"
#include "openclaw/rotation_permit.hpp"
#include "openclaw/secret_gate.hpp"
#include "openclaw/view.hpp"

namespace rotor::openclaw {

class InPlacePermit final : public RotationPermits {
 public:
  InPlacePermit(kube::Client& client, Clock& clock, View& view, kube::EventRecorder& events)
      : client_(client), gate_(client), clock_(clock), view_(view), events_(events) {}

  Task<Result<Permit>> ask(WishPtr wish) override;
  void written(const RotationWish& wish) override { told_.erase(wish.key()); }
  void withdrawn(const kube::Key& instance) override { told_.erase(instance); }

 private:
  Task<Result<std::string>> name_values(WishPtr wish);
  Task<Result<Permit>> tell_all(WishPtr wish, std::vector<std::string> pods, std::string digest);
  Task<Result<void>> tell(kube::Key pod, std::string mark);
  Permit restart(const RotationWish& wish, const std::string& why);

  kube::Client& client_;
  SecretGate gate_;
  Clock& clock_;
  View& view_;
  kube::EventRecorder& events_;
  kube::FirstSeen marks_{[this](const kube::Key& pod) { return view_.pods.get(pod) != nullptr; }};
  std::map<kube::Key, std::string> told_;  // why, by instance, as long as its restart is due
};

}  // namespace rotor::openclaw
