// The few elements of STS answers that matter, found by local name; namespaces, attributes and everything unknown are
// passed over. Not a general XML reader: no DTD, no external entities.
#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>

#include "base/secret_bytes.hpp"

namespace rotor::providers::aws {

// The text of the first element whose path ends with `names` (outermost first), entities resolved.
std::optional<SecretBytes> xml_text(std::string_view document, std::initializer_list<std::string_view> names);

}  // namespace rotor::providers::aws
