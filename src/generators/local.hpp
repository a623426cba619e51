// The kinds that ask nobody: values out of a spec and randomness. Pure; they may burn CPU, so they run on a pool.
#pragma once

#include <stop_token>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "generators/random.hpp"
#include "json/describe.hpp"

namespace rotor::generators {

Result<SecretMap> make_fake(const json::Raw& spec, const Random& random);
Result<SecretMap> make_password(const json::Raw& spec, const Random& random);
Result<SecretMap> make_ssh_key(const json::Raw& spec, const Random& random, std::stop_token stop = {});
Result<SecretMap> make_uuid(const json::Raw& spec, const Random& random);

// What is taken otherwise than the spec says it, since people's manifests rely on it; empty: nothing is.
std::string remark_on_password(const json::Raw& spec);
std::string remark_on_ssh_key(const json::Raw& spec);

}  // namespace rotor::generators
