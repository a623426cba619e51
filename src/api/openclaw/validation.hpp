// The lines that are said of an OpenClawInstance of which no pod can be made.
#pragma once

#include <span>
#include <string_view>

#include "api/validation.hpp"

namespace rotor::api {

inline constexpr std::string_view kNameTooLong =
    "metadata.name has {} characters, a StatefulSet that can always replace its pods {}: create the instance under "
    "another name";
inline constexpr std::string_view kNameHasDot =
    R"(metadata.name "{}" has a dot, the name of a StatefulSet has none: create the instance under another name)";
inline constexpr std::string_view kImageUnnamed =
    R"(spec.image: one of tag or digest must be set; leave tag out for "latest", or name a digest)";
inline constexpr std::string_view kRunsAsRoot =
    "spec.security.podSecurityContext.runAsUser: running as root (UID 0) is not allowed; leave it out for 1000, or "
    "name another user";
inline constexpr std::string_view kTwoBundles =
    "spec.security.caBundle: configMapName and secretName are both set; name one of configMapName and secretName";
inline constexpr std::string_view kNoBundle =
    "spec.security.caBundle: no source is set; name one of configMapName and secretName";
inline constexpr std::string_view kAnotherClass =
    "spec.storage.persistence.storageClass: storage class is immutable after creation: it is \"{}\"; set it back, or "
    "move the data to a claim of the other class and name that in existingClaim";

std::span<const ValidationRule> instance_validation_rows();

}  // namespace rotor::api
