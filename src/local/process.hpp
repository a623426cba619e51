// One child process: started with exactly the environment it is given, in a process group of its own, stopped as a
// kubelet stops a container (SIGTERM, grace, SIGKILL), and never outliving Rotor.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "base/task.hpp"
#include "local/guardian.hpp"

namespace rotor::local {

using Environment = std::vector<std::pair<std::string, SecretBytes>>;

struct Command {
  std::vector<std::string> argv;
  Environment environment;
  std::string directory{};  // empty: Rotor's own
};

// How a process ended.
struct Exit {
  int code = 0;    // 128 + signal when a signal ended it
  int signal = 0;  // 0: it returned by itself
};

class Process {
 public:
  virtual ~Process() = default;  // kills what is left of the group
  virtual pid_t pid() const = 0;
  virtual Task<Exit> wait() = 0;
  virtual Task<> stop(Clock& clock, std::chrono::milliseconds grace) = 0;  // returns when the group is gone
  virtual void kill_now() = 0;  // SIGKILL to the group; a stop() under way then ends
};

// kNotFound: no such program in the environment's PATH; kDenied: not executable.
Result<std::unique_ptr<Process>> start_process(Executor executor, Guardian& guardian, Command command);

}  // namespace rotor::local
