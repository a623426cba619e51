// Server-side apply takes YAML, which JSON is but for a few characters.
// https://yaml.org/spec/1.2.2/#51-character-set
#pragma once

#include "base/secret_bytes.hpp"

namespace rotor::kube {

// `json` with the characters escaped that JSON allows in a string as they are and YAML does not (DEL, the C1 controls,
// U+FFFE and U+FFFF) or folds as line breaks (U+0085, U+2028, U+2029).
SecretBytes apply_body(SecretBytes json);

}  // namespace rotor::kube
