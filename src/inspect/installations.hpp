// The Leases of Rotor's installations, wherever they are: who works, and who did.
#pragma once

#include <vector>

#include "base/task.hpp"
#include "kube/client/client.hpp"
#include "kube/leader/lease.hpp"

namespace rotor::inspect {

// None too where they may not be listed: whether a Rotor works is not known then.
Task<Result<std::vector<kube::Lease>>> read_installations(kube::Client& client);

}  // namespace rotor::inspect
