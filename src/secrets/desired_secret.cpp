#include "secrets/desired_secret.hpp"

#include <array>

#include <fmt/format.h>

#include "json/object_hash.hpp"
#include "secrets/desired_metadata.hpp"
#include "secrets/made_mark.hpp"
#include "secrets/marks.hpp"
#include "secrets/source_versions.hpp"
#include "secrets/value_changes.hpp"

namespace rotor::secrets {
namespace {

// Secrets that Kubernetes itself acts on: who writes into one is given a login. The type that counts is the one that
// the Secret has in the end, whether a template asks for it or it was there before, and the annotations are those
// written, however they came.
std::optional<std::string> privilege_asked(const api::Secret& secret, const tmpl::SecretParts& parts) {
  if (secret.type == "bootstrap.kubernetes.io/token") {
    return fmt::format(
        "secret {} is of type {}, which lets machines join the cluster: give spec.target.name another "
        "value",
        secret.metadata.name, secret.type);
  }
  if (secret.type != "kubernetes.io/service-account-token") return std::nullopt;
  for (const auto& [name, value] : parts.annotations) {
    if (!name.starts_with("kubernetes.io/service-account.")) continue;
    return fmt::format("secret {} is of type {}: annotation {} would choose whose token it holds; leave it out",
                       secret.metadata.name, secret.type, name);
  }
  return std::nullopt;
}

// They are written with values and say nothing about whether these are to be written: they stay as they are until then.
constexpr std::array kWrittenWithValues = {kValueChangesAnnotation, api::es::kStoreVersionsAnnotation, kMadeAnnotation};

void keep_marks(const Target* live, kube::ObjectMeta& metadata) {
  for (const std::string_view name : kWrittenWithValues) {
    const std::string* mark = live == nullptr ? nullptr : live->annotation(name);
    metadata.annotations.erase(std::string(name));
    if (mark != nullptr) metadata.annotations.emplace(name, *mark);
  }
}

Synced<Desired> unless_privileged(Desired desired, const tmpl::SecretParts& parts) {
  if (auto why = privilege_asked(desired.secret, parts)) {
    return std::unexpected(SyncFailure{Ending::kNotWritten, {Code::kInvalid, *std::move(why)}, kube::Outcome::done()});
  }
  return desired;
}

Synced<Desired> build(const ExternalSecret& es, const Target* live, tmpl::SecretParts parts, std::string hash) {
  api::Secret secret;
  TRY(secret.metadata, desired_metadata(es, live, parts, hash));
  keep_marks(live, secret.metadata);
  secret.data = std::move(parts.data);
  if (live != nullptr) secret.type = live->type, secret.immutable = live->immutable;
  if (!parts.type.empty()) secret.type = parts.type;
  if (es.spec.target.immutable) secret.immutable = true;
  return unless_privileged({std::move(secret), std::move(hash)}, parts);
}

}  // namespace

bool Desired::is(const Target& live) const {
  return live.actual_hash == data_hash && secret.type == live.type &&
         secret.immutable.value_or(false) == live.immutable.value_or(false) &&
         same_metadata(secret.metadata, live.metadata);
}

Synced<Desired> desired_secret(const ExternalSecret& es, const Target* live, tmpl::SecretParts parts) {
  std::string hash = json::object_hash(parts.data);
  return build(es, live, std::move(parts), std::move(hash));
}

SecretMap merged_data(const ExternalSecret& es, const Target& live, SecretMap whole, SecretMap fetched) {
  const OwnedFields ours = fields_of(live.metadata, field_manager(es.metadata.name));
  for (const std::string& key : ours.data) whole.erase(key);
  for (auto& [key, value] : fetched) whole.insert_or_assign(key, std::move(value));
  return whole;
}

Synced<Desired> desired_around_data(const ExternalSecret& es, const Target& live) {
  tmpl::SecretParts parts = metadata_as_it_is(es, live);
  if (es.spec.target.tmpl) parts.type = es.spec.target.tmpl->type;
  return build(es, &live, std::move(parts), live.actual_hash);
}

Synced<Desired> desired_frozen(const ExternalSecret& es, const Target& live) {
  api::Secret secret;
  TRY(secret.metadata, frozen_metadata(es, live));
  secret.type = live.type;
  secret.immutable = true;
  return unless_privileged({std::move(secret), live.actual_hash}, {});
}

}  // namespace rotor::secrets
