#include "api/crds.hpp"

#include "api/externalsecrets/crds.hpp"
#include "api/generators/crds.hpp"
#include "api/openclaw/instance.hpp"

namespace rotor::api {

std::vector<std::string> crds() {
  std::vector<std::string> all = {es::secret_store_crd(), es::cluster_secret_store_crd(), es::external_secret_crd(),
                                  es::cluster_external_secret_crd(), openclaw_instance_crd()};
  for (std::string& crd : gen::generator_crds()) all.push_back(std::move(crd));
  return all;
}

}  // namespace rotor::api
