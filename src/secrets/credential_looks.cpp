#include "secrets/credential_looks.hpp"

#include <utility>

namespace rotor::secrets {

void CredentialLooks::keep(const kube::Key& store, GatePtr gate) {
  if (gate->noted() == 0) return forget(store);
  kept_.insert_or_assign(store, std::move(gate));
  filled_->wake_all();
}

Task<> CredentialLooks::run() {
  for (;;) {
    if (kept_.empty()) co_await Line::wait(filled_);
    co_await clock_.sleep_for(kEvery);
    co_await look();
  }
}

Task<> CredentialLooks::look() {
  const std::map<kube::Key, GatePtr> now = kept_;
  for (const auto& [store, gate] : now) {
    if (store != now.begin()->first) co_await clock_.sleep_for(kBetween);
    const auto same = co_await gate->same_as_noted();
    const auto still = kept_.find(store);
    if (same != providers::RecordingGate::Same::kNo || still == kept_.end() || still->second != gate) continue;
    kept_.erase(still);
    changed_(store);
  }
}

}  // namespace rotor::secrets
