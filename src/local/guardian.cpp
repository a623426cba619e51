#include "local/guardian.hpp"

#include <cerrno>
#include <csignal>
#include <set>
#include <system_error>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rotor::local {
namespace {

// Reads +group and -group until Rotor's end of the pipe closes, then kills what is left.
[[noreturn]] void guard(int in) {
  setpgid(0, 0);  // Ctrl-C in the terminal is for Rotor, which stops its children in order
  prctl(PR_SET_NAME, "rotor-guardian");
  for (const int sig : {SIGINT, SIGTERM, SIGHUP}) std::signal(sig, SIG_IGN);
  std::set<pid_t> groups;
  pid_t message = 0;
  for (;;) {
    const ssize_t n = read(in, &message, sizeof message);
    if (n < 0 && errno == EINTR) continue;
    if (n != static_cast<ssize_t>(sizeof message)) break;
    if (message > 0) {
      groups.insert(message);
    } else {
      groups.erase(-message);
    }
  }
  for (const pid_t group : groups) kill(-group, SIGKILL);
  _exit(0);
}

}  // namespace

Guardian::Guardian() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  pid_ = fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) {
    close(ends[1]);
    guard(ends[0]);
  }
  close(ends[0]);
  pipe_ = ends[1];
}

Guardian::~Guardian() {
  close(pipe_);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// At most PIPE_BUF bytes: the write is atomic. A guardian that is gone cannot be told, and nobody can help that.
void Guardian::tell(pid_t signed_group) {
  [[maybe_unused]] const auto n = write(pipe_, &signed_group, sizeof signed_group);
}

}  // namespace rotor::local
