// Property paths: the gjson dialect of `remoteRef.property`, as lenient as the library people know it from. The text
// is not checked to be JSON; duplicate members: the first one wins.
// https://github.com/tidwall/gjson/blob/master/SYNTAX.md
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::gjson {

enum class Kind : std::uint8_t { kNull, kFalse, kNumber, kString, kTrue, kJson };

struct Match {
  Kind kind = Kind::kNull;
  SecretBytes raw;   // the slice of the document, or what a modifier or multipath built
  SecretBytes text;  // strings unescaped, plain integers as written, other numbers without exponent, null empty
};

// What `path` names in `json`; nullopt when there is no such thing. A null that is there is a match. The error is
// over_budget alone: a path that nests deeper than 300 components, or would read or make more than 64 MiB of text.
Result<std::optional<Match>> lookup(std::string_view json, std::string_view path);

}  // namespace rotor::gjson
