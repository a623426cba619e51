// What the controller remembers of an instance between passes. All of it can be found out again: after a restart of the
// operator the StatefulSet's annotation stands in for it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "openclaw/references.hpp"
#include "openclaw/rotation.hpp"

namespace rotor::openclaw {

// When a burst of changes is over: `quiet` after the last one, at most `at_most` after the first.
class QuietPeriod {
 public:
  // `changes`: what would be rotated to now; a difference to the last call counts as a change.
  // Returns how long to wait still; zero or less: go.
  Duration wait(const std::map<std::string, std::string>& changes, SteadyTime now, Duration quiet, Duration at_most);
  void clear() { *this = QuietPeriod(); }

 private:
  std::map<std::string, std::string> last_;
  SteadyTime first_at_{};
  SteadyTime last_at_{};
};

struct SeenSecret {
  SecretReference reference;
  ObservedSecret observed;
};

struct Memory {
  bool full_pass = true;  // something else than a Secret changed since the last pass
  References references;  // of the last pass
  std::map<std::string, SeenSecret> secrets;
  std::string token_version;  // at which the gateway's Secret was seen to have a token, or not
  bool token_usable = false;
  QuietPeriod quiet;
  std::optional<SteadyTime> secret_event;  // the first one since the last rotation or full stop
  int failed_looks = 0;                    // passes in a row that could not read something
  std::string said_missing;                // so that an event comes once
  // The pod template that the API server holds at `template_generation`, by our own text.
  std::string template_text;
  std::int64_t template_generation = 0;
};

}  // namespace rotor::openclaw
