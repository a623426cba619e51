// How each kind of store finds a property in a payload, and what `extract` makes of one.
#pragma once

#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::tmpl {

enum class LookupRule : std::uint8_t {
  kAws,         // AWS: a key with dots first, then a path; a payload that is no JSON has no properties
  kGcp,         // the same, but the payload must be JSON
  kAzure,       // a path first, then a key with dots
  kVault,       // an exact key with its number as written, then a path over the document written anew
  kPath,        // a path and nothing else
  kKubernetes,  // the payload is the Secret's data as a JSON object of decoded texts: key, or key.path into its JSON
};

// Nullopt when there is no such property; a null is there and empty. An empty property is the whole payload.
// kInvalid when the rule needs JSON and the payload is none.
Result<std::optional<SecretBytes>> find_property(LookupRule rule, const SecretBytes& payload,
                                                 std::string_view property);

// The same as a value; without one `missing` is the error, and kInvalid when the payload is no JSON at all: a payload
// that cannot be read never says that something was deleted.
Result<SecretBytes> require_property(LookupRule rule, const SecretBytes& payload, std::string_view property,
                                     Error missing);

// kKubernetes over data that is no document: an exact key, else the text before the first dot is the key and the rest a
// path into its JSON.
Result<SecretBytes> require_property(const SecretMap& data, std::string_view property, Error missing);

// The members of a JSON object: texts unquoted, null empty, the rest as written (last duplicate wins).
Result<SecretMap> extract_members(const SecretBytes& payload);

// The same as Vault's SDK hands them out: numbers as float64, objects and lists written anew. Text after the first
// value is ignored.
Result<SecretMap> extract_decoded(const SecretBytes& payload);

}  // namespace rotor::tmpl
