// The lines that are said of an ExternalSecret that can never work.
#pragma once

#include <span>
#include <string_view>

#include "api/validation.hpp"

namespace rotor::api::es {

inline constexpr std::string_view kNotOwned =
    "deletionPolicy=Delete must not be used when the controller doesn't own the secret. Please set "
    "creationPolicy=Owner";
inline constexpr std::string_view kNothingToMerge =
    "deletionPolicy=Merge must not be used with creationPolicy=None. There is no Secret to merge with";
inline constexpr std::string_view kNoItems = "either data or dataFrom should be specified";
inline constexpr std::string_view kSeveralSources = "extract, find, or generatorRef cannot be set at the same time";
inline constexpr std::string_view kNoSource = "either extract, find, or sourceRef must be set to dataFrom";
inline constexpr std::string_view kEmptySource =
    "generatorRef or storeRef must be set when using sourceRef in dataFrom";

// Of both versions, and of the ExternalSecrets of a ClusterExternalSecret.
std::span<const ValidationRule> validation_rows();

}  // namespace rotor::api::es
