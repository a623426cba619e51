// A preview as people read it.
#pragma once

#include <string>

#include "local/preview/preview.hpp"

namespace rotor::local {

enum class ShowValues : std::uint8_t { kNo, kYes };

// What the Secret would be: names, keys and sizes, or with values the manifest of the Secret as YAML.
std::string describe_secret(const Preview& preview, ShowValues show);

// Why there is none: the field, the line of the template, a caret, the nearest known name. Never a value.
std::string describe_failure(const Preview& preview);

}  // namespace rotor::local
