// What spec.target.manifest asks for, as far as it can be judged before the API server is asked. Pure.
#pragma once

#include <optional>
#include <string>

#include "api/externalsecrets/template.hpp"
#include "base/error.hpp"
#include "kube/client/discovery.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

// Why it cannot be honoured, whatever the API server serves; nullopt: it can, or there is none. `allowed`: by the
// administrator.
std::optional<std::string> manifest_fault(const ExternalSecret& es, bool allowed);

// Of an ExternalSecret that has one.
kube::KindName kind_name(const ExternalSecret& es);
bool is_core_secret(const kube::KindName& kind);

// The places of an object that templateFrom[].target may name. What an object is and whose it is is not theirs to say.
Result<void> check_target_paths(const api::es::Template& tmpl);

}  // namespace rotor::secrets
