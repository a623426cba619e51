// Validation rules written in CEL that we know: each text of `x-kubernetes-validations` that our CRDs use is a row with
// a check of our own. A CRD with any other text is refused; a rule is never skipped.
#pragma once

#include <string_view>

#include "json/document.hpp"

namespace rotor::apiserver::schema {

using Check = bool (*)(const json::Value& self);

// Null for a rule without a row. White space in the text does not count.
Check check_of(std::string_view rule);

}  // namespace rotor::apiserver::schema
