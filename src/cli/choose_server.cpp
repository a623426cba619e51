#include "cli/choose_server.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "local/state_directory.hpp"

namespace rotor::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStartOne =
    "no cluster is configured and no `rotor run` is running here: give --kubeconfig FILE, set KUBECONFIG, or start "
    "`rotor run`; one with --state-dir or of another user is found by --state-dir DIR";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// A run writes its number into the lock that it holds.
bool is_alive(const fs::path& lock) {
  std::ifstream in(lock);
  std::string text;
  in >> text;
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (error != std::errc() || end != text.data() + text.size() || pid <= 0) return false;
  return ::kill(pid, 0) == 0 || errno == EPERM;
}

std::string kubeconfig_in(const std::string& folder) { return folder + "/kubeconfig"; }

std::string cluster_of(const Surroundings& around) {
  if (!around.kubeconfig_variable.empty()) return "$KUBECONFIG";
  if (around.in_pod) return "the pod's ServiceAccount";
  return around.home_kubeconfig;
}

std::string run_too(const Surroundings& around) {
  if (around.runs.empty()) return "";
  return fmt::format("; a `rotor run` is running too: --state-dir {} looks at that", around.runs.front());
}

Result<std::string> named_run_of(const ServerFlags& flags) {
  if (flags.state_directory.empty() && flags.manifests.empty()) return std::string();
  std::error_code missing;
  for (const std::string& path : flags.manifests) {
    if (path == "-" || fs::exists(path, missing)) continue;
    return fail(Code::kNotFound, fmt::format("-f {}: there is no such file or folder", path));
  }
  TRY(const local::StateDirectory directory, local::state_directory(flags.manifests, flags.state_directory));
  std::error_code error;
  const bool there = fs::exists(kubeconfig_in(directory.path), error);
  const fs::path lock = fs::path(directory.path) / "lock";
  if (there && fs::exists(lock, error) && !is_alive(lock)) {
    return fail(Code::kNotFound, fmt::format("the `rotor run` in {} has ended: start it again", directory.path));
  }
  if (there) return directory.path;
  return fail(Code::kNotFound,
              fmt::format("no `rotor run` of these manifests is running: there is no {}; give -f as it "
                          "was given there, or --state-dir and the folder of that run",
                          kubeconfig_in(directory.path)));
}

}  // namespace

std::vector<std::string> running_in(const std::string& home) {
  std::vector<std::string> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(home, error)) {
    std::error_code ignored;
    if (!fs::exists(entry.path() / "kubeconfig", ignored) || !is_alive(entry.path() / "lock")) continue;
    out.push_back(entry.path().string());
  }
  std::ranges::sort(out);
  return out;
}

Result<ServerChoice> choose_server(const ServerFlags& flags, const std::string& named_run, const Surroundings& around) {
  if (!flags.kubeconfig.empty()) return ServerChoice{flags.kubeconfig, "--kubeconfig"};
  if (!named_run.empty()) return ServerChoice{kubeconfig_in(named_run), "`rotor run` in " + named_run};
  const std::string cluster = cluster_of(around);
  if (!cluster.empty()) return ServerChoice{"", cluster + run_too(around)};
  if (around.runs.empty()) return fail(Code::kNotFound, std::string(kStartOne));
  if (around.runs.size() == 1) {
    return ServerChoice{kubeconfig_in(around.runs.front()), "`rotor run` in " + around.runs.front()};
  }
  return fail(Code::kInvalid,
              fmt::format("{} `rotor run` are running here: choose one with -f and its manifests, or with "
                          "--state-dir and one of {}",
                          around.runs.size(), fmt::join(around.runs, ", ")));
}

Result<ServerChoice> find_server(const ServerFlags& flags) {
  Surroundings around{.kubeconfig_variable = variable("KUBECONFIG"),
                      .in_pod = !variable("KUBERNETES_SERVICE_HOST").empty()};
  const std::string home = variable("HOME");
  std::error_code error;
  if (const std::string file = home + "/.kube/config"; !home.empty() && fs::exists(file, error)) {
    around.home_kubeconfig = file;
  }
  if (const auto state = local::state_home(); state && !state->path.empty()) around.runs = running_in(state->path);
  TRY(const std::string named, named_run_of(flags));
  return choose_server(flags, named, around);
}

}  // namespace rotor::cli
