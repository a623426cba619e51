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

// What the API server makes of what is written (defaults, fields it does not know) is no edit. Which it was stands on
// the object itself, for a later process as well: its value, and is it about content of this hash?
std::string stored_as(std::string_view written, std::string_view stored);
bool tells_of(std::string_view stored_as, std::string_view written);

// For the cache: of what it holds a digest is kept, of the rest the metadata. The digest of what the API server made of
// what was written is that of what was written.
Result<Target> decode_object(std::string_view object_json);

}  // namespace rotor::secrets
