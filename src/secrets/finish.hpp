// From what a provider answered to what one item of spec.data or spec.dataFrom contributes. Pure; errors name steps,
// operations and keys, never values.
#pragma once

#include "api/externalsecrets/external_secret.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "template/language/context.hpp"

namespace rotor::secrets {

// Rewrite; conversion, unless there is a rewrite; key checks; decoding; the zero-byte rule.
Result<SecretMap> finish_map(SecretMap values, const api::es::DataFrom& from, const api::es::RemoteRef& ref,
                             const tmpl::Environment& environment);

// Decoding and the zero-byte rule: secretKey is used as it is.
Result<SecretBytes> finish_value(SecretBytes value, const api::es::Data& item);

}  // namespace rotor::secrets
