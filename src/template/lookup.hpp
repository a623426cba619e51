// How each kind of store finds a property in a payload, and what `extract` makes of one.
#pragma once

#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::tmpl {

// Named by what each does with `a.b`; a store's page says which one is its own.
enum class LookupRule : std::uint8_t {
  kKeyThenPath,       // a key with dots first, then a path; a payload that is no JSON has no properties
  kJsonKeyThenPath,   // the same, but the payload must be JSON
  kPathThenKey,       // a path first, then a key with dots
  kKeyThenRewritten,  // an exact key with its number as written, then a path over the document written anew
  kPath,              // a path and nothing else
  kTextsOfData,  // the payload is a Secret's data as a JSON object of decoded texts: key, or key.path into its JSON
};

// Nullopt when there is no such property; a null is there and empty. An empty property is the whole payload.
// kInvalid when the rule needs JSON and the payload is none.
Result<std::optional<SecretBytes>> find_property(LookupRule rule, const SecretBytes& payload,
                                                 std::string_view property);

// Which member of a Secret's data holds the property, and the path into its JSON: an exact key, else the text before
// the first dot. `value` is null when none does.
struct Holder {
  const SecretBytes* value = nullptr;
  std::string_view path{};
};
Holder holder_of(const SecretMap& data, std::string_view property);

// The members of a JSON object: texts unquoted, null empty, the rest as written (last duplicate wins).
Result<SecretMap> extract_members(const SecretBytes& payload);

// The same as Vault's SDK hands them out: numbers as float64, objects and lists written anew. Text after the first
// value is ignored.
Result<SecretMap> extract_decoded(const SecretBytes& payload);

}  // namespace rotor::tmpl
