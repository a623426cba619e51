// What the controller writes on objects so that they can be told apart later: identical to today's operator's marks.
#pragma once

#include <string>
#include <string_view>

#include "api/externalsecrets/external_secret.hpp"

namespace rotor::secrets {

inline constexpr std::string_view kManagedLabel = "reconcile.external-secrets.io/managed";
inline constexpr std::string_view kManagedValue = "true";
inline constexpr std::string_view kOwnerLabel = "reconcile.external-secrets.io/created-by";
inline constexpr std::string_view kDataHashAnnotation = "reconcile.external-secrets.io/data-hash";
inline constexpr std::string_view kFinalizer = "externalsecrets.external-secrets.io/externalsecret-cleanup";
inline constexpr std::string_view kEventComponent = "external-secrets";

// Value of the owner label: the hash of "<namespace>/<name>".
std::string owner_hash(const kube::Key& external_secret);

// Who owns fields of the target on behalf of this ExternalSecret; hashed when the name would make it too long.
std::string field_manager(std::string_view external_secret_name);

// status.syncedResourceVersion: moves with the spec, the labels and the annotations.
std::string resource_token(const kube::ObjectMeta& metadata);

kube::OwnerReference owner_reference(const api::es::ExternalSecret& owner);

}  // namespace rotor::secrets
