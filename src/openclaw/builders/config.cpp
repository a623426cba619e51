#include "openclaw/builders/config.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "json/document.hpp"
#include "openclaw/builders/config_document.hpp"
#include "openclaw/builders/parts.hpp"
#include "openclaw/names.hpp"
#include "openclaw/program_version.hpp"

namespace rotor::openclaw {
namespace {

// A session of a channel can be silent for hours: the default of ten minutes would cut it.
constexpr std::string_view kProxyConfig = R"(worker_processes 1;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;

events {
  worker_connections 128;
}

stream {
  proxy_connect_timeout 5s;
  proxy_timeout 1d;

  server {
    listen 0.0.0.0:18790;
    proxy_pass 127.0.0.1:18789;
  }

  server {
    listen 0.0.0.0:18794;
    proxy_pass 127.0.0.1:18793;
  }
}
)";

// A counter that did not move for a year is still worth its value.
constexpr std::string_view kCollectorConfig = R"(receivers:
  otlp:
    protocols:
      http:
        endpoint: 0.0.0.0:4318
exporters:
  prometheus:
    endpoint: 0.0.0.0:{}
    metric_expiration: 8760h
service:
  pipelines:
    metrics:
      receivers: [otlp]
      exporters: [prometheus]
)";

json::Value block_of(const api::OptionalRaw& raw) {
  return raw ? json::parse(raw->text).value_or(nullptr) : json::Value();
}

const json::Array& array_at(const json::Value& value, std::string_view path) {
  static const json::Array kNone;
  const json::Value* found = json::find(value, path);
  return found != nullptr && found->is_array() ? found->get_array() : kNone;
}

std::set<std::string> hosts_with_tls(const json::Value& ingress) {
  std::set<std::string> hosts;
  for (const json::Value& entry : array_at(ingress, "tls")) {
    for (const json::Value& host : array_at(entry, "hosts")) {
      if (host.is_string()) hosts.emplace(host.get_string());
    }
  }
  return hosts;
}

// Where browsers may come from: a port-forward, an Ingress, and what the user adds.
std::set<std::string> browser_origins(const api::InstanceSpec& spec) {
  std::set<std::string> origins = {fmt::format("http://localhost:{}", kGatewayPort),
                                   fmt::format("http://127.0.0.1:{}", kGatewayPort)};
  const json::Value ingress = block_of(spec.networking ? spec.networking->ingress : std::nullopt);
  const std::set<std::string> secure = hosts_with_tls(ingress);
  for (const json::Value& entry : array_at(ingress, "hosts")) {
    const std::string host(json::find_string(entry, "host"));
    if (!host.empty()) origins.insert((secure.contains(host) ? "https://" : "http://") + host);
  }
  if (spec.gateway) origins.insert(spec.gateway->control_ui_origins.begin(), spec.gateway->control_ui_origins.end());
  return origins;
}

ConfigFacts config_facts(const api::InstanceSpec& spec, const SecretBytes& token, const InPlaceKeys& in_place) {
  return {.proxy = proxy_runs(spec),
          .metrics = scrape_port(spec).has_value(),
          .origins = browser_origins(spec),
          .token = token,
          .rules = rules_of(program_version(spec)),
          .in_place = in_place};
}

}  // namespace

std::string config_map_name(const api::OpenClawInstance& instance) { return instance.metadata.name + "-config"; }

std::string users_config(const api::InstanceSpec& spec, const Surroundings& around) {
  constexpr std::string_view kNothing = "{}";
  if (!spec.config) return std::string(kNothing);
  const api::InstanceConfig& config = *spec.config;
  if (!config.config_map_ref) return config.raw ? config.raw->text : std::string(kNothing);
  const std::string* text = around.text(config.config_map_ref->name, config_key(*config.config_map_ref));
  return text == nullptr ? std::string(kNothing) : *text;
}

bool token_belongs_in_config(const api::OpenClawInstance& instance) {
  const auto wish = instance.metadata.annotations.find(kTokenInConfig);
  if (wish != instance.metadata.annotations.end() && wish->second == "false") return false;
  return std::ranges::none_of(instance.spec.env, [](const api::EnvVar& e) { return e.name == kTokenVariable; });
}

kube::StringMap config_files(const api::InstanceSpec& spec, const Surroundings& around, const SecretBytes& token,
                             const InPlaceKeys& in_place) {
  kube::StringMap files;
  files.emplace(kConfigFile, complete_config(users_config(spec, around), config_facts(spec, token, in_place)));
  if (proxy_runs(spec)) files.emplace(kProxyFile, kProxyConfig);
  if (const auto port = scrape_port(spec)) files.emplace(kCollectorFile, fmt::format(kCollectorConfig, *port));
  return files;
}

api::ConfigMap build_config_map(const api::OpenClawInstance& instance, const Surroundings& around) {
  api::ConfigMap map;
  map.metadata = managed_metadata(instance, config_map_name(instance));
  map.data = config_files(instance.spec, around, around.token, in_place_keys(instance, around));
  return map;
}

bool has_config(std::string_view config_map, const api::OpenClawInstance& instance, const Surroundings& around) {
  const auto there = json::read<api::ConfigMap>(config_map);
  if (!there) return false;
  const auto file = there->data.find(kConfigFile);
  const kube::StringMap wanted = build_config_map(instance, around).data;
  return file != there->data.end() && file->second == wanted.find(kConfigFile)->second;
}

ManagedKind config_map_row() {
  return {.resource = kube::kResource<api::ConfigMap>,
          .description = &json::type_of<api::ConfigMap>,
          .status_key = "configMap",
          .name = config_map_name,
          .place = always_ours,
          .build = [](const api::OpenClawInstance& i,
                      const Surroundings& around) { return json::write(build_config_map(i, around)); },
          .condition = {"ConfigValid", "ConfigMapCreated", "ConfigMap created successfully"}};
}

}  // namespace rotor::openclaw
