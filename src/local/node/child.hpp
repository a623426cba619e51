// The child between fork and exec.
#pragma once

#include <sys/types.h>

#include "local/node/supervisor.hpp"

namespace rotor::local {

struct StartRequest;

// Forks and becomes the program. Returns kStarted with the pid, or kFailed with what the kernel said.
Report start_child(const SupervisorFiles& files, StartRequest& request);

}  // namespace rotor::local
