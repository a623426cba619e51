// Reads a cluster for the judges. It writes nothing, and asks of Secrets for their metadata alone, so that no value
// enters the process.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/task.hpp"
#include "inspect/cluster.hpp"
#include "kube/client/client.hpp"

namespace rotor::inspect {

// `ns` empty: all namespaces. What cannot be listed is noted in the Cluster; an error: the server cannot be reached, or
// lets us see none of it.
Task<Result<Cluster>> gather(kube::Client& client, const Clock& clock, std::string ns);

}  // namespace rotor::inspect
