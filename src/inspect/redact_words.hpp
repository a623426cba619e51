// Which fields of our kinds hold names and settings that may be shown to others. What is in no table is left out, so
// that a field that is new is left out until somebody has looked at it.
#pragma once

#include <string_view>

namespace rotor::inspect::redact {

bool is_setting(std::string_view field);  // described by a schema
bool is_setting_of_providers(std::string_view field);
bool is_opaque_of_providers(std::string_view field);  // users put values, or names of their own choice, below it
bool is_setting_as_label(std::string_view name);
bool is_setting_as_annotation(std::string_view name);

}  // namespace rotor::inspect::redact
