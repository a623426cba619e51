// What Vault's auth method `aws` takes: a signed request, never sent by us, by which Vault asks AWS who signed it.
// https://developer.hashicorp.com/vault/api-docs/auth/aws#login
#pragma once

#include <string_view>

#include "providers/common/sigv4.hpp"
#include "providers/vault/identity.hpp"

namespace rotor::providers::vault {

// The members of the login's body beside the role. `server_id`: the value Vault insists on, signed too; may be empty.
Result<LoginMembers> sign_aws_login(const aws::Credentials& credentials, std::string_view region,
                                    std::string_view server_id, WallTime now);

}  // namespace rotor::providers::vault
