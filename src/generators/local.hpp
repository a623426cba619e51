// The kinds that ask nobody: values out of a spec and randomness. Pure; they may burn CPU, so they run on a pool.
#pragma once

#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "generators/random.hpp"
#include "json/describe.hpp"

namespace rotor::generators {

Result<SecretMap> make_fake(const json::Raw& spec, const Random& random);
Result<SecretMap> make_password(const json::Raw& spec, const Random& random);
Result<SecretMap> make_ssh_key(const json::Raw& spec, const Random& random);
Result<SecretMap> make_uuid(const json::Raw& spec, const Random& random);

}  // namespace rotor::generators
