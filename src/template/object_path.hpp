// Paths into objects, as `templateFrom[].target` of a generic target names them: `spec.list[0].name`.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "json/document.hpp"

namespace rotor::tmpl {

using PathStep = std::variant<std::string, std::size_t>;
using ObjectPath = std::vector<PathStep>;

// Errors quote the path: it is part of the manifest.
Result<ObjectPath> parse_object_path(std::string_view path);

// The place, with missing maps and lists made on the way (lists padded with null).
Result<json::Value*> reach(json::Object& object, const ObjectPath& path, std::string_view shown);

}  // namespace rotor::tmpl
