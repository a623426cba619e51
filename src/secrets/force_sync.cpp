#include "secrets/force_sync.hpp"

#include <fmt/format.h>

#include "json/object_hash.hpp"

namespace rotor::secrets {

std::string resource_token(const kube::ObjectMeta& metadata) {
  return fmt::format("{}-{}", metadata.generation, json::metadata_hash(metadata.annotations, metadata.labels));
}

bool was_edited(const ExternalSecret& es) {
  const std::string& synced = es.status.synced_resource_version;
  return synced.empty() || synced != resource_token(es.metadata);
}

bool is_forced(const ExternalSecret& es, std::string_view tried) {
  if (!was_edited(es)) return false;
  return tried.empty() ? !es.status.synced_resource_version.empty() : tried != resource_token(es.metadata);
}

Asks::Number Asks::of(const kube::Key& external_secret) const {
  const auto it = open_.find(external_secret);
  return it == open_.end() ? 0 : it->second;
}

void Asks::answered(const kube::Key& external_secret, Number ask) {
  if (of(external_secret) == ask) open_.erase(external_secret);
}

}  // namespace rotor::secrets
