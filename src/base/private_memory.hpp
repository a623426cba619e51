// The memory of this process holds every secret it works with: nobody else may look at it, and it is written to no
// file.
#pragma once

namespace rotor {

// From now on no debugger of the same user attaches and no core dump is written; programs that are started later are
// not concerned. What the caller allowed is remembered for them.
void keep_memory_private();

// In a forked child, before its program begins: the core limit as it was. Calls nothing but the system.
void restore_core_limit() noexcept;

}  // namespace rotor
