// The restarts that Rotor began by itself, as the StatefulSet's annotation openclaw.rocks/secret-history tells them:
// the newest last. The limiter finds again by it what was under way, people read it with `rotor history`.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "json/describe.hpp"

namespace rotor::openclaw {

struct RotationWish;

inline constexpr std::string_view kReloadedResult = "in place";  // pods that ran were given it, none restarted

struct PastSecret {
  std::vector<std::string> keys{};  // that are consumed one by one
  bool every_key = false;           // consumed whole
  std::string digest;               // the beginning of it
  std::string version;              // resourceVersion of the Secret; empty: it went away
  std::map<std::string, std::string, std::less<>> store_versions{};  // by key, where stores name them
  friend bool operator==(const PastSecret&, const PastSecret&) = default;
};

struct PastRestart {
  std::string at;      // RFC 3339
  std::string result;  // of one that was followed by another: `completed` or `replaced`; or kReloadedResult
  std::map<std::string, PastSecret, std::less<>> secrets;  // none: the template changed for a reason of Rotor's own
  friend bool operator==(const PastRestart&, const PastRestart&) = default;
};

struct History {
  std::vector<PastRestart> restarts;
  friend bool operator==(const History&, const History&) = default;
};

History parse_history(std::string_view annotation);  // empty for one that is not there or not ours
std::string history_text(const History& history);    // empty for an empty one

PastRestart past_restart(const RotationWish& wish, WallTime at);

// `completed`: the one before had all its pods new and ready by now. The oldest go where there is no room.
History with_restart(History history, PastRestart restart, bool completed);

}  // namespace rotor::openclaw

namespace rotor::json {
ROTOR_DESCRIBED(openclaw::PastSecret);
ROTOR_DESCRIBED(openclaw::PastRestart);
ROTOR_DESCRIBED(openclaw::History);
}  // namespace rotor::json
