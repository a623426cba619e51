// From what was read to what is said: every object on the way from a store to a process, judged, with what it is made
// of. Pure.
#pragma once

#include "inspect/cluster.hpp"
#include "inspect/object.hpp"

namespace rotor::inspect {

// Stores and ExternalSecrets, all of them; Secrets that an ExternalSecret makes or an instance uses; instances; the
// pods of instances, and those of others that use a Secret which an ExternalSecret makes.
Graph make_graph(const Cluster& cluster);

}  // namespace rotor::inspect
