#include "api/core/config_map.hpp"

namespace rotor::json {

ROTOR_DESCRIBE(api::ConfigMap, "Configuration data of the cluster.", field<&api::ConfigMap::api_version>("apiVersion"),
               field<&api::ConfigMap::kind>("kind"), field<&api::ConfigMap::metadata>("metadata"),
               field<&api::ConfigMap::data>("data"), field<&api::ConfigMap::binary_data>("binaryData"),
               field<&api::ConfigMap::immutable>("immutable"));

}  // namespace rotor::json
