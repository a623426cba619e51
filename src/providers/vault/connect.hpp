// From a block of a manifest to a session: checked, its Secrets read, logged in.
#pragma once

#include <memory>

#include "providers/vault/session.hpp"

namespace rotor::providers::vault {

// Null for a ClusterSecretStore whose credentials depend on its consumer, looked at without one.
// `config` is the block of `context.store`, whose retrySettings count. kDenied where the controller's own identity
// would be used and may not be.
Task<Result<std::unique_ptr<Session>>> connect(Shared& shared, StoreContext context, Config config);

}  // namespace rotor::providers::vault
