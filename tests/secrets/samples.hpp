// Objects the tests of this room start from.
#pragma once

#include "secrets/finalizer.hpp"
#include "secrets/force_sync.hpp"
#include "secrets/gather.hpp"
#include "secrets/marks.hpp"
#include "secrets/target.hpp"

namespace rotor::secrets::test {

inline api::es::ExternalSecret sample_es() {
  api::es::ExternalSecret es;
  es.metadata.ns = "ns";
  es.metadata.name = "es";
  es.metadata.uid = "uid-1";
  es.metadata.generation = 1;
  es.metadata.resource_version = "10";
  es.metadata.finalizers = {std::string(kFinalizer)};
  es.spec.secret_store_ref = api::es::StoreRef{"store", ""};
  es.spec.refresh_interval = "1h";
  es.spec.target.name = "tgt";
  api::es::Data item;
  item.secret_key = "a";
  item.remote_ref.key = "remote";
  es.spec.data.push_back(item);
  return es;
}

// The same after a successful sync at `when`.
inline api::es::ExternalSecret synced_es(std::string_view when) {
  auto es = sample_es();
  es.status.refresh_time = when;
  es.status.synced_resource_version = resource_token(es.metadata);
  return es;
}

inline SecretMap one_value(std::string_view key, std::string_view value) {
  SecretMap data;
  data.emplace(key, SecretBytes(value));
  return data;
}

inline api::Secret sample_secret(const SecretMap& data) {
  api::Secret secret;
  secret.metadata.ns = "ns";
  secret.metadata.name = "tgt";
  secret.metadata.uid = "uid-s";
  secret.metadata.resource_version = "20";
  secret.type = "Opaque";
  secret.data = data;
  return secret;
}

// A Secret as a sync leaves it, as far as validity goes.
inline Target managed_target() {
  auto secret = sample_secret(one_value("a", "v1"));
  secret.metadata.labels[std::string(kManagedLabel)] = "true";
  auto target = to_target(std::move(secret));
  target.metadata.annotations[std::string(kDataHashAnnotation)] = target.actual_hash;
  return target;
}

// What a pass sees of them, and nothing else that would count.
inline Observed observed(ExternalSecret es, std::optional<Target> target, WallTime now) {
  Observed seen;
  seen.es = std::make_shared<const ExternalSecret>(std::move(es));
  if (target) seen.target = std::make_shared<const Target>(*std::move(target));
  seen.now = now;
  return seen;
}

}  // namespace rotor::secrets::test
