// Resource quantities ("500m", "1.5Gi", "2e3") in the one form the API server writes each value in.
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace rotor::apiserver::schema {

// Nullopt when the text is no quantity. Fractions below a thousandth are rounded up, as in lists of resources.
std::optional<std::string> canonical_quantity(std::string_view text);

// By value, in whatever form; unordered where one is no quantity, or too large.
std::partial_ordering compare_quantities(std::string_view a, std::string_view b);
bool is_whole_quantity(std::string_view text);

}  // namespace rotor::apiserver::schema
