#include "openclaw/builders/config_document.hpp"

#include <algorithm>
#include <vector>

#include "json/document.hpp"
#include "json/pretty.hpp"
#include "openclaw/builders/json_members.hpp"

namespace rotor::openclaw {
namespace {

constexpr std::string_view kMetricsTarget = R"({"metrics":true,"endpoint":"http://localhost:4318"})";
constexpr std::string_view kOwnNetwork = R"("127.0.0.0/8")";

// A reference to a secret is an object, and as good as a text.
bool has_a_token(const JsonMembers& auth) {
  const std::string* token = auth.find("token");
  return token != nullptr && *token != "null" && *token != R"("")";
}

void add_token(JsonMembers& gateway, const SecretBytes& token) {
  if (token.empty()) return;
  gateway.within("auth", [&token](JsonMembers& auth) {
    if (auth.says("mode", "trusted-proxy") || has_a_token(auth)) return;
    auth.set_default("mode", R"("token")");
    auth.set("token", json::quote(token.reveal()));
  });
}

void add_own_network(JsonMembers& gateway) {
  const std::string* written = gateway.find("trustedProxies");
  auto proxies = json_items(written == nullptr || *written == "null" ? "[]" : *written);
  if (!proxies || std::ranges::find(*proxies, kOwnNetwork) != proxies->end()) return;
  proxies->emplace_back(kOwnNetwork);
  std::string text;
  json::Writer writer(text);
  writer.begin_array();
  for (const std::string& proxy : *proxies) writer.raw(proxy);
  writer.end_array();
  gateway.set("trustedProxies", std::move(text));
}

std::string list_of(const std::set<std::string>& words) {
  std::string text;
  json::Writer writer(text);
  writer.begin_array();
  for (const std::string& word : words) writer.string(word);
  writer.end_array();
  return text;
}

void complete_gateway(JsonMembers& gateway, const ConfigFacts& facts) {
  gateway.set_default("mode", R"("local")");
  add_token(gateway, facts.token);
  gateway.set_default("bind", json::quote(facts.proxy ? "loopback" : facts.rules.listens_all));
  add_own_network(gateway);
  gateway.within("controlUi", [&facts](JsonMembers& control_ui) {
    control_ui.set_default("dangerouslyDisableDeviceAuth", "true");
    if (facts.rules.allowed_origins) control_ui.set_default("allowedOrigins", list_of(facts.origins));
  });
}

}  // namespace

std::string complete_config(std::string_view text, const ConfigFacts& facts) {
  std::optional<JsonMembers> config = JsonMembers::of(text);
  if (!config) return std::string(text);
  if (facts.metrics) {
    config->within("diagnostics", [](JsonMembers& d) { d.set_default("otel", std::string(kMetricsTarget)); });
  }
  read_by_resolver(facts.in_place, *config);
  config->within("gateway", [&facts](JsonMembers& gateway) { complete_gateway(gateway, facts); });
  return json::pretty_sorted(config->text(), json::Escape::kHtml).value_or(std::string(text));
}

bool config_trusts_proxy(std::string_view text) {
  const auto config = json::parse(text);
  return config && json::find_string(*config, "gateway.auth.mode") == "trusted-proxy";
}

std::string config_bind(std::string_view text) {
  const auto config = json::parse(text);
  return config ? std::string(json::find_string(*config, "gateway.bind")) : std::string();
}

}  // namespace rotor::openclaw
