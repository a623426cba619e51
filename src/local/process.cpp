#include "local/process.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {  // glibc 2.36 declares it without
#include <sys/pidfd.h>
}

#include "base/private_memory.hpp"

namespace rotor::local {
namespace {

namespace asio = boost::asio;

// The file `name` means, looked up in `path` as a shell would.
Result<std::string> find_program(const std::string& name, std::string_view path) {
  if (name.contains('/')) {
    if (access(name.c_str(), X_OK) == 0) return name;
    const Code code = errno == ENOENT ? Code::kNotFound : Code::kDenied;
    return fail(code, fmt::format("cannot run {}: {}", name, std::strerror(errno)));
  }
  while (!path.empty()) {
    const std::string_view folder = path.substr(0, path.find(':'));
    path.remove_prefix(std::min(path.size(), folder.size() + 1));
    std::string candidate = fmt::format("{}/{}", folder.empty() ? "." : folder, name);
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return fail(Code::kNotFound, fmt::format("cannot run {}: no such program in PATH", name));
}

// Argument or environment vector for execve, made before the fork: the child may not allocate.
class CStrings {
 public:
  void add(SecretBytes line) {
    line.append(std::string_view("\0", 1));
    lines_.push_back(std::move(line));
  }
  char** data() {
    pointers_.clear();
    for (const SecretBytes& line : lines_) pointers_.push_back(const_cast<char*>(line.reveal().data()));
    pointers_.push_back(nullptr);
    return pointers_.data();
  }

 private:
  std::vector<SecretBytes> lines_;
  std::vector<char*> pointers_;
};

[[noreturn]] void become(const char* program, char** argv, char** environment, const char* directory, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // the parent died before the line above
  for (const int sig : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD}) std::signal(sig, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  restore_core_limit();
  if (*directory != '\0' && chdir(directory) != 0) _exit(126);
  execve(program, argv, environment);
  _exit(errno == ENOENT ? 127 : 126);
}

class Child final : public Process {
 public:
  Child(Executor executor, Guardian& guardian, pid_t pid, int pidfd)
      : guardian_(guardian), pid_(pid), pidfd_(std::move(executor), pidfd) {}

  ~Child() override {
    kill(-pid_, SIGKILL);
    if (!reaped_) waitpid(pid_, nullptr, 0);
    guardian_.release(pid_);
  }

  pid_t pid() const override { return pid_; }

  Task<Exit> wait() override {
    auto [error] =
        co_await pidfd_.async_wait(asio::posix::descriptor_base::wait_read, asio::as_tuple(asio::use_awaitable));
    if (error) throw boost::system::system_error(error);
    reap(0);
    co_return exit_;
  }

  Task<> stop(Clock& clock, std::chrono::milliseconds grace) override {
    const SteadyTime deadline = clock.steady() + grace;
    kill(-pid_, SIGTERM);
    while (group_lives() && clock.steady() < deadline) co_await clock.sleep_for(std::chrono::milliseconds(10));
    kill(-pid_, SIGKILL);
    while (group_lives()) co_await clock.sleep_for(std::chrono::milliseconds(5));
  }

 private:
  void reap(int options) {
    int status = 0;
    if (reaped_ || waitpid(pid_, &status, options) != pid_) return;
    reaped_ = true;
    exit_ = WIFSIGNALED(status) ? Exit{128 + WTERMSIG(status), WTERMSIG(status)} : Exit{WEXITSTATUS(status), 0};
  }

  // A zombie still counts as a member of its group, so it is reaped first.
  bool group_lives() {
    reap(WNOHANG);
    return kill(-pid_, 0) == 0;
  }

  Guardian& guardian_;
  pid_t pid_;
  asio::posix::stream_descriptor pidfd_;
  bool reaped_ = false;
  Exit exit_;
};

std::string_view path_of(const Environment& environment) {
  for (const auto& [name, value] : environment) {
    if (name == "PATH") return value.reveal();
  }
  return "/usr/local/bin:/usr/bin:/bin";
}

CStrings to_c_strings(const Environment& environment) {
  CStrings out;
  for (const auto& [name, value] : environment) {
    SecretBytes line(name + "=");
    line.append(value.reveal());
    out.add(std::move(line));
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<Process>> start_process(Executor executor, Guardian& guardian, Command command) {
  if (command.argv.empty()) return fail(Code::kInvalid, "there is no command to run");
  TRY(const std::string program, find_program(command.argv.front(), path_of(command.environment)));
  CStrings arguments;
  for (const std::string& argument : command.argv) arguments.add(SecretBytes(argument));
  CStrings environment = to_c_strings(command.environment);
  char** argv = arguments.data();
  char** envp = environment.data();
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) return fail(Code::kUnavailable, fmt::format("cannot start {}: {}", program, std::strerror(errno)));
  if (pid == 0) become(program.c_str(), argv, envp, command.directory.c_str(), parent);
  setpgid(pid, pid);  // in both: whoever is first
  guardian.watch(pid);
  const int pidfd = pidfd_open(pid, PIDFD_NONBLOCK);
  if (pidfd < 0) {
    kill(-pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return fail(Code::kUnavailable, fmt::format("cannot watch {}: {}", program, std::strerror(errno)));
  }
  return std::make_unique<Child>(std::move(executor), guardian, pid, pidfd);
}

}  // namespace rotor::local
