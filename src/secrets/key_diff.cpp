#include "secrets/key_diff.hpp"

namespace rotor::secrets {

KeyDiff key_diff(const SecretMap& before, const SecretMap& after) {
  KeyDiff out;
  for (const auto& [key, value] : after) {
    const auto old = before.find(key);
    if (old != before.end() && old->second == value) continue;
    (old == before.end() ? out.added : out.updated).push_back(key);
    if (value.empty()) out.emptied.push_back(key);
  }
  for (const auto& [key, value] : before) {
    if (!after.contains(key)) out.removed.push_back(key);
  }
  return out;
}

}  // namespace rotor::secrets
