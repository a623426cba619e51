// spec.config: where the assistant's openclaw.json comes from, and how it gets to the data volume.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/core/pod.hpp"

namespace rotor::api {

struct ConfigMapKey {
  std::string name;
  std::string key;
};

struct InstanceConfig {
  std::optional<ConfigMapKey> config_map_ref;
  OptionalRaw raw;
  std::string merge_mode;
  std::string format;
  std::vector<std::string> force_paths;
};

// The key that is meant, `openclaw.json` unless the reference names one.
std::string config_key(const ConfigMapKey& reference);

}  // namespace rotor::api

namespace rotor::json {
ROTOR_DESCRIBED(api::ConfigMapKey);
ROTOR_DESCRIBED(api::InstanceConfig);
}  // namespace rotor::json
