// The restarts that Rotor began by itself, as the StatefulSet's annotation openclaw.rocks/secret-history tells them:
// the newest last. The limiter finds again by it what was under way, people read it with `rotor history`.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "json/describe.hpp"
#include "openclaw/last_good/record.hpp"

namespace rotor::openclaw {

struct RotationWish;

inline constexpr std::string_view kReloadedResult = "in place";       // pods that ran were given it, none restarted
inline constexpr std::string_view kRolledBackResult = "rolled back";  // `why`; a later restart went back to copies
inline constexpr std::string_view kFailedResult =
    "failed";  // `why`; pods were not ready in time, and went back to nothing

struct PastSecret {
  std::vector<std::string> keys{};  // that are consumed one by one
  bool every_key = false;           // consumed whole
  std::string digest;               // the beginning of it
  std::string version;              // resourceVersion of the Secret; empty: it went away, or see `copy`
  std::string copy;                 // the Secret that pods went back to instead of this one
  std::map<std::string, std::string, std::less<>> store_versions{};  // by key, where stores name them
  friend bool operator==(const PastSecret&, const PastSecret&) = default;
};

struct PastRestart {
  std::string at;                      // RFC 3339
  std::string result;                  // of one that was followed by another: how it ended; or kReloadedResult
  std::string why;                     // it was rolled back, or failed
  std::vector<std::string> stopped{};  // shared Secrets that no other instance is given because it failed with them
  std::map<std::string, PastSecret, std::less<>> secrets;  // none: the template changed for a reason of Rotor's own
  bool goes_back() const;
  friend bool operator==(const PastRestart&, const PastRestart&) = default;
};

// Of the newest: how it ended when it is over, how it goes when it is not. One that failed may be ready late.
std::string result_so_far(const PastRestart& restart, bool completed);

// That the newest restart did not end well.
struct RestartFailure {
  std::string restart;  // identity_of() it
  std::string why;      // goes on from the name of its instance
  std::vector<std::string> stopped{};
  friend bool operator==(const RestartFailure&, const RestartFailure&) = default;
};
// The same for as long as it is on record, whatever becomes of it.
std::string identity_of(PastRestart restart);

struct History {
  std::vector<PastRestart> restarts;
  friend bool operator==(const History&, const History&) = default;
};

History parse_history(std::string_view annotation);  // empty for one that is not there or not ours
std::string history_text(const History& history);    // empty for an empty one

PastRestart past_restart(const RotationWish& wish, WallTime at);

// A restart for which pods use copies of these Secrets, with what is on record of the values in them.
PastRestart to_copies(PastRestart restart, const LastGood& record, const std::set<std::string>& secrets,
                      const History& history);
// And what came before it: the restarts that brought the values which were refused have failed.
History with_refusals(History history, const LastGood& record, const std::set<std::string>& secrets);

// What was said of a restart before stands, and of another than the newest nothing is said.
History with_failure(History history, const RestartFailure& failure);

// `completed`: the one before had all its pods new and ready by now. The oldest go where there is no room.
History with_restart(History history, PastRestart restart, bool completed);

}  // namespace rotor::openclaw

namespace rotor::json {
ROTOR_DESCRIBED(openclaw::PastSecret);
ROTOR_DESCRIBED(openclaw::PastRestart);
ROTOR_DESCRIBED(openclaw::History);
}  // namespace rotor::json
