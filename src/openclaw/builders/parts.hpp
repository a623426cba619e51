// Small parts that the builders of containers share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/openclaw/instance.hpp"

namespace rotor::openclaw {

// Does the proxy stand in front of the gateway?
bool proxy_runs(const api::InstanceSpec& spec);
// Where the collector of metrics is scraped; nullopt: there is none.
std::optional<std::int32_t> scrape_port(const api::InstanceSpec& spec);
bool has_ca_bundle(const api::InstanceSpec& spec);

api::EnvVar variable(std::string_view name, std::string_view value);
api::VolumeMount mount(std::string_view volume, std::string_view path, std::string_view sub_path = {});
api::VolumeMount read_only(api::VolumeMount mount);
api::ContainerPort tcp_port(std::string_view name, std::int32_t number);

// No other rights than the process has, nothing written outside of its volumes.
api::SecurityContext hardened(bool run_as_non_root);
// What the pod says about that.
bool pod_is_non_root(const api::InstanceSpec& spec);

// `cpu` and `memory` in canonical form.
struct Amounts {
  std::string cpu, memory;
};
api::ResourceRequirements resources(const Amounts& requests, const Amounts& limits);

}  // namespace rotor::openclaw
