#include "providers/common/reach.hpp"

namespace rotor::providers {

net::Reach reach_of(const StoreContext& context, const EnvironmentVariables& environment) {
  const bool in_pod = !environment("KUBERNETES_SERVICE_HOST").value_or("").empty();
  const bool trusted = context.scope().cluster() || context.allow_controller_identity;
  return in_pod && !trusted ? net::Reach::kRemote : net::Reach::kNotOfTheNode;
}

}  // namespace rotor::providers
