// Stands above one process: adopts what the process leaves behind (PR_SET_CHILD_SUBREAPER), so that everything it ever
// started can be found and ended. Runs in a small process of its own, forked by the guardian.
#pragma once

#include <csignal>
#include <cstdint>

#include <sys/types.h>

namespace rotor::local {

// From the supervisor to Rotor, over the control socket. Its end of file says that nothing is left.
struct Report {
  enum Kind : std::int32_t {
    kStarted,  // value: the pid
    kFailed,   // value: errno of `step`
    kEnded,    // value: the wait status of the process
  };
  enum Step : std::int32_t { kNone, kFork, kRequest, kStreams, kDirectory, kExecute };
  std::int32_t kind = kStarted;
  std::int32_t value = 0;
  std::int32_t step = kNone;
};

// From Rotor to the supervisor. The end of Rotor's side is an order to kill at once.
struct StopOrder {
  std::int32_t grace_ms = 0;
};

struct SupervisorFiles {
  int control = -1;
  int request = -1;  // a packed StartRequest
  int out = -1;      // -1: what the caller has
  int err = -1;
};

// From the guardian, when Rotor has ended. No signal that people send by name: `pkill -f rotor` is for Rotor, which
// stops its processes in order.
inline constexpr int kEndSignal = SIGUSR1;

[[noreturn]] void supervise(SupervisorFiles files);

}  // namespace rotor::local
