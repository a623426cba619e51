// Reading members of objects whose kind is known.
#pragma once

#include <string_view>

#include "json/document.hpp"

namespace rotor::apiserver::schema {

// Looks up `a.b.c`; null when any part is absent or not an object.
const json::Value* member_at(const json::Object& object, std::string_view dotted_path);

// What the API server takes for not given: absent, null, an empty text or list.
bool is_blank(const json::Value* value);

// Is what stands there another than before? To be absent is a value of its own.
bool differ(const json::Object& object, const json::Object& old, std::string_view path);

}  // namespace rotor::apiserver::schema
