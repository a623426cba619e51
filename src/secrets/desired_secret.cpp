#include "secrets/desired_secret.hpp"

#include "json/object_hash.hpp"
#include "secrets/desired_metadata.hpp"
#include "secrets/marks.hpp"

namespace rotor::secrets {
namespace {

Synced<Desired> build(const ExternalSecret& es, const Target* live, tmpl::SecretParts parts, std::string hash) {
  api::Secret secret;
  TRY(secret.metadata, desired_metadata(es, live, parts, hash));
  secret.data = std::move(parts.data);
  if (live != nullptr) secret.type = live->type, secret.immutable = live->immutable;
  if (!parts.type.empty()) secret.type = parts.type;
  if (es.spec.target.immutable) secret.immutable = true;
  return Desired{std::move(secret), std::move(hash)};
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

}  // namespace rotor::secrets
