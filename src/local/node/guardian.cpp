#include "local/node/guardian.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <set>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "local/node/descendants.hpp"

namespace rotor::local {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostFiles = 4;
constexpr auto kPatienceWithSupervisors = 10s;  // with supervisors, which have their own

// What goes with the descriptors: which of the optional ones are there.
struct Start {
  bool has_out = false;
  bool has_err = false;
};

union Ancillary {
  cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int) * kMostFiles)];
};

// The guardian's own end of the channel. False: Rotor has ended.
bool receive(int channel, SupervisorFiles& files) {
  Start start;
  Ancillary ancillary{};
  iovec part{&start, sizeof start};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = ancillary.bytes;
  message.msg_controllen = sizeof ancillary.bytes;
  ssize_t n = 0;
  do n = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
  while (n < 0 && errno == EINTR);
  if (n != static_cast<ssize_t>(sizeof start)) return false;
  std::array<int, kMostFiles> got{-1, -1, -1, -1};
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header == nullptr) return false;
  std::memcpy(got.data(), CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
  std::size_t next = 2;
  files = {.control = got[0], .request = got[1]};
  if (start.has_out) files.out = got[next++];
  if (start.has_err) files.err = got[next++];
  return true;
}

class Guard {
 public:
  explicit Guard(int channel) : channel_(channel) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    signals_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  }

  void run() {
    bool rotor_lives = true;
    std::chrono::steady_clock::time_point patience{};
    for (;;) {
      reap();
      const bool strays = end_strays();
      if (!rotor_lives && (supervisors_.empty() || std::chrono::steady_clock::now() > patience)) return;
      pollfd files[] = {{rotor_lives ? channel_ : -1, POLLIN, 0}, {signals_, POLLIN, 0}};
      if (poll(files, 2, strays ? 5 : rotor_lives ? -1 : 100) <= 0) continue;
      if (files[1].revents != 0) drop_signals();
      if (files[0].revents == 0 || start_one()) continue;
      rotor_lives = false;
      patience = std::chrono::steady_clock::now() + kPatienceWithSupervisors;
      for (const pid_t supervisor : supervisors_) kill(supervisor, kEndSignal);
    }
  }

 private:
  bool start_one() {
    SupervisorFiles files;
    if (!receive(channel_, files)) return false;
    const pid_t pid = fork();
    if (pid == 0) {
      close(channel_);
      close(signals_);
      supervise(files);
    }
    if (pid > 0) {
      supervisors_.insert(pid);
    } else {
      const Report report{Report::kFailed, errno, Report::kFork};
      (void)send(files.control, &report, sizeof report, MSG_NOSIGNAL);
    }
    for (const int file : {files.control, files.request, files.out, files.err}) {
      if (file >= 0) close(file);
    }
    return true;
  }

  void reap() {
    for (;;) {
      int status = 0;
      const pid_t pid = waitpid(-1, &status, WNOHANG);
      if (pid < 0 && errno == EINTR) continue;
      if (pid <= 0) return;
      if (supervisors_.erase(pid) > 0 && !WIFEXITED(status)) look_for_strays_ = true;
    }
  }

  // A supervisor that was killed leaves its processes to us.
  bool end_strays() {
    if (!look_for_strays_) return false;
    const auto strays = below(getpid(), all_processes(), supervisors_);
    for (const ProcessLine& stray : strays) kill(stray.pid, SIGKILL);
    look_for_strays_ = !strays.empty();
    return look_for_strays_;
  }

  void drop_signals() {
    signalfd_siginfo info;
    while (read(signals_, &info, sizeof info) > 0) {
    }
  }

  int channel_;
  int signals_ = -1;
  std::set<pid_t> supervisors_;
  bool look_for_strays_ = false;
};

[[noreturn]] void guard(int channel) {
  setpgid(0, 0);  // Ctrl-C in the terminal is for Rotor, which stops its children in order
  prctl(PR_SET_NAME, "rotor-guardian");
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (const int sig : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) std::signal(sig, SIG_IGN);
  int null = 0;
  while (null >= 0 && null < 3) null = open("/dev/null", O_RDWR);  // what is started later expects 0 to 2 to be open
  constexpr int kChannel = 3;
  if (channel != kChannel) dup3(channel, kChannel, O_CLOEXEC);
  closefrom(kChannel + 1);
  Guard(kChannel).run();
  _exit(0);
}

}  // namespace

Guardian::Guardian() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::system_error(errno, std::generic_category(), "socketpair");
  pid_ = fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) {
    close(ends[1]);
    guard(ends[0]);
  }
  close(ends[0]);
  channel_ = ends[1];
}

Guardian::~Guardian() {
  close(channel_);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<void> Guardian::start(const SupervisorFiles& files) {
  Start start{files.out >= 0, files.err >= 0};
  std::array<int, kMostFiles> given{files.control, files.request};
  std::size_t count = 2;
  if (start.has_out) given[count++] = files.out;
  if (start.has_err) given[count++] = files.err;
  Ancillary ancillary{};
  iovec part{&start, sizeof start};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = ancillary.bytes;
  message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int) * count);
  std::memcpy(CMSG_DATA(header), given.data(), sizeof(int) * count);
  ssize_t n = 0;
  do n = sendmsg(channel_, &message, MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  if (n >= 0) return {};
  return fail(
      Code::kUnavailable,
      fmt::format("the process that starts all others has ended ({}): start `rotor run` again", std::strerror(errno)));
}

}  // namespace rotor::local
