// The executable vectors of tests/template/vectors/: computed by the Go libraries the behaviour comes from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/secret_bytes.hpp"
#include "json/document.hpp"

namespace rotor::test {

// The vectors of one kind.
std::vector<json::Object> vectors(std::string_view kind);

// A member's text, or the bytes of its `_b64` twin; empty when there is neither.
std::string text(const json::Object& vector, std::string_view member);
SecretMap secrets(const json::Value& object);

}  // namespace rotor::test
