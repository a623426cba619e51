// Whose a target Secret is: may this ExternalSecret own it, and by which owner references.
#pragma once

#include <vector>

#include "secrets/ending.hpp"
#include "secrets/target.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

// The owner references the target should have, or why it cannot be ours.
Synced<std::vector<kube::OwnerReference>> decide_ownership(const ExternalSecret& es, const Target* live);

// An earlier version of external-secrets.io in a reference is no reason to write: the next write puts it right.
bool same_owners(const std::vector<kube::OwnerReference>& a, const std::vector<kube::OwnerReference>& b);

bool is_external_secret(const kube::OwnerReference& ref);

// Is this very ExternalSecret its controller, not an earlier one of that name?
bool controls(const ExternalSecret& es, const Target& target);

}  // namespace rotor::secrets
