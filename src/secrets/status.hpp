// The status of an ExternalSecret and of a store: what a pass writes there, and the smallest patch that does it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/externalsecrets/external_secret.hpp"
#include "api/externalsecrets/store.hpp"
#include "base/secret_bytes.hpp"
#include "secrets/build.hpp"

namespace rotor::secrets {

using api::es::ExternalSecret;
using api::es::ExternalSecretStatus;

// After a successful pass that began at `started`.
ExternalSecretStatus succeeded(const ExternalSecret& es, std::string_view message, WallTime started, WallTime now);

// After a failed one: only the condition changes, the last good refresh stays on record.
ExternalSecretStatus failed(const ExternalSecret& es, std::string_view message, WallTime now);

// A merge patch of what differs; nullopt when nothing does. It holds only for the version of the object that was read:
// what a pass found out must not stand in the status of one that was edited, or deleted and made again, meanwhile.
std::optional<std::string> status_patch(const kube::ObjectMeta& metadata, const ExternalSecretStatus& before,
                                        const ExternalSecretStatus& after);
std::optional<std::string> status_patch(const kube::ObjectMeta& metadata, const api::es::StoreStatus& before,
                                        const api::es::StoreStatus& after);

// A merge patch of the list of finalizers that another writer's change in between makes fail.
std::string finalizers_patch(const kube::ObjectMeta& metadata, const std::vector<std::string>& finalizers);

}  // namespace rotor::secrets
