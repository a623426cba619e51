#include "api/crds.hpp"

#include "api/externalsecrets/crds.hpp"
#include "api/openclaw/instance.hpp"

namespace rotor::api {

std::vector<std::string> crds() {
  return {es::secret_store_crd(), es::cluster_secret_store_crd(), es::external_secret_crd(),
          es::cluster_external_secret_crd(), openclaw_instance_crd()};
}

}  // namespace rotor::api
