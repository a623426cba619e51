#include "tests/cli/rotor_process.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.hpp"

namespace rotor::cli {
namespace {

std::filesystem::path make_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "rotor-cli-XXXXXX").string();
  return mkdtemp(name.data());
}

}  // namespace

RotorProcess::RotorProcess(std::vector<std::string> arguments, const std::function<void()>& in_child)
    : state_(make_folder()) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::runtime_error("pipe");
  std::fflush(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    std::signal(SIGINT, SIG_DFL);  // whoever runs the tests in the background of a script has it ignored
    setenv("XDG_STATE_HOME", state_.c_str(), 1);
    if (in_child) in_child();
    const int code = run(std::move(arguments));
    std::fflush(nullptr);
    _exit(code);
  }
  close(ends[1]);
  out_ = ends[0];
}

RotorProcess::~RotorProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(out_);
  std::filesystem::remove_all(state_);
}

bool RotorProcess::read_some(int timeout_ms) {
  pollfd ready{out_, POLLIN, 0};
  if (poll(&ready, 1, timeout_ms) <= 0) return false;
  std::array<char, 4096> block{};
  const ssize_t n = read(out_, block.data(), block.size());
  if (n > 0) output_.append(block.data(), static_cast<std::size_t>(n));
  return n > 0;
}

bool RotorProcess::says(const std::string& text, std::chrono::milliseconds within) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (!output_.contains(text)) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !read_some(static_cast<int>(left.count()))) return false;
  }
  return true;
}

void RotorProcess::signal(int number) const { kill(pid_, number); }

int RotorProcess::exit_code() {
  while (read_some(20'000)) {
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::vector<std::string> RotorProcess::left_behind() const {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(state_)) {
    const bool claims = entry.path().string().starts_with((state_ / "rotor" / "data-").string());
    if (entry.path() != state_ / "rotor" && !claims) out.push_back(entry.path().string());
  }
  return out;
}

Folder::Folder() : path_(make_folder()) {}
Folder::~Folder() { std::filesystem::remove_all(path_); }

std::string Folder::write(const std::string& name, const std::string& text) const {
  std::ofstream(path_ / name) << text;
  return path(name);
}

}  // namespace rotor::cli
