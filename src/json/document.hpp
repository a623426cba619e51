// Dynamic documents: Boost.JSON values with the limits and errors of this project. For objects of the API server,
// patches and manifests; never for secret payloads (Boost.JSON rewrites numbers and does not wipe).
#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "base/error.hpp"

namespace rotor::json {

using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

// Strict JSON, depth at most 100; the error names line and column.
Result<Value> parse(std::string_view text);
std::string serialize(const Value& value);

// Looks up `a.b.c` without creating anything; null when any part is absent or not an object.
const Value* find(const Value& value, std::string_view dotted_path);
const Value* find(const Object& object, std::string_view dotted_path);
std::string_view find_string(const Value& value, std::string_view dotted_path);  // "" when absent or no string
std::string_view find_string(const Object& object, std::string_view dotted_path);

}  // namespace rotor::json
