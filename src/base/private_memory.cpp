#include "base/private_memory.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace rotor {
namespace {

// As the limit itself: one for the process.
rlimit inherited_limit{};
bool limited = false;

}  // namespace

void keep_memory_private() {
  prctl(PR_SET_DUMPABLE, 0);
  if (limited || getrlimit(RLIMIT_CORE, &inherited_limit) != 0) return;
  // Only the soft limit: without privileges the hard one could not be raised again for a child.
  const rlimit none{.rlim_cur = 0, .rlim_max = inherited_limit.rlim_max};
  limited = setrlimit(RLIMIT_CORE, &none) == 0;
}

void restore_core_limit() noexcept {
  if (limited) setrlimit(RLIMIT_CORE, &inherited_limit);
}

}  // namespace rotor
