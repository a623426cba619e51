#include "local/node/process.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <sstream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/private_memory.hpp"
#include "local/node/descendants.hpp"

namespace rotor::local {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

template <class T>
T run(Task<T> task) {
  asio::io_context io;
  std::optional<T> out;
  std::exception_ptr thrown;
  asio::co_spawn(io, std::move(task), [&](std::exception_ptr e, T value) {
    thrown = e;
    out.emplace(std::move(value));
  });
  io.run();
  if (thrown) std::rethrow_exception(thrown);
  return *std::move(out);
}

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();  // of a process that has just gone the file in /proc opens, and cannot be read
  return std::move(text).str();
}

// A folder for what a test's processes write; `$T` in their scripts.
class LocalProcess : public testing::Test {
 protected:
  LocalProcess() {
    std::string name = (std::filesystem::temp_directory_path() / "rotor-process-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~LocalProcess() override { std::filesystem::remove_all(folder_); }

  Command shell(std::string script, Environment environment = {}) const {
    environment.push_back({"PATH", SecretBytes("/usr/bin:/bin")});
    environment.push_back({"T", SecretBytes(folder_.native())});
    return {{"bash", "-c", std::move(script)}, std::move(environment)};
  }
  std::string file(const std::string& name, std::string_view text, mode_t mode) const {
    std::ofstream(folder_ / name) << text;
    chmod((folder_ / name).c_str(), mode);
    return (folder_ / name).native();
  }
  std::string written(const char* name) const { return text_of(folder_ / name); }
  pid_t pid_in(const char* name) const {
    for (int i = 0; i < 1000 && written(name).empty(); ++i) usleep(5'000);
    return static_cast<pid_t>(std::atoi(written(name).c_str()));
  }

  std::filesystem::path folder_;
  Guardian guardian_;
};

bool is_gone(pid_t pid) {
  const auto line = parse_stat(text_of("/proc/" + std::to_string(pid) + "/stat"));
  return pid > 0 && (!line || line->state == 'Z');
}

bool ends_soon(pid_t pid) {
  for (int i = 0; i < 1000 && !is_gone(pid); ++i) usleep(5'000);
  return is_gone(pid);
}

Task<Exit> to_its_end(Guardian& guardian, Command command) {
  const auto executor = co_await asio::this_coro::executor;
  auto process = co_await start_process(executor, guardian, std::move(command));
  if (!process) throw std::runtime_error(process.error().message);
  const Exit exit = co_await (*process)->wait();
  co_await (*process)->gone();
  co_return exit;
}

Task<Result<void>> begin(Guardian& guardian, Command command) {
  const auto executor = co_await asio::this_coro::executor;
  auto process = co_await start_process(executor, guardian, std::move(command));
  if (!process) co_return std::unexpected(process.error());
  co_return Result<void>{};
}

TEST_F(LocalProcess, HasExactlyTheEnvironmentItIsGiven) {
  Command command =
      shell(R"(test "$KEY" = value && test -z "$HOME" && test -z "$USER")", {{"KEY", SecretBytes("value")}});
  EXPECT_EQ(run(to_its_end(guardian_, std::move(command))).code, 0);
}

TEST_F(LocalProcess, MayDumpCoreAsTheCallerAllowedAlthoughRotorMayNot) {
  rlimit limit{};
  getrlimit(RLIMIT_CORE, &limit);
  if (limit.rlim_max < 1U << 20) GTEST_SKIP() << "core dumps are forbidden here";
  const pid_t rotor = fork();
  if (rotor == 0) {
    limit.rlim_cur = 1U << 20;
    setrlimit(RLIMIT_CORE, &limit);
    keep_memory_private();
    Guardian guardian;
    _exit(run(to_its_end(guardian, shell(R"sh(test "$(ulimit -c)" -gt 0)sh"))).code);
  }
  int status = 0;
  waitpid(rotor, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST_F(LocalProcess, TellsHowItEnded) {
  EXPECT_EQ(run(to_its_end(guardian_, shell("exit 3"))).code, 3);
  const Exit killed = run(to_its_end(guardian_, shell("kill -9 $$")));
  EXPECT_EQ(killed.signal, SIGKILL);
  EXPECT_EQ(killed.code, 128 + SIGKILL);
}

TEST_F(LocalProcess, GetsDescriptorsZeroToTwoAndNothingElse) {
  EXPECT_EQ(
      run(to_its_end(guardian_, {{"/bin/sh", "-c", "exec ls /proc/self/fd > $T/fds"}, shell("").environment})).code, 0);
  EXPECT_EQ(written("fds"), "0\n1\n2\n3\n");  // 3 is the folder that ls reads
}

TEST_F(LocalProcess, ReadsNothingFromItsInput) {
  EXPECT_EQ(run(to_its_end(guardian_, shell("cat > $T/input; readlink /proc/self/fd/0 > $T/link"))).code, 0);
  EXPECT_EQ(written("input"), "");
  EXPECT_EQ(written("link"), "/dev/null\n");
}

TEST_F(LocalProcess, HasNoTerminal) {
  EXPECT_EQ(run(to_its_end(guardian_, shell("if : < /dev/tty; then exit 1; else exit 0; fi 2> /dev/null"))).code, 0);
}

TEST_F(LocalProcess, WritesWhereItIsTold) {
  Command command = shell("echo out; echo err >&2");
  const int out = open((folder_ / "out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const int err = open((folder_ / "err").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  command.out = out;
  command.err = err;
  EXPECT_EQ(run(to_its_end(guardian_, std::move(command))).code, 0);
  close(out);
  close(err);
  EXPECT_EQ(written("out"), "out\n");
  EXPECT_EQ(written("err"), "err\n");
}

TEST_F(LocalProcess, RunsInTheFolderItIsGiven) {
  Command command = shell("pwd > where");
  command.directory = folder_;
  EXPECT_EQ(run(to_its_end(guardian_, std::move(command))).code, 0);
  EXPECT_EQ(written("where"), folder_.native() + "\n");
}

TEST_F(LocalProcess, TakesAnEnvironmentOfMegabytes) {
  Environment large;
  for (int i = 0; i < 12; ++i) large.push_back({"V" + std::to_string(i), SecretBytes(std::string(100'000, 'x'))});
  EXPECT_EQ(run(to_its_end(guardian_, shell("exit ${#V11}", {{"V11", SecretBytes("12345")}}))).code, 5);
  large.push_back({"LAST", SecretBytes("1234567")});
  EXPECT_EQ(run(to_its_end(guardian_, shell("exit ${#LAST}", std::move(large)))).code, 7);
}

TEST_F(LocalProcess, SaysWhyTheKernelWouldNotRunIt) {
  const auto said = [&](const std::string& program) {
    const auto started = run(begin(guardian_, {{program}, shell("").environment}));
    return started ? "started" : started.error().message;
  };
  EXPECT_EQ(said("no-such-program"), "cannot run no-such-program: there is no such program in PATH");
  EXPECT_NE(said((folder_ / "no").native()).find("there is no such file"), std::string::npos);
  EXPECT_NE(said(folder_).find("it is a folder"), std::string::npos);
  EXPECT_NE(said(file("plain", "#!/bin/sh\n", 0600)).find("chmod +x"), std::string::npos);
  EXPECT_NE(said(file("text", "echo hello\n", 0700)).find("no program for this machine"), std::string::npos);
  EXPECT_NE(said(file("dos", "#!/bin/sh\r\n", 0700)).find("CR LF"), std::string::npos);
  EXPECT_NE(said(file("old", "#!/no/python -u\n", 0700)).find("asks for /no/python,"), std::string::npos);
  EXPECT_EQ(said(file("good", "#!/bin/sh\n", 0700)), "started");
}

TEST_F(LocalProcess, IsRefusedAnEnvironmentThatWouldBeCut) {
  Command command = shell("exit 0", {{"A", SecretBytes(std::string_view("a\0b", 3))}});
  const auto started = run(begin(guardian_, std::move(command)));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Code::kInvalid);
}

// --- what a process leaves behind

struct Escape {
  const char* name;
  const char* script;  // writes the pid of what escapes to $T/pid
};

class Escaped : public LocalProcess, public testing::WithParamInterface<Escape> {};

INSTANTIATE_TEST_SUITE_P(
    Ways, Escaped,
    testing::Values(Escape{"InTheGroup", "sleep 600 & echo $! > $T/pid;"},
                    Escape{"ByASession", "setsid bash -c 'echo $$ > $T/pid; exec sleep 600' &"},
                    Escape{"ByADoubleFork", "(setsid bash -c 'echo $BASHPID > $T/pid; exec sleep 600' & ) & wait;"},
                    Escape{"ByTimeout", "timeout 600 bash -c 'echo $$ > $T/pid; exec sleep 600' &"},
                    Escape{"ByJobControl", "set -m; sleep 600 & echo $! > $T/pid;"},
                    Escape{"WithoutAnEnvironment", "env -i setsid sleep 600 & echo $! > $T/pid;"},
                    Escape{"DeafToSignals", "setsid bash -c 'trap \"\" TERM; echo $$ > $T/pid; sleep 600' &"}),
    [](const auto& test) { return std::string(test.param.name); });

constexpr const char* kUntilWritten = " while ! test -s $T/pid; do sleep 0.01; done;";

TEST_P(Escaped, EndsWithTheProcessThatStartedIt) {
  const Exit exit = run(to_its_end(guardian_, shell(std::string(GetParam().script) + kUntilWritten + " exit 5")));
  EXPECT_EQ(exit.code, 5);
  EXPECT_TRUE(is_gone(pid_in("pid")));  // at once: gone() has returned
}

Task<Clock::duration> stopped(Guardian& guardian, Command command, std::function<void()> ready,
                              std::vector<std::chrono::milliseconds> graces) {
  const auto executor = co_await asio::this_coro::executor;
  auto process = co_await start_process(executor, guardian, std::move(command));
  if (!process) throw std::runtime_error(process.error().message);
  ready();
  const auto before = Clock::now();
  for (const auto grace : graces) (*process)->stop(grace);
  co_await (*process)->gone();
  co_return Clock::now() - before;
}

TEST_P(Escaped, EndsWhenItIsStopped) {
  const auto ready = [&] { pid_in("pid"); };
  run(stopped(guardian_, shell(std::string(GetParam().script) + kUntilWritten + " sleep 600"), ready, {100ms}));
  EXPECT_TRUE(is_gone(pid_in("pid")));
}

// A Rotor of its own, which is killed: `script` runs below its guardian.
void run_a_rotor_and_kill_it(const Command& command, const std::function<void()>& ready) {
  const pid_t rotor = fork();
  if (rotor == 0) {
    Guardian guardian;
    asio::io_context io;
    std::shared_ptr<Process> held;
    asio::co_spawn(io, start_process(io.get_executor(), guardian, command),
                   [&](std::exception_ptr, auto started) { held = *started; });
    io.run();
    _exit(1);  // not reached while the process lives
  }
  ready();
  EXPECT_EQ(kill(rotor, SIGKILL), 0);
  waitpid(rotor, nullptr, 0);
}

TEST_P(Escaped, EndsWhenRotorIsKilled) {
  run_a_rotor_and_kill_it(shell(std::string(GetParam().script) + kUntilWritten + " sleep 600"),
                          [&] { ASSERT_GT(pid_in("pid"), 0); });
  EXPECT_TRUE(ends_soon(pid_in("pid")));
}

TEST_P(Escaped, EndsWhenItsSupervisorIsKilled) {
  const auto kill_supervisor = [&] {
    ASSERT_GT(pid_in("pid"), 0);
    const auto main = static_cast<pid_t>(std::atoi(written("main").c_str()));
    const auto line = parse_stat(text_of("/proc/" + std::to_string(main) + "/stat"));
    ASSERT_TRUE(line);
    kill(line->parent, SIGKILL);
  };
  run(stopped(guardian_, shell("echo $$ > $T/main; " + std::string(GetParam().script) + kUntilWritten + " sleep 600"),
              kill_supervisor, {}));
  EXPECT_TRUE(ends_soon(pid_in("pid")));
}

// --- the stop

TEST_F(LocalProcess, HasItsGraceAndIsThenKilled) {
  const auto ready = [&] { pid_in("pid"); };
  const auto took =
      run(stopped(guardian_, shell("trap '' TERM; echo $$ > $T/pid; while :; do sleep 600; done"), ready, {300ms}));
  EXPECT_GE(took, 290ms);
  EXPECT_LT(took, 5s);
}

TEST_F(LocalProcess, EndsAtOnceWhenItListens) {
  const auto ready = [&] { pid_in("pid"); };
  const auto took = run(
      stopped(guardian_, shell("trap 'echo bye > $T/bye; exit 0' TERM; echo $$ > $T/pid; while :; do sleep 0.01; done"),
              ready, {30s}));
  EXPECT_LT(took, 10s);
  EXPECT_EQ(written("bye"), "bye\n");
}

TEST_F(LocalProcess, IsWokenToBeStopped) {
  const auto ready = [&] { kill(pid_in("pid"), SIGSTOP); };
  const auto took = run(
      stopped(guardian_, shell("trap 'exit 0' TERM; echo $$ > $T/pid; while :; do sleep 0.01; done"), ready, {30s}));
  EXPECT_LT(took, 10s);
}

TEST_F(LocalProcess, TakesTheEarlierEndWhenStoppedTwice) {
  const auto ready = [&] { pid_in("pid"); };
  const auto took = run(stopped(guardian_, shell("trap '' TERM; echo $$ > $T/pid; while :; do sleep 600; done"), ready,
                                {30s, 50ms, 30s}));
  EXPECT_LT(took, 10s);
}

Task<Clock::duration> stop_side_by_side(Guardian& guardian, std::vector<Command> commands,
                                        std::function<void()> ready) {
  const auto executor = co_await asio::this_coro::executor;
  std::vector<std::shared_ptr<Process>> processes;
  for (Command& command : commands)
    processes.push_back(*co_await start_process(executor, guardian, std::move(command)));
  ready();
  const auto before = Clock::now();
  for (const auto& process : processes) process->stop(500ms);
  for (const auto& process : processes) co_await process->gone();
  co_return Clock::now() - before;
}

TEST_F(LocalProcess, CostsOneGraceHoweverManyAreStopped) {
  std::vector<Command> commands;
  for (const char* name : {"1", "2", "3", "4", "5", "6"}) {
    commands.push_back(shell("trap '' TERM; echo $$ > $T/" + std::string(name) + "; while :; do sleep 600; done"));
  }
  const auto ready = [&] {
    for (const char* name : {"1", "2", "3", "4", "5", "6"}) pid_in(name);
  };
  EXPECT_LT(run(stop_side_by_side(guardian_, std::move(commands), ready)), 2500ms);  // six graces are 3 s
}

TEST_F(LocalProcess, DiesWithItsHandle) {
  EXPECT_TRUE(run(begin(guardian_, shell("echo $$ > $T/pid; sleep 600"))));
  EXPECT_TRUE(written("pid").empty() || ends_soon(pid_in("pid")));
}

TEST(TheGuardian, ReturnsWhenEverythingItStartedIsGone) {
  std::vector<ProcessLine> left;
  {
    Guardian guardian;
    asio::io_context io;
    std::shared_ptr<Process> held;
    asio::co_spawn(io, start_process(io.get_executor(), guardian, {{"/bin/sleep", "600"}, {}}),
                   [&](std::exception_ptr, auto started) { held = *started; });
    while (!held) io.run_one();
    EXPECT_GE(below(getpid(), all_processes()).size(), 3U);  // guardian, supervisor, sleep
  }
  EXPECT_TRUE(below(getpid(), all_processes()).empty());
}

}  // namespace
}  // namespace rotor::local
