// What to do about a refusal of Google's: the role, API or field that is behind it.
#pragma once

#include <string_view>

namespace rotor::providers::gcp {

struct GoogleError;

// For the author of the manifest; empty: nothing is known but what Google says. Pure.
std::string_view advice(std::string_view call, const GoogleError& error);

}  // namespace rotor::providers::gcp
