// The finalizer on an ExternalSecret whose deletion leaves us something to do: put on before it has a Secret, taken
// away once it may go.
#pragma once

#include <string_view>

#include "base/task.hpp"
#include "secrets/parts.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

inline constexpr std::string_view kFinalizer = "externalsecrets.external-secrets.io/externalsecret-cleanup";

bool has_finalizer(const ExternalSecret& es);

Task<Result<void>> add_finalizer(Parts parts, ExternalSecretPtr es);
// Good as well when the object has none, or is gone.
Task<Result<void>> remove_finalizer(Parts parts, ExternalSecretPtr es);

}  // namespace rotor::secrets
