#include "providers/common/trust.hpp"

#include <fmt/format.h>
#include <openssl/pem.h>

#include "base/encoding.hpp"
#include "base/openssl_owners.hpp"

namespace rotor::providers {
namespace {

using api::es::CaProvider;
using api::es::SecretKeySelector;

bool starts_with_certificate(std::string_view pem) {
  const openssl::Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const openssl::Certificate first(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  return first != nullptr;
}

Result<std::string> decode_ca(const std::string& bytes) {
  if (starts_with_certificate(bytes)) return bytes;
  for (const Base64 alphabet : {Base64::kStandard, Base64::kUrl}) {
    auto again = base64_decode(bytes, alphabet);
    if (again && starts_with_certificate(*again)) return *again;
  }
  return fail(Code::kInvalid, "failed to decode ca bundle: failed to parse the new certificate, not valid pem data");
}

}  // namespace

Task<Result<std::string>> resolve_ca(ReferenceGate& gate, Scope scope, std::string ca_bundle,
                                     std::optional<CaProvider> ca_provider) {
  if (!ca_bundle.empty()) {
    auto first = base64_decode(ca_bundle);
    co_return decode_ca(first ? *first : ca_bundle);
  }
  if (!ca_provider) co_return std::string();
  if (scope.cluster() && !ca_provider->ns) co_return fail(Code::kInvalid, "missing namespace on caProvider secret");
  if (!scope.cluster() && ca_provider->ns && *ca_provider->ns != scope.consumer_ns) {
    co_return fail(
        Code::kInvalid,
        "namespace should either be empty or match the namespace of the SecretStore for a namespaced SecretStore");
  }
  if (ca_provider->type == "Secret") {
    SecretKeySelector ref{ca_provider->name, ca_provider->ns, ca_provider->key};
    auto value = co_await gate.secret_value(scope, std::move(ref));
    if (!value) {
      co_return std::unexpected(
          std::move(value).error().prefixed("failed to get cert from secret: failed to resolve secret key ref"));
    }
    co_return decode_ca(std::string(value->reveal()));
  }
  if (ca_provider->type == "ConfigMap") {
    auto map = co_await gate.config_map(scope, ca_provider->name, ca_provider->ns);
    if (!map) {
      co_return std::unexpected(std::move(map).error().prefixed(
          fmt::format("failed to get cert from configmap: failed to get caProvider secret {}", ca_provider->name)));
    }
    if (const auto it = map->find(ca_provider->key); it != map->end()) co_return decode_ca(it->second);
    co_return fail(Code::kInvalid,
                   fmt::format("failed to get cert from configmap: failed to get caProvider configMap {} -> {}",
                               ca_provider->name, ca_provider->key));
  }
  co_return fail(Code::kInvalid,
                 fmt::format("unknown caProvider.type \"{}\": use Secret or ConfigMap", ca_provider->type));
}

}  // namespace rotor::providers
