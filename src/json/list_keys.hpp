// The members by which the API server tells the items of a list apart: `list_map_key` of its description, split.
#pragma once

#include <string_view>
#include <vector>

#include "json/describe.hpp"

namespace rotor::json {

// Empty for a list that is one value as a whole (atomic).
std::vector<std::string_view> list_keys(const FieldRules& rules);

// The field that a described struct writes under `name`, those of embedded structs included; null when it has none.
const Field* find_field(const Type& type, std::string_view name);

// What an optional or a boxed value holds; any other type is itself.
const Type& unwrapped(const Type& type);

}  // namespace rotor::json
