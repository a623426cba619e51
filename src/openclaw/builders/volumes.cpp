// The volumes of the pod, in the order that users of the existing operator know.
#include "openclaw/builders/config.hpp"
#include "openclaw/builders/in_place.hpp"
#include "openclaw/builders/init_config.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/builders/parts.hpp"
#include "openclaw/builders/users_parts.hpp"
#include "openclaw/builders/workspace.hpp"
#include "openclaw/names.hpp"
#include "openclaw/storage.hpp"

namespace rotor::openclaw {
namespace {

constexpr std::int32_t kReadable = 0644;

api::Volume named(std::string_view name) {
  api::Volume v;
  v.name = name;
  return v;
}

api::Volume empty_volume(std::string_view name) {
  api::Volume v = named(name);
  v.empty_dir = json::Raw{"{}"};
  return v;
}

api::Volume config_map_volume(std::string_view name, std::string map) {
  api::Volume v = named(name);
  v.config_map.emplace();
  v.config_map->name = std::move(map);
  v.config_map->default_mode = kReadable;
  return v;
}

api::Volume data_volume(const OpenClawInstance& instance, const PodInput& input) {
  std::string claim = data_claim(instance, input.present_claim);
  if (claim.empty()) return empty_volume(kDataVolume);
  api::Volume v = named(kDataVolume);
  v.persistent_volume_claim = api::ClaimVolume{std::move(claim), std::nullopt};
  return v;
}

api::Volume collector_volume(const OpenClawInstance& instance) {
  api::Volume v = config_map_volume("otel-collector-config", config_map_name(instance));
  v.config_map->items = json::Raw{R"([{"key":"otel-collector.yaml","path":"otel-collector.yaml"}])"};
  return v;
}

api::Volume ca_volume(const api::CaBundle& bundle) {
  if (!bundle.config_map_name.empty()) return config_map_volume("ca-bundle", bundle.config_map_name);
  api::Volume v = named("ca-bundle");
  v.secret.emplace();
  v.secret->secret_name = bundle.secret_name;
  v.secret->default_mode = kReadable;
  return v;
}

}  // namespace

std::vector<api::Volume> build_volumes(const OpenClawInstance& instance, const PodInput& input) {
  const api::InstanceSpec& spec = instance.spec;
  std::vector<api::Volume> all = {data_volume(instance, input), config_map_volume("config", config_map_name(instance))};
  if (scrape_port(spec)) all.push_back(collector_volume(instance));
  all.push_back(config_map_volume("workspace-init", workspace_map_name(instance)));
  if (needs_init_tmp(spec)) all.push_back(empty_volume("init-tmp"));
  all.push_back(empty_volume("tmp"));
  if (proxy_runs(spec)) all.push_back(empty_volume("gateway-proxy-tmp"));
  if (has_ca_bundle(spec)) all.push_back(ca_volume(*spec.security->ca_bundle));
  for (api::Volume& v : in_place_volumes(in_place_keys(instance, known_around(input)))) all.push_back(std::move(v));
  for (const api::Volume& v : spec.sidecar_volumes) all.push_back(users_volume(v));
  for (const api::Volume& v : spec.extra_volumes) all.push_back(users_volume(v));
  return all;
}

}  // namespace rotor::openclaw
