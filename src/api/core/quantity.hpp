// Kubernetes quantities in their canonical form, so that what is applied reads back the same ("2000m" is stored as
// "2"). https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rotor::api {

// nullopt for anything that is no quantity. More than 16 significant digits are left as written.
std::optional<std::string> canonical_quantity(std::string_view text);

// The canonical form of `text`, or `fallback` (already canonical) when it is empty or no quantity.
std::string quantity_or(std::string_view text, std::string_view fallback);

}  // namespace rotor::api
