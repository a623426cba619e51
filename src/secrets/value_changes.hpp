// When each value of a target changed: a mark of ours alone on the Secret, so that somebody who looks at pods can tell
// which of them started with an older one. It is written together with values and never for itself, and holds no value
// and nothing made of one.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "api/externalsecrets/store_versions.hpp"
#include "base/clock.hpp"
#include "base/secret_bytes.hpp"
#include "json/describe.hpp"

namespace rotor::secrets {

inline constexpr std::string_view kValueChangesAnnotation = "rotor/value-changes";

// Of one key: since when it has the value that it has.
struct ValueChange {
  std::string since{};      // RFC 3339, whole seconds
  bool first = false;       // it had none before that we know of
  std::string was{};        // what its store called the version of the value before; empty: not known
  std::string was_since{};  // since when it had that one; empty: not known
  friend bool operator==(const ValueChange&, const ValueChange&) = default;
};

struct ValueChanges {
  std::map<std::string, ValueChange, std::less<>> keys{};  // none for a key that has not changed since this is recorded
  bool partial = false;                                    // there was no room for all of them
  friend bool operator==(const ValueChanges&, const ValueChanges&) = default;
};

// What is not ours reads as nothing.
ValueChanges read_value_changes(std::string_view annotation);
std::string write_value_changes(ValueChanges changes);  // at most 16 KiB: the newest stay

// After a write at `now` that makes `after` out of `before`. Pure.
// `versions`: of `before`.
ValueChanges changes_after(const ValueChanges& known, const SecretMap& before, const SecretMap& after, WallTime now,
                           const api::es::StoreVersions& versions = {});

}  // namespace rotor::secrets

namespace rotor::json {
ROTOR_DESCRIBED(secrets::ValueChange);
ROTOR_DESCRIBED(secrets::ValueChanges);
}  // namespace rotor::json
