// JSON Merge Patch, made. https://www.rfc-editor.org/rfc/rfc7396
#pragma once

#include <string>
#include <string_view>

namespace rotor::json {

// The patch that makes the object `before` into the object `after`: members that differ, objects member by member,
// lists whole, null for what is gone. "{}" when nothing differs. Both are JSON as json::write() makes it: what differs
// in spelling alone counts as different.
std::string merge_patch(std::string_view before, std::string_view after);

}  // namespace rotor::json
