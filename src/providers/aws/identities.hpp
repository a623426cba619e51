// The logins of this folder, lent to back ends that take AWS's word for who somebody is.
#pragma once

#include "providers/common/cloud_identity.hpp"
#include "providers/services.hpp"

namespace rotor::providers::aws {

std::shared_ptr<AwsIdentities> make_identities(const Services& services);

}  // namespace rotor::providers::aws
