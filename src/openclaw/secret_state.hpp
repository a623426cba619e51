// What the running pods were started with, as far as Secrets go: kept beside the pods, in the StatefulSet's annotation
// openclaw.rocks/secret-state, so that a restarted operator knows it too. Digests are keyed; no value can be guessed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "json/describe.hpp"

namespace rotor::openclaw {

struct SecretEntry {
  std::string digest;            // Digester::secret(); empty: not known, only the version is
  std::string resource_version;  // at which the digest was taken
  std::string usage;             // usage_id() of the reference
  std::string start_digest{};    // of the part that pods read only when they start; empty: that is all of it
  std::string content{};         // Digester::content(): tells one state of the Secret from another
  bool absent = false;           // no container has seen a value since the pods were last replaced
  bool immutable = false;        // the Secret was immutable as the pods took it
  friend bool operator==(const SecretEntry&, const SecretEntry&) = default;
};

struct SecretState {
  std::map<std::string, SecretEntry, std::less<>> secrets;
  std::string hash;         // the mark that belongs on the pod template; empty: not written down yet
  std::string delivered{};  // digest of the last mark by which pods took values while they ran
  friend bool operator==(const SecretState&, const SecretState&) = default;
};

// nullopt for an annotation that is not there or not ours.
std::optional<SecretState> parse_state(std::string_view annotation);
std::string state_text(const SecretState& state);

}  // namespace rotor::openclaw

namespace rotor::json {
ROTOR_DESCRIBED(openclaw::SecretEntry);
ROTOR_DESCRIBED(openclaw::SecretState);
}  // namespace rotor::json
