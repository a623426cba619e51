#include "local/node/child.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/private_memory.hpp"
#include "local/node/start_request.hpp"

namespace rotor::local {
namespace {

constexpr int kAnswer = 3;  // the one descriptor besides 0 to 2, closed by exec itself

[[noreturn]] void give_up(Report::Step step) {
  const Report report{Report::kFailed, errno, step};
  [[maybe_unused]] const auto n = write(kAnswer, &report, sizeof report);
  _exit(127);
}

void reset_signals() {
  for (int sig = 1; sig < NSIG; ++sig) std::signal(sig, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Standard input is empty, as in a container.
void set_streams(int out, int err) {
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null < 0 || dup2(null, STDIN_FILENO) < 0) give_up(Report::kStreams);
  if (out >= 0 && dup2(out, STDOUT_FILENO) < 0) give_up(Report::kStreams);
  if (err >= 0 && dup2(err, STDERR_FILENO) < 0) give_up(Report::kStreams);
  closefrom(kAnswer + 1);
}

[[noreturn]] void become(const SupervisorFiles& files, StartRequest& request, pid_t parent) {
  setsid();  // no terminal: nothing is stopped for reading one, and Ctrl-C is Rotor's alone
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // the supervisor died before the line above
  reset_signals();
  restore_core_limit();
  set_streams(files.out, files.err);
  if (*request.directory != '\0' && chdir(request.directory) != 0) give_up(Report::kDirectory);
  execve(request.program, request.argv.data(), request.environment.data());
  give_up(Report::kExecute);
}

// Out of the way of the descriptors that the child is about to set.
int move_up(int descriptor) { return descriptor < 0 ? descriptor : fcntl(descriptor, F_DUPFD_CLOEXEC, kAnswer + 1); }

}  // namespace

Report start_child(const SupervisorFiles& files, StartRequest& request) {
  int answer[2];
  if (pipe2(answer, O_CLOEXEC) != 0) return {Report::kFailed, errno, Report::kFork};
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    SupervisorFiles own{.out = move_up(files.out), .err = move_up(files.err)};
    if (answer[1] != kAnswer) dup3(answer[1], kAnswer, O_CLOEXEC);
    become(own, request, parent);
  }
  const int error = errno;
  close(answer[1]);
  Report report{Report::kStarted, pid, Report::kNone};
  if (pid < 0) {
    report = {Report::kFailed, error, Report::kFork};
  } else {
    // The end of file means that exec has closed the pipe.
    Report said;
    ssize_t n = 0;
    do n = read(answer[0], &said, sizeof said);
    while (n < 0 && errno == EINTR);
    if (n == static_cast<ssize_t>(sizeof said)) report = said;
    if (report.kind == Report::kFailed) waitpid(pid, nullptr, 0);
  }
  close(answer[0]);
  return report;
}

}  // namespace rotor::local
