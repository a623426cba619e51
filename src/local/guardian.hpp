// A small process that outlives us by an instant: when Rotor ends, however it ends, it kills the process groups that
// are still registered. Without it a `kill -9` of Rotor would leave the agents' children running.
#pragma once

#include <sys/types.h>

namespace rotor::local {

class Guardian {
 public:
  // Forks: call before the first thread starts. Throws std::system_error when the system has no process left.
  Guardian();
  ~Guardian();  // the guardian ends; groups still registered are killed
  Guardian(const Guardian&) = delete;
  Guardian& operator=(const Guardian&) = delete;

  void watch(pid_t group) { tell(group); }
  void release(pid_t group) { tell(-group); }

 private:
  void tell(pid_t signed_group);

  int pipe_ = -1;
  pid_t pid_ = -1;
};

}  // namespace rotor::local
