// The identity that a pod runs with, and what the spec says of it.
#pragma once

#include <string_view>

#include "openclaw/managed.hpp"

namespace rotor::openclaw {

// Of the ServiceAccount and of what gives it rights.
Place place_of_identity(const api::OpenClawInstance& instance);

// Is the ServiceAccount to be known to a cloud by this annotation?
bool has_cloud_identity(const api::OpenClawInstance& instance, std::string_view annotation);

inline constexpr std::string_view kGoogleIdentity = "iam.gke.io/gcp-service-account";
inline constexpr std::string_view kAzureIdentity = "azure.workload.identity/client-id";
inline constexpr std::string_view kAzureIdentityUse = "azure.workload.identity/use";  // the pod's label for it

}  // namespace rotor::openclaw
