// Which namespaces a ClusterExternalSecret is meant for: those that any of its selectors chooses, and those it names.
#pragma once

#include <string>

#include "api/externalsecrets/cluster_external_secret.hpp"
#include "base/error.hpp"

namespace rotor::secrets::cluster {

// kInvalid: a selector that can have been meant by nobody; it names the field. Nothing is done by such a spec, since a
// mistyped operator chooses no namespace, or every one.
Result<void> check_selection(const api::es::Spread& spec);

bool selects(const api::es::Spread& spec, const std::string& ns, const kube::StringMap& labels);

}  // namespace rotor::secrets::cluster
