#include <algorithm>

#include "json/document.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

bool trusts_a_proxy(const api::InstanceSpec& spec) {
  if (!spec.config) return false;
  const auto config = json::parse(spec.config->text);
  return config && json::find_string(*config, "raw.gateway.auth.mode") == "trusted-proxy";
}

}  // namespace

bool wants_token(const api::InstanceSpec& spec) {
  const bool own = std::ranges::any_of(spec.env, [](const api::EnvVar& e) { return e.name == kTokenVariable; });
  return !own && !trusts_a_proxy(spec);
}

api::Secret build_gateway_secret(const api::OpenClawInstance& instance, SecretBytes token) {
  api::Secret secret;
  secret.metadata = managed_metadata(instance, gateway_secret_name(instance));
  secret.type = "Opaque";
  secret.data.emplace(kTokenKey, std::move(token));
  return secret;
}

}  // namespace rotor::openclaw
