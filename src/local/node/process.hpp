// One process and everything it starts: begun with exactly the environment it is given, stopped as a kubelet stops a
// container (SIGTERM, grace, SIGKILL), and never outliving Rotor. Whatever leaves the process group, the session or its
// parent still belongs to it: a supervisor (local/node/supervisor.hpp) stands above each.
#pragma once

#include <chrono>
#include <memory>

#include <sys/types.h>

#include "base/error.hpp"
#include "base/task.hpp"
#include "local/node/command.hpp"
#include "local/node/guardian.hpp"

namespace rotor::local {

// How a process ended.
struct Exit {
  int code = 0;    // 128 + signal when a signal ended it
  int signal = 0;  // 0: it returned by itself
};

class Process {
 public:
  virtual ~Process() = default;  // what is left of it is killed
  virtual pid_t pid() const = 0;
  // SIGTERM to all of it, and SIGKILL when the grace is over. Asked again, the earlier end counts.
  virtual void stop(std::chrono::milliseconds grace) = 0;
  virtual Task<Exit> wait() = 0;  // for its own end; what it left behind is killed then
  virtual Task<> gone() = 0;      // until nothing it started is left
};

// The error says why the kernel would not run it. kInvalid: the command itself can never be given to a process.
Task<Result<std::shared_ptr<Process>>> start_process(Executor executor, Guardian& guardian, Command command);

}  // namespace rotor::local
