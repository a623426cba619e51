// The status of an ExternalSecret and of a store: what a pass writes there, and the smallest patch that does it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/externalsecrets/store.hpp"
#include "base/duration.hpp"
#include "secrets/ending.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

bool is_ready(const ExternalSecret& es);
std::string_view ready_message(const ExternalSecret& es);  // empty when nobody has said anything yet

// After a successful pass that began at `started`.
ExternalSecretStatus succeeded(const ExternalSecret& es, const ReadyWords& words, WallTime started, WallTime now);

// After a failed one: only the condition changes, the last good refresh stays on record.
ExternalSecretStatus failed(const ExternalSecret& es, const ReadyWords& words, WallTime now);

// A merge patch of what differs; nullopt when nothing does. It holds only for the version of the object that was read:
// what a pass found out must not stand in the status of one that was edited, or deleted and made again, meanwhile.
std::optional<std::string> status_patch(const kube::ObjectMeta& metadata, const ExternalSecretStatus& before,
                                        const ExternalSecretStatus& after);
std::optional<std::string> status_patch(const kube::ObjectMeta& metadata, const api::es::StoreStatus& before,
                                        const api::es::StoreStatus& after);

}  // namespace rotor::secrets
