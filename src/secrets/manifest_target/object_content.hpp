// An object of any kind as a target: by what part of it an edit is noticed, and what of it is remembered.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "json/document.hpp"
#include "secrets/target.hpp"

namespace rotor::secrets {

// "spec", or "data" where there is no spec; empty: it has neither.
std::string_view content_member(const json::Object& object);
// kInvalid when it has neither.
Result<std::string> content_hash(const json::Object& object);

// For the cache: of what it holds a digest is kept, of the rest the metadata.
Result<Target> decode_object(std::string_view object_json);

}  // namespace rotor::secrets
