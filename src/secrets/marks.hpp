// What is written on a Secret so that it can be told apart later: identical to today's operator's marks.
#pragma once

#include <string>
#include <string_view>

#include "api/externalsecrets/external_secret.hpp"

namespace rotor::secrets {

inline constexpr std::string_view kManagedLabel = "reconcile.external-secrets.io/managed";
inline constexpr std::string_view kManagedValue = "true";
inline constexpr std::string_view kOwnerLabel = "reconcile.external-secrets.io/created-by";
inline constexpr std::string_view kDataHashAnnotation = "reconcile.external-secrets.io/data-hash";
// Only on objects of other kinds than Secret that the API server stores otherwise than they were written (defaults,
// fields it does not know): "WRITTEN=STORED", two hashes of content.
inline constexpr std::string_view kStoredAsAnnotation = "rotor/stored-as";

// Value of the owner label: the hash of "<namespace>/<name>".
std::string owner_hash(const kube::Key& external_secret);

// Who owns fields of the target on behalf of this ExternalSecret; hashed when the name would make it too long.
std::string field_manager(std::string_view external_secret_name);

kube::OwnerReference owner_reference(const api::es::ExternalSecret& owner);

}  // namespace rotor::secrets
