// Fields of a document that its description does not have: what a reader passes over in silence.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/describe.hpp"

namespace rotor::json {

struct UnknownField {
  std::string path;                // auth.jwt.serviceAccountRefs, data[0].ky
  std::string name;                // the last part of it
  std::vector<std::string> known;  // the fields that may stand there
};

// In the document's order. What is not JSON, or no object where one belongs, is for the reader to report.
std::vector<UnknownField> unknown_fields(std::string_view document, const Type& type);

}  // namespace rotor::json
