#include "secrets/marks.hpp"

#include <fmt/format.h>

#include "json/object_hash.hpp"

namespace rotor::secrets {

std::string owner_hash(const kube::Key& external_secret) {
  return json::object_hash(fmt::format("{}/{}", external_secret.ns, external_secret.name));
}

std::string field_manager(std::string_view external_secret_name) {
  constexpr std::size_t kLongest = 63;
  std::string plain = fmt::format("externalsecrets.external-secrets.io/{}", external_secret_name);
  if (plain.size() <= kLongest) return plain;
  return fmt::format("externalsecrets.external-secrets.io/sha3/{}", json::object_hash(external_secret_name));
}

kube::OwnerReference owner_reference(const api::es::ExternalSecret& owner) {
  return {.api_version = "external-secrets.io/v1",
          .kind = "ExternalSecret",
          .name = owner.metadata.name,
          .uid = owner.metadata.uid,
          .controller = true,
          .block_owner_deletion = true};
}

}  // namespace rotor::secrets
