#include "local/node/process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <optional>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "local/node/start_failure.hpp"
#include "local/node/start_request.hpp"

namespace rotor::local {
namespace {

namespace asio = boost::asio;

// Any number of coroutines wait until it has happened.
class Event {
 public:
  explicit Event(const Executor& executor) : timer_(executor, asio::steady_timer::time_point::max()) {}

  void happen() {
    happened_ = true;
    timer_.cancel();
  }
  bool happened() const { return happened_; }
  Task<> wait() {
    if (happened_) co_return;
    auto [error] = co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!happened_) throw boost::system::system_error(error);  // cancelled
  }

 private:
  asio::steady_timer timer_;
  bool happened_ = false;
};

// The control socket of a supervisor. Shared by the handle and by whoever waits.
class Control {
 public:
  Control(const Executor& executor, int socket)
      : socket_(executor, asio::local::stream_protocol(), socket), ended_(executor), gone_(executor) {}

  pid_t pid() const { return pid_; }

  void stop(std::chrono::milliseconds grace) {
    const StopOrder order{static_cast<std::int32_t>(std::clamp<std::int64_t>(grace.count(), 0, INT32_MAX))};
    if (socket_.is_open()) (void)send(socket_.native_handle(), &order, sizeof order, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  // The supervisor takes the end of our side for an order to kill.
  void abandon() {
    boost::system::error_code ignored;
    (void)socket_.close(ignored);
  }

  static Task<Exit> wait(std::shared_ptr<Control> self) {
    co_await self->ended_.wait();
    co_return self->exit_;
  }
  static Task<> gone(std::shared_ptr<Control> self) { co_await self->gone_.wait(); }

  // The supervisor's first word. nullopt: it ended without one.
  static Task<std::optional<Report>> started(std::shared_ptr<Control> self) {
    const auto report = co_await self->next();
    if (report && report->kind == Report::kStarted) self->pid_ = report->value;
    co_return report;
  }

  // To the supervisor's end, which is the end of everything below it.
  static Task<> follow(std::shared_ptr<Control> self) {
    while (const auto report = co_await self->next()) {
      if (report->kind == Report::kEnded) self->end(report->value);
    }
    self->end(SIGKILL);  // the supervisor was killed, and its process with it
    self->gone_.happen();
  }

 private:
  Task<std::optional<Report>> next() {
    Report report;
    auto [error, n] =
        co_await asio::async_read(socket_, asio::buffer(&report, sizeof report), asio::as_tuple(asio::use_awaitable));
    if (error) co_return std::nullopt;
    co_return report;
  }

  void end(int status) {
    if (ended_.happened()) return;
    exit_ = WIFSIGNALED(status) ? Exit{128 + WTERMSIG(status), WTERMSIG(status)} : Exit{WEXITSTATUS(status), 0};
    ended_.happen();
  }

  asio::local::stream_protocol::socket socket_;
  pid_t pid_ = -1;
  Exit exit_;
  Event ended_;
  Event gone_;
};

class Supervised final : public Process {
 public:
  explicit Supervised(std::shared_ptr<Control> control) : control_(std::move(control)) {}
  ~Supervised() override { control_->abandon(); }
  pid_t pid() const override { return control_->pid(); }
  void stop(std::chrono::milliseconds grace) override { control_->stop(grace); }
  Task<Exit> wait() override { return Control::wait(control_); }
  Task<> gone() override { return Control::gone(control_); }

 private:
  std::shared_ptr<Control> control_;
};

std::string_view path_of(const Environment& environment) {
  for (const Variable& variable : environment) {
    if (variable.name == "PATH") return variable.value.reveal();
  }
  return "/usr/local/bin:/usr/bin:/bin";
}

// The file that `name` means, looked up in `path` as a shell would. Whether it runs is the kernel's to say.
Result<std::string> find_program(const std::string& name, std::string_view path) {
  if (name.contains('/')) return name;
  std::optional<std::string> unusable;
  while (!path.empty()) {
    const std::string_view folder = path.substr(0, path.find(':'));
    path.remove_prefix(std::min(path.size(), folder.size() + 1));
    std::string candidate = fmt::format("{}/{}", folder.empty() ? "." : folder, name);
    const ProgramFacts facts = look_at(candidate);
    if (!facts.exists || facts.is_folder) continue;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
    if (!unusable) unusable = std::move(candidate);
  }
  if (unusable) return *std::move(unusable);
  return fail(Code::kNotFound, fmt::format("cannot run {}: there is no such program in PATH", name));
}

// Rotor's end of a new supervisor's control socket.
Result<int> start_supervisor(Guardian& guardian, const std::string& program, const Command& command) {
  TRY(const int request, pack_request(program, command));
  int control[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) != 0) {
    const std::string why = std::strerror(errno);
    close(request);
    return fail(Code::kUnavailable, fmt::format("cannot start {}: {}", program, why));
  }
  auto started = guardian.start({.control = control[1], .request = request, .out = command.out, .err = command.err});
  close(request);
  close(control[1]);
  if (started) return control[0];
  close(control[0]);
  return std::unexpected(std::move(started).error());
}

}  // namespace

Task<Result<std::shared_ptr<Process>>> start_process(Executor executor, Guardian& guardian, Command command) {
  if (command.argv.empty()) co_return fail(Code::kInvalid, "there is no command to run");
  CO_TRY_VOID(check(command, kernel_limits()));
  CO_TRY(const std::string program, find_program(command.argv.front(), path_of(command.environment)));
  CO_TRY(const int socket, start_supervisor(guardian, program, command));
  auto control = std::make_shared<Control>(executor, socket);
  const auto report = co_await Control::started(control);
  if (!report) co_return fail(Code::kUnavailable, fmt::format("cannot start {}: its supervisor has ended", program));
  if (report->kind == Report::kFailed) {
    const std::filesystem::path file = std::filesystem::path(command.directory) / program;  // an absolute one stays
    co_return std::unexpected(explain_failure(program, command.directory, *report, look_at(file.native())));
  }
  asio::co_spawn(executor, Control::follow(control), asio::detached);
  co_return std::make_shared<Supervised>(std::move(control));
}

}  // namespace rotor::local
