// Does a Rotor work here? By the Leases of its installations; one that runs without a Lease is known by what it writes.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "inspect/cluster.hpp"
#include "kube/leader/lease.hpp"

namespace rotor::inspect {

// Those that nobody holds, though what they stand for is no living one's work either.
std::vector<kube::Lease> abandoned(const std::vector<kube::Lease>& leases, WallTime now);
bool works_in(const kube::Lease& lease, const std::string& ns);
// "Lease rotor-system/x was last renewed at …"
std::string end_of(const kube::Lease& lease);
std::string how_to_start(const kube::Lease& lease);

// What nobody works on, and the way out, in one line; empty: somebody does, or it is not known.
std::string nobody_works(const Cluster& cluster);

}  // namespace rotor::inspect
