#include "api/core/namespace.hpp"

namespace rotor::json {

ROTOR_DESCRIBE(api::NamespaceStatus, "Where a namespace stands.", field<&api::NamespaceStatus::phase>("phase"));

ROTOR_DESCRIBE(api::Namespace, "A scope for names.", field<&api::Namespace::api_version>("apiVersion"),
               field<&api::Namespace::kind>("kind"), field<&api::Namespace::metadata>("metadata"),
               field<&api::Namespace::spec>("spec"), field<&api::Namespace::status>("status"));

}  // namespace rotor::json
