// What is known of ExternalSecrets between their passes and stands in no object.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/clock.hpp"
#include "secrets/force_sync.hpp"

namespace rotor::secrets {

struct PassState {
  std::set<kube::Key> unreadable;           // World knows why
  std::map<kube::Key, SteadyTime> waiting;  // for a store that nobody has looked at yet, since when
  // Never refreshed, and not there when the controllers began to work: since when it is known.
  std::map<kube::Key, SteadyTime> appeared;
  // Its Secret was not what its last sync left: since when that is known, and whether it has been put right since.
  struct Damage {
    SteadyTime seen;
    bool repaired = false;
  };
  std::map<kube::Key, Damage> damaged;
  std::map<kube::Key, std::string> tried;  // resource_token of what failed last
  // status.refreshTime of refreshes that status may not tell yet (Options::least_status_interval).
  std::map<kube::Key, std::string> refreshed;
  // The time of a refresh whose values were taken back at their server: they may be in the target all the same.
  std::map<kube::Key, std::string> taken_back;
  std::map<kube::Key, std::string> warned;  // of sync windows, once an object and text
  Asks asks;
  std::optional<SteadyTime> started;  // when the controllers began to work

  void forget(const kube::Key& external_secret) {
    unreadable.erase(external_secret);
    waiting.erase(external_secret);
    appeared.erase(external_secret);
    damaged.erase(external_secret);
    tried.erase(external_secret);
    refreshed.erase(external_secret);
    taken_back.erase(external_secret);
    warned.erase(external_secret);
    asks.forget(external_secret);
  }
};

}  // namespace rotor::secrets
