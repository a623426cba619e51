// The ConfigMap <name>-config: the files that the containers of a pod read their configuration from.
#pragma once

#include <string>
#include <string_view>

#include "api/core/config_map.hpp"
#include "openclaw/builders/in_place.hpp"
#include "openclaw/managed.hpp"

namespace rotor::openclaw {

// In that ConfigMap.
inline constexpr std::string_view kConfigFile = "openclaw.json";
inline constexpr std::string_view kProxyFile = "nginx.conf";
inline constexpr std::string_view kCollectorFile = "otel-collector.yaml";

std::string config_map_name(const api::OpenClawInstance& instance);

// The user's own text: of the ConfigMap that is named, else spec.config.raw, else an empty object.
std::string users_config(const api::InstanceSpec& spec, const Surroundings& around);

// The variable is all that tells the token where the file must not, or where the file would win over the user's own.
bool token_belongs_in_config(const api::OpenClawInstance& instance);

// `token`: empty for the files as a hash sees them. `in_place`: keys that the program reads as files.
kube::StringMap config_files(const api::InstanceSpec& spec, const Surroundings& around, const SecretBytes& token,
                             const InPlaceKeys& in_place = {});

api::ConfigMap build_config_map(const api::OpenClawInstance& instance, const Surroundings& around);

// Whether the ConfigMap that is there, a JSON document, has the program's configuration as it would be written now.
bool has_config(std::string_view config_map, const api::OpenClawInstance& instance, const Surroundings& around);

}  // namespace rotor::openclaw
