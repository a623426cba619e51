// An object of the cluster as it can be shown to others: its names and its settings, and of every text that may be a
// value only its size. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/document.hpp"

namespace rotor::inspect {

// By the OpenAPI schema of its kind. A text stays when the schema describes its field and the field is one of those
// that hold names and settings; everything else, and whatever no schema describes, is told of by its size. `built`: the
// back ends whose blocks in a store are known here by the names of their fields.
json::Value redacted(const json::Value& object, const json::Value& schema, const std::vector<std::string>& built);

// "(left out: a text of 12 bytes)".
std::string left_out_text(std::size_t size);
json::Value left_out(const json::Value& value);
// A setting, or a sentence. Of an address in it the login and the query are left out.
std::string shown_setting(std::string_view text);
// Names, and the texts of those that Rotor and Kubernetes give a meaning to.
json::Value redacted_metadata(const json::Value& metadata);

}  // namespace rotor::inspect
