// Which values of its Secrets an instance last ran well with, and where copies of them are: the StatefulSet's
// annotation openclaw.rocks/last-good. It outlives the operator; it holds digests and names, no value. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "api/openclaw/instance.hpp"
#include "json/describe.hpp"

namespace rotor::openclaw {

inline constexpr std::string_view kSecretRollback = "openclaw.rocks/secret-rollback";  // instance; "true"
inline constexpr std::string_view kLastGood = "openclaw.rocks/last-good";              // StatefulSet
inline constexpr std::string_view kLastGoodOf = "openclaw.rocks/last-good-of";         // label of a copy: the instance
inline constexpr std::string_view kCopyOf = "openclaw.rocks/copy-of";  // annotation of a copy: the Secret

// One Secret, as it was when a rollout with it was seen to be good.
struct KeptValue {
  std::string copy;     // the Secret that holds it
  std::string digest;   // of what the pods consume of it
  std::string refused;  // digest of the value whose rollout failed: pods use the copy until there is another one
  friend bool operator==(const KeptValue&, const KeptValue&) = default;
};

struct LastGood {
  std::map<std::string, KeptValue, std::less<>> secrets;  // by the name that the instance refers to
  std::string trying;                                     // since when other values are rolled out, RFC 3339
  std::string why;                                        // of the refusal
  bool empty() const { return secrets.empty(); }
  bool refuses() const;
  friend bool operator==(const LastGood&, const LastGood&) = default;
};

bool wants_rollback(const api::OpenClawInstance& instance);

// Empty for an annotation that is not there or not ours.
LastGood parse_last_good(std::string_view annotation);
std::string last_good_text(const LastGood& record);

// Every copy of an instance's values has this in front of its name.
std::string copy_prefix(std::string_view instance);
std::string copy_name(const api::OpenClawInstance& instance, std::string_view secret, std::string_view digest);

}  // namespace rotor::openclaw

namespace rotor::json {
ROTOR_DESCRIBED(openclaw::KeptValue);
ROTOR_DESCRIBED(openclaw::LastGood);
}  // namespace rotor::json
