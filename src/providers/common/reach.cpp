#include "providers/common/reach.hpp"

namespace rotor::providers {

net::Reach reach_of(const StoreContext& context, const EnvironmentVariables& environment) {
  return reach_of(context.scope().cluster() || context.allow_controller_identity, environment);
}

net::Reach reach_of(bool trusted, const EnvironmentVariables& environment) {
  const bool in_pod = !environment("KUBERNETES_SERVICE_HOST").value_or("").empty();
  return in_pod && !trusted ? net::Reach::kRemote : net::Reach::kNotOfTheNode;
}

}  // namespace rotor::providers
