// For a client whose reads are not a call each: several may leave in one, and a search takes a call for each page.
// Budgets count calls.
#pragma once

#include "providers/client.hpp"

namespace rotor::providers {

class CallsMade {
 public:
  virtual ~CallsMade() = default;

  // Those that this client made since it was last asked; none when a read went along with another client's.
  virtual int take_calls() = 0;
};

// One, of a client that does not say.
inline int take_calls(SecretsClient& client) {
  auto* const says = dynamic_cast<CallsMade*>(&client);
  return says == nullptr ? 1 : says->take_calls();
}

}  // namespace rotor::providers
