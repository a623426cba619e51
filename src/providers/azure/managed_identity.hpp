// Tokens of the machine's identity, from the service that Azure runs beside it.
// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
#pragma once

#include <string>

#include "providers/azure/token.hpp"
#include "providers/common/call.hpp"

namespace rotor::providers::azure {

// `client_id`: of a user-assigned identity; empty for the machine's only one. Errors say what is missing where.
Task<Result<Token>> machine_token(Caller& caller, EnvironmentVariables environment, std::string client_id,
                                  std::string resource);

}  // namespace rotor::providers::azure
