// The logins of this folder, lent to back ends that take Google's word for who somebody is.
#pragma once

#include "providers/common/cloud_identity.hpp"
#include "providers/services.hpp"

namespace rotor::providers::gcp {

std::shared_ptr<GoogleIdentities> make_identities(const Services& services);

}  // namespace rotor::providers::gcp
