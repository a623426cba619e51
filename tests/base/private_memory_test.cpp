#include "base/private_memory.hpp"

#include <functional>

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rotor {
namespace {

// In a process of its own: the tests themselves stay open to debuggers and leak checkers.
bool holds_in_child(const std::function<bool()>& claim) {
  const pid_t pid = fork();
  if (pid == 0) _exit(claim() ? 0 : 1);
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

rlim_t core_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_CORE, &limit);
  return limit.rlim_cur;
}

TEST(PrivateMemory, IsClosedToDebuggersAndCoreDumps) {
  EXPECT_TRUE(holds_in_child([] {
    const bool open_before = prctl(PR_GET_DUMPABLE) == 1;
    keep_memory_private();
    return open_before && prctl(PR_GET_DUMPABLE) == 0 && core_limit() == 0;
  }));
}

TEST(PrivateMemory, GivesAStartedProgramTheCallersCoreLimitBack) {
  EXPECT_TRUE(holds_in_child([] {
    rlimit limit{};
    getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096);
    setrlimit(RLIMIT_CORE, &limit);
    keep_memory_private();
    keep_memory_private();  // a second call does not take zero for the caller's choice
    const bool closed = core_limit() == 0;
    restore_core_limit();
    return closed && core_limit() == limit.rlim_cur;
  }));
}

TEST(PrivateMemory, LeavesTheLimitAloneWhenItWasNeverChanged) {
  EXPECT_TRUE(holds_in_child([] {
    const rlim_t before = core_limit();
    restore_core_limit();
    return core_limit() == before;
  }));
}

}  // namespace
}  // namespace rotor
