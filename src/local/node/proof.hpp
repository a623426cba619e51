// What a command says of new values before the process that has the old ones is stopped. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/apps/stateful_set.hpp"
#include "api/core/pod.hpp"
#include "local/node/command.hpp"
#include "local/node/process.hpp"

namespace rotor::local {

enum class Verdict : std::uint8_t { kGood, kBad, kUnknown };

// 0 is good and 1 is bad. Anything else is no answer, nor is a signal, nor an end that does not come (nullopt).
Verdict verdict_of(const std::optional<Exit>& exit);

// How the newest values of a pod's Secrets stand.
enum class TrialState : std::uint8_t { kFree, kTried, kRefused };

// Where the values come from that are another now, or new: `key A of secret s`.
std::vector<std::string> new_values(const Environment& before, const Environment& now);

// What the next pod of the set will have, on folders of its own, for the claims belong to the process that runs; its
// name has `suffix`.
api::Pod stand_in(const api::StatefulSet& set, std::string_view suffix);

// The same for the command. `number`: no two have the same folders.
api::Pod proof_pod(const api::StatefulSet& set, std::uint64_t number);
api::Pod proof_pod(api::Pod next, std::uint64_t number);

// Whether the template brings other values than the pod has.
bool is_rotation(const api::StatefulSet& set, const api::Pod& pod);

}  // namespace rotor::local
