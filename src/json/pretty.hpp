// JSON for people: two spaces a level, members in the document's order, a newline at the end.
#pragma once

#include <string>

#include "json/document.hpp"

namespace rotor::json {

std::string pretty(const Value& value);

}  // namespace rotor::json
