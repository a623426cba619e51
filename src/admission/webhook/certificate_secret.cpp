#include "admission/webhook/certificate_secret.hpp"

#include <fmt/format.h>

#include "api/core/secret.hpp"
#include "base/log.hpp"

namespace rotor::admission {
namespace {

constexpr int kTries = 3;
constexpr std::string_view kMaker = "rotor-webhook";
constexpr std::string_view kCaBundle = "ca.crt";
constexpr std::string_view kCaKey = "ca.key";
constexpr std::string_view kCertificate = "tls.crt";
constexpr std::string_view kKey = "tls.key";

SecretBytes taken(SecretMap& data, std::string_view key) {
  const auto it = data.find(key);
  return it == data.end() ? SecretBytes() : std::move(it->second);
}

bool was_faster(const Error& error) { return error.code == Code::kAlreadyExists || error.code == Code::kConflict; }

}  // namespace

Task<Result<KeptCertificates>> CertificateSecret::current(CertificateRules rules, WallTime now, bool bundle_in_place) {
  for (int tries = 1;; ++tries) {
    CO_TRY(Found found, co_await read());
    const CertificateDecision decision = decide_certificates(found.kept, rules, now, bundle_in_place);
    if (decision.step == CertificateStep::kKeep) co_return std::move(found.kept);
    KeptCertificates fresh = renew(std::move(found.kept), decision.step, rules, now);
    const Result<void> written = co_await write(fresh, std::move(found.resource_version));
    if (written) {
      log::info("webhook certificates renewed", {{"secret", where_.text()}, {"why", decision.why}});
      co_return std::move(fresh);
    }
    if (!was_faster(written.error()) || tries == kTries) co_return std::unexpected(written.error());
  }
}

Task<Result<CertificateSecret::Found>> CertificateSecret::read() {
  auto secret = co_await kube::get<api::Secret>(client_, where_);
  if (!secret && secret.error().code == Code::kNotFound) co_return Found{};
  if (!secret) co_return std::unexpected(std::move(secret).error().prefixed("Secret " + where_.text()));
  Found found;
  found.resource_version = secret->metadata.resource_version;
  found.kept.ca_bundle = taken(secret->data, kCaBundle).reveal();
  found.kept.ca_key = taken(secret->data, kCaKey);
  found.kept.certificate = taken(secret->data, kCertificate).reveal();
  found.kept.key = taken(secret->data, kKey);
  co_return std::move(found);
}

Task<Result<void>> CertificateSecret::write(KeptCertificates kept, std::string resource_version) {
  api::Secret secret;
  secret.api_version = "v1";
  secret.kind = "Secret";
  secret.metadata.name = where_.name;
  secret.metadata.ns = where_.ns;
  secret.data.emplace(kCaBundle, SecretBytes(kept.ca_bundle));
  secret.data.emplace(kCaKey, std::move(kept.ca_key));
  secret.data.emplace(kCertificate, SecretBytes(kept.certificate));
  secret.data.emplace(kKey, std::move(kept.key));
  const kube::WriteOptions options{.field_manager = std::string(kMaker)};
  Result<void> done;
  if (resource_version.empty()) {
    secret.type = "Opaque";
    secret.metadata.labels.emplace("app.kubernetes.io/name", "rotor");
    auto made = co_await kube::create<api::Secret>(client_, std::move(secret), options);
    if (!made) done = std::unexpected(std::move(made).error());
  } else {
    secret.metadata.resource_version = std::move(resource_version);  // a condition: nobody was faster
    auto merged = co_await client_.patch(kube::kResource<api::Secret>, where_, kube::PatchType::kMerge,
                                         json::write_secret(secret), options);
    if (!merged) done = std::unexpected(std::move(merged).error());
  }
  if (!done) co_return std::unexpected(std::move(done).error().prefixed("Secret " + where_.text()));
  co_return Result<void>{};
}

}  // namespace rotor::admission
