// Pods that use copies instead of the Secrets they name. Pure.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "api/core/pod.hpp"
#include "openclaw/last_good/record.hpp"
#include "openclaw/rotation.hpp"

namespace rotor::openclaw {

// Wherever the pod names a Secret with a refused value it names the copy: env, envFrom, volumes.
void point_at_copies(const LastGood& record, api::PodSpec& pod);

// For whom a refused value counts as the copy's: the Secret still holds what was refused. Returns those Secrets.
std::set<std::string> see_copies(const LastGood& record, ObservedSecrets& observed);

// After a failed rollout of what `state` says: the kept values are in force, whatever the Secrets hold by now. Returns
// the Secrets whose value was refused; none when there is nothing to go back to. `copy_exists` is asked by name.
std::set<std::string> go_back(const SecretState& state, const std::string& why,
                              const std::function<bool(const std::string&)>& copy_exists, LastGood& record,
                              ObservedSecrets& observed);

}  // namespace rotor::openclaw
