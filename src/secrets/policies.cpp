#include "secrets/policies.hpp"

#include <algorithm>

namespace rotor::secrets {

// A generator may have made something outside of the cluster while the deletion came: it has to wait for the pass.
bool deletion_has_work(const ExternalSecret& es) {
  const auto generates = [](const api::es::DataFrom& from) {
    return from.source_ref && from.source_ref->generator_ref;
  };
  return deletes(es) || std::ranges::any_of(es.spec.data_from, generates);
}

}  // namespace rotor::secrets
