// What an ExternalSecret asks for that no store and no retry can give: only an edit can help. Pure.
#pragma once

#include <optional>
#include <string>

#include "secrets/ending.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

struct Refusal {
  Ending ending;
  std::string why;        // as the event says it
  bool when_due = false;  // of a refresh: what is up to date, as another operator may have left it, needs none
};

// `target_there`: the Secret exists already.
std::optional<Refusal> refusal_of(const ExternalSecret& es, bool generic_targets, bool target_there);

}  // namespace rotor::secrets
