#include "local/process.hpp"

#include <csignal>
#include <fstream>
#include <iterator>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/private_memory.hpp"

namespace rotor::local {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

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

Command shell(std::string script, Environment environment = {}) {
  environment.emplace_back("PATH", SecretBytes("/usr/bin:/bin"));
  return {{"sh", "-c", std::move(script)}, std::move(environment)};
}

Task<Exit> run_command(Guardian& guardian, Command command) {
  const auto executor = co_await asio::this_coro::executor;
  auto process = start_process(executor, guardian, std::move(command));
  if (!process) co_return Exit{-1, 0};
  co_return co_await (*process)->wait();
}

TEST(LocalProcess, HasExactlyTheEnvironmentItIsGiven) {
  Guardian guardian;
  Command command =
      shell(R"(test "$KEY" = value && test -z "$HOME" && test -z "$USER")", {{"KEY", SecretBytes("value")}});
  EXPECT_EQ(run(run_command(guardian, std::move(command))).code, 0);
}

TEST(LocalProcess, MayDumpCoreAsTheCallerAllowedAlthoughRotorMayNot) {
  rlimit limit{};
  getrlimit(RLIMIT_CORE, &limit);
  if (limit.rlim_max < 1U << 20) GTEST_SKIP() << "core dumps are forbidden here";
  const pid_t rotor = fork();
  if (rotor == 0) {
    limit.rlim_cur = 1U << 20;
    setrlimit(RLIMIT_CORE, &limit);
    keep_memory_private();
    Guardian guardian;
    _exit(run(run_command(guardian, shell(R"sh(test "$(ulimit -c)" -gt 0)sh"))).code);
  }
  int status = 0;
  waitpid(rotor, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(LocalProcess, TellsHowItEnded) {
  Guardian guardian;
  EXPECT_EQ(run(run_command(guardian, shell("exit 3"))).code, 3);
  const Exit killed = run(run_command(guardian, shell("kill -9 $$")));
  EXPECT_EQ(killed.signal, SIGKILL);
  EXPECT_EQ(killed.code, 128 + SIGKILL);
}

TEST(LocalProcess, SaysWhichProgramIsMissing) {
  Guardian guardian;
  asio::io_context io;
  const auto process = start_process(io.get_executor(), guardian, {{"no-such-program"}, {}});
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().code, Code::kNotFound);
  EXPECT_NE(process.error().message.find("no-such-program"), std::string::npos);
}

Task<bool> stop_stubborn(Guardian& guardian) {
  SystemClock clock;
  const auto executor = co_await asio::this_coro::executor;
  auto process = start_process(executor, guardian, shell("trap '' TERM; sleep 100 & wait"));
  if (!process) co_return false;
  const pid_t group = (*process)->pid();
  co_await (*process)->stop(clock, 50ms);
  co_return kill(-group, 0) != 0;
}

TEST(LocalProcess, KillsTheWholeGroupAfterItsGrace) {
  Guardian guardian;
  EXPECT_TRUE(run(stop_stubborn(guardian)));
}

// The orphan is reaped by whoever adopted it; until then it is a zombie.
bool is_gone(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(stat), {}};
  return text.empty() || text.find(") Z ") != std::string::npos;
}

TEST(TheGuardian, KillsWhatIsLeftWhenRotorIsKilled) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t rotor = fork();
  if (rotor == 0) {
    Guardian guardian;
    const pid_t agent = fork();
    if (agent == 0) {
      setpgid(0, 0);
      execl("/bin/sleep", "sleep", "1000", nullptr);  // as a real agent: exec closes the pipe to the guardian
      _exit(127);
    }
    setpgid(agent, agent);
    guardian.watch(agent);
    [[maybe_unused]] const auto n = write(ends[1], &agent, sizeof agent);
    for (;;) pause();
  }
  pid_t agent = 0;
  ASSERT_EQ(read(ends[0], &agent, sizeof agent), static_cast<ssize_t>(sizeof agent));
  kill(rotor, SIGKILL);
  waitpid(rotor, nullptr, 0);
  for (int i = 0; i < 500 && !is_gone(agent); ++i) usleep(10'000);
  EXPECT_TRUE(is_gone(agent));
}

}  // namespace
}  // namespace rotor::local
