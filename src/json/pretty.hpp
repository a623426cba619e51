// JSON for people: two spaces a level, members in the document's order, a newline at the end.
#pragma once

#include <string>

#include "json/document.hpp"
#include "json/writer.hpp"

namespace rotor::json {

std::string pretty(const Value& value);

// JSON text laid out the same way, members sorted bytewise, numbers as they are written, no newline at the end.
Result<std::string> pretty_sorted(std::string_view raw, Escape escape);

}  // namespace rotor::json
