#include "local/node/supervisor.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "local/node/child.hpp"
#include "local/node/descendants.hpp"
#include "local/node/start_request.hpp"

namespace rotor::local {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// What the process leaves behind when it has been told to stop has this long to follow it. In a container it would have
// nothing; but here a shell that goes first should not cost its server the orderly end.
constexpr auto kAfterglow = 2s;
constexpr auto kKillAgain = 5ms;          // a process may have forked between the look at /proc and the signal
constexpr auto kPatienceWithOthers = 5s;  // with what cannot be killed: another user's, or stuck in the kernel

class Supervisor {
 public:
  Supervisor(int control, int signals, pid_t child) : control_(control), signals_(signals), child_(child) {}

  void run() {
    while (reap()) {
      if (killing_ && Clock::now() > *killing_ + kPatienceWithOthers) return;
      if (is_due()) kill_all();
      wait();
    }
  }

 private:
  bool is_due() const { return killing_ || (deadline_ && Clock::now() >= *deadline_); }

  void kill_all() {
    if (!killing_) killing_ = Clock::now();
    signal_below(getpid(), SIGKILL);
  }

  // Orphans are adopted, so no child left means nothing left.
  bool reap() {
    for (;;) {
      int status = 0;
      const pid_t pid = waitpid(-1, &status, WNOHANG);
      if (pid == child_) ended(status);
      if (pid == 0) return true;
      if (pid < 0 && errno != EINTR) return false;
    }
  }

  void ended(int status) {
    const Report report{Report::kEnded, status, Report::kNone};
    (void)send(control_, &report, sizeof report, MSG_NOSIGNAL);
    end_by(deadline_ ? Clock::now() + kAfterglow : Clock::now());
  }

  void end_by(Clock::time_point when) { deadline_ = deadline_ ? std::min(*deadline_, when) : when; }

  void wait() {
    pollfd files[] = {{control_, POLLIN, 0}, {signals_, POLLIN, 0}};
    if (poll(files, 2, time_left()) <= 0) return;
    if (files[1].revents != 0) take_signal();
    if (files[0].revents != 0) take_order();
  }

  int time_left() const {
    if (killing_) return static_cast<int>(std::chrono::milliseconds(kKillAgain).count());
    if (!deadline_) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - Clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
  }

  // SIGCHLD only ends the poll.
  void take_signal() {
    signalfd_siginfo info;
    if (read(signals_, &info, sizeof info) == static_cast<ssize_t>(sizeof info) && info.ssi_signo == kEndSignal)
      end_by(Clock::now());
  }

  void take_order() {
    StopOrder order;
    const ssize_t n = recv(control_, &order, sizeof order, MSG_WAITALL);
    if (n != static_cast<ssize_t>(sizeof order)) {
      end_by(Clock::now());
      control_ = -1;  // poll() passes over it
      return;
    }
    const bool first = !deadline_;
    end_by(Clock::now() + std::chrono::milliseconds(order.grace_ms));
    if (!first) return;
    signal_below(getpid(), SIGTERM);
    signal_below(getpid(), SIGCONT);  // a stopped process would not see the signal
  }

  int control_;
  int signals_;
  pid_t child_;
  std::optional<Clock::time_point> deadline_;  // of the grace
  std::optional<Clock::time_point> killing_;   // since when
};

int signals_as_file() {
  sigset_t set;
  sigemptyset(&set);
  for (const int sig : {SIGCHLD, kEndSignal}) sigaddset(&set, sig);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGCHLD, SIG_DFL);
  for (const int sig : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) std::signal(sig, SIG_IGN);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

}  // namespace

void supervise(SupervisorFiles files) {
  prctl(PR_SET_NAME, "rotor-supervise");
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const int signals = signals_as_file();
  Report report{Report::kFailed, 0, Report::kRequest};
  {
    StartRequest request;
    if (unpack_request(files.request, request)) {
      report = start_child(files, request);
    } else {
      report.value = errno;
    }
  }
  for (const int file : {files.request, files.out, files.err}) {
    if (file >= 0) close(file);
  }
  (void)send(files.control, &report, sizeof report, MSG_NOSIGNAL);
  if (report.kind == Report::kStarted) Supervisor(files.control, signals, report.value).run();
  _exit(0);
}

}  // namespace rotor::local
