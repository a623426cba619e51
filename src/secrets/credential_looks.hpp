// What a store that is in trouble was made of: looked at every other second until it is something else, so that a
// credential that was put right counts at once and not at the next try.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "base/clock.hpp"
#include "base/line.hpp"
#include "kube/object/object.hpp"
#include "providers/recording_gate.hpp"

namespace rotor::secrets {

class CredentialLooks {
 public:
  using GatePtr = std::shared_ptr<providers::RecordingGate>;
  using Changed = std::function<void(const kube::Key& store)>;

  static constexpr auto kEvery = std::chrono::seconds(2);
  static constexpr auto kBetween = std::chrono::milliseconds(50);  // so that hundreds in trouble ask for little at once

  // `changed` is told once of each store that was kept.
  CredentialLooks(Clock& clock, Changed changed) : clock_(clock), changed_(std::move(changed)) {}

  // Replaces what was kept of the store. A gate that noted nothing is not looked at.
  void keep(const kube::Key& store, GatePtr gate);
  void forget(const kube::Key& store) { kept_.erase(store); }

  // Until cancelled. One look after the other: the more stores are in trouble, the less often each is looked at.
  Task<> run();

 private:
  Task<> look();

  Clock& clock_;
  Changed changed_;
  std::map<kube::Key, GatePtr> kept_;
  Line::Ptr filled_ = std::make_shared<Line>();
};

}  // namespace rotor::secrets
