// The small process that starts all others for Rotor. It is forked before Rotor has threads, sockets and secrets, so
// that a start costs a fork of almost nothing and hands nothing down. It outlives Rotor by an instant: when Rotor ends,
// however it ends, it sees to it that everything started is ended too.
#pragma once

#include <sys/types.h>

#include "base/error.hpp"
#include "local/node/supervisor.hpp"

namespace rotor::local {

class Guardian {
 public:
  // Forks: call before the first thread starts. Throws std::system_error when the system has no process left.
  Guardian();
  ~Guardian();  // returns when everything it started is gone
  Guardian(const Guardian&) = delete;
  Guardian& operator=(const Guardian&) = delete;

  // A supervisor for one process. The descriptors are passed on and stay the caller's.
  Result<void> start(const SupervisorFiles& files);

 private:
  int channel_ = -1;
  pid_t pid_ = -1;
};

}  // namespace rotor::local
