// core/v1 ConfigMap.
#pragma once

#include <optional>
#include <string>

#include "json/describe.hpp"
#include "kube/object/object.hpp"

namespace rotor::api {

struct ConfigMap {
  std::string api_version = "v1";
  std::string kind = "ConfigMap";
  kube::ObjectMeta metadata;
  kube::StringMap data;
  kube::StringMap binary_data;  // base64, as on the wire
  std::optional<bool> immutable;
};

}  // namespace rotor::api

namespace rotor::kube {
template <>
inline constexpr Resource kResource<api::ConfigMap> = {"", "v1", "configmaps", "ConfigMap", true};
}  // namespace rotor::kube

namespace rotor::json {
ROTOR_DESCRIBED(api::ConfigMap);
}  // namespace rotor::json
