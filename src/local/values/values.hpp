// The values file of `rotor run --values FILE`: it answers for every store in the manifests.
//
//   openclaw/api-keys: {anthropic: sk-…}     a mapping or list is a JSON document, scalars as written
//   plain-key: text                          a string is the value verbatim
//   stores:                                  optional: answers for one store, before the rest of the file
//     aws-secrets: {openclaw/api-keys: …}
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::local {

struct Values {
  SecretMap shared;
  std::map<std::string, SecretMap, std::less<>> stores;

  // The value of `key` as `store` sees it; null when the file has none: "not found".
  const SecretBytes* find(std::string_view store, std::string_view key) const;
  // Everything `store` sees.
  SecretMap all(std::string_view store) const;
};

// YAML or JSON. kInvalid names the line; the text itself is never quoted.
Result<Values> parse_values(std::string_view text);

// The same of a file that is followed: one that holds nothing at all is being written (`program > FILE` empties it
// first), unless it was empty before. A comment is something.
Result<Values> parse_saved_values(std::string_view text, const Values& before);

// The same without `stores`: every key stands for itself.
Result<SecretMap> parse_data(std::string_view text);

// The names of keys that differ between two files, for the timeline.
std::vector<std::string> changed_keys(const Values& before, const Values& after);

}  // namespace rotor::local
