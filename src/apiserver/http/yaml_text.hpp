// Answers as YAML, for clients that ask for nothing else.
#pragma once

#include "base/secret_bytes.hpp"
#include "json/document.hpp"

namespace rotor::apiserver {

// Block style, members in order of their names.
SecretBytes to_yaml(const json::Value& value);

}  // namespace rotor::apiserver
