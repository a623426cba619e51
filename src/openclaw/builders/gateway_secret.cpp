#include <algorithm>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "openclaw/builders/config.hpp"
#include "openclaw/builders/config_document.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/managed.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

Place place_of_token(const api::OpenClawInstance& instance) {
  const auto& gateway = instance.spec.gateway;
  return gateway && !gateway->existing_secret.empty() ? Place::kUsers : Place::kOurs;
}

SecretBytes new_token() {
  std::string bytes = random_bytes(32);
  std::string digits = hex_encode(bytes);
  SecretBytes token(digits);
  wipe(bytes.data(), bytes.size());
  wipe(digits.data(), digits.size());
  return token;
}

}  // namespace

bool wants_token(const api::InstanceSpec& spec, const Surroundings& around) {
  const bool own = std::ranges::any_of(spec.env, [](const api::EnvVar& e) { return e.name == kTokenVariable; });
  return !own && !config_trusts_proxy(users_config(spec, around));
}

api::Secret build_gateway_secret(const api::OpenClawInstance& instance, SecretBytes token) {
  api::Secret secret;
  secret.metadata = managed_metadata(instance, gateway_secret_name(instance));
  secret.type = "Opaque";
  secret.data.emplace(kTokenKey, std::move(token));
  return secret;
}

ManagedKind gateway_secret_row() {
  return {
      .resource = kube::kResource<api::Secret>,
      .description = &json::type_of<api::Secret>,
      .status_key = "gatewayTokenSecret",
      .name = gateway_secret_name,
      .place = place_of_token,
      .make = [](const api::OpenClawInstance& i) { return json::write_secret(build_gateway_secret(i, new_token())); },
      .made = {"GatewayTokenCreated", "gateway token Secret"}};
}

}  // namespace rotor::openclaw
