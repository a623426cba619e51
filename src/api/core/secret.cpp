#include "api/core/secret.hpp"

namespace rotor::json {

ROTOR_DESCRIBE(api::Secret, "Secret data of the cluster.", field<&api::Secret::api_version>("apiVersion"),
               field<&api::Secret::kind>("kind"), field<&api::Secret::metadata>("metadata"),
               field<&api::Secret::data>("data"), field<&api::Secret::string_data>("stringData"),
               field<&api::Secret::type>("type"), field<&api::Secret::immutable>("immutable"));

}  // namespace rotor::json
