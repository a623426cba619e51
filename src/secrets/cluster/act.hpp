// Does in one namespace what was planned for it; reads and decides nothing.
#pragma once

#include <string>

#include "base/task.hpp"
#include "secrets/cluster/cluster_world.hpp"
#include "secrets/cluster/plan.hpp"
#include "secrets/parts.hpp"

namespace rotor::secrets::cluster {

struct Standing {
  enum class Kind : std::uint8_t {
    kNothing,      // nothing of ours is or should be there
    kProvisioned,  // the child is as it should be
    kFailed,       // `error` is why it is not
    kRaced,        // somebody else wrote in between: the next pass sees what
    kUnreadable,   // what is in its place cannot be read; who mends or removes it wakes us
  } kind = Kind::kNothing;
  Error error{};
};

Task<Standing> act_in(Parts parts, ClusterWorld& world, std::string ns, NamespacePlan plan);

// Patches the ClusterExternalSecret itself: its finalizer, and as a subresource its status.
Task<Result<void>> patch_parent(Parts parts, ClusterWorld& world, ClusterExternalSecretPtr parent, std::string patch,
                                std::string subresource);

}  // namespace rotor::secrets::cluster
