// From what the stores answered to the values of an ExternalSecret: renamed, converted, checked and decoded, item by
// item of spec.dataFrom and spec.data. Pure; errors name steps, operations and keys, never values.
#pragma once

#include <expected>

#include "api/externalsecrets/external_secret.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "secrets/fetch.hpp"
#include "secrets/render_failure.hpp"
#include "template/language/context.hpp"
#include "template/rewrite.hpp"

namespace rotor::secrets {

// What there is to say of values besides them.
struct Finished {
  std::vector<std::string> remarks{};  // what the author should know although it is done
  api::es::StoreVersions versions{};   // by the names of the values
};

// Later items over earlier ones, data over dataFrom.
std::expected<SecretMap, RenderFailure> finish_values(const api::es::ExternalSecret& es, Fetched fetched,
                                                      const tmpl::Environment& environment,
                                                      Finished* finished = nullptr);
// Does that run templates or expressions, which may take long?
bool rewrites(const api::es::ExternalSecret& es);

// What an extract or a find gave: rewrite; conversion, unless there is a rewrite; key checks; decoding; the zero-byte
// rule. What a generator gave: rewrite and key checks. `lost`: keys that a rewrite gave the name of another.
std::expected<SecretMap, tmpl::RewriteError> finish_map(SecretMap values, const api::es::DataFrom& from,
                                                        const tmpl::Environment& environment,
                                                        std::size_t* lost = nullptr);

// Decoding and the zero-byte rule: secretKey is used as it is.
Result<SecretBytes> finish_value(SecretBytes value, const api::es::Data& item);

}  // namespace rotor::secrets
