// When the main container counts as started, alive and ready: what an instance says otherwise than the default.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "json/describe.hpp"

namespace rotor::api {

struct InstanceProbe {
  std::optional<bool> enabled;
  std::optional<std::int32_t> initial_delay_seconds;
  std::optional<std::int32_t> period_seconds;
  std::optional<std::int32_t> timeout_seconds;
  std::optional<std::int32_t> failure_threshold;
};

struct InstanceDiskReadiness {
  std::optional<bool> enabled;
  std::string path;
  std::string min_free;
};

struct InstanceProbes {
  std::optional<InstanceProbe> liveness;
  std::optional<InstanceProbe> readiness;
  std::optional<InstanceProbe> startup;
  std::optional<InstanceDiskReadiness> disk_readiness;
};

}  // namespace rotor::api

namespace rotor::json {
ROTOR_DESCRIBED(api::InstanceProbe);
ROTOR_DESCRIBED(api::InstanceDiskReadiness);
ROTOR_DESCRIBED(api::InstanceProbes);
}  // namespace rotor::json
