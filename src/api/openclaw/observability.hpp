// What an instance tells of itself to those who watch it.
#pragma once

#include <cstdint>
#include <optional>

#include "json/describe.hpp"

namespace rotor::api {

struct InstanceMetrics {
  std::optional<bool> enabled;
  std::optional<std::int32_t> port;
  // Carried as written: nothing is built for them yet.
  std::optional<json::Raw> service_monitor;
  std::optional<json::Raw> prometheus_rule;
  std::optional<json::Raw> grafana_dashboard;
};

struct InstanceObservability {
  std::optional<InstanceMetrics> metrics;
  std::optional<json::Raw> logging;
};

}  // namespace rotor::api

namespace rotor::json {
ROTOR_DESCRIBED(api::InstanceMetrics);
ROTOR_DESCRIBED(api::InstanceObservability);
}  // namespace rotor::json
