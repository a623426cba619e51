#include "local/state_directory.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"

namespace rotor::local {
namespace {

std::string variable_or_empty(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string account_home() {
  std::array<char, 4096> buffer{};
  passwd row{};
  passwd* found = nullptr;
  if (getpwuid_r(geteuid(), &row, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return {};
  const std::string home = found->pw_dir;
  const bool usable = home.starts_with('/') && home != "/" && std::filesystem::is_directory(home) &&
                      ::access(home.c_str(), W_OK | X_OK) == 0;
  return usable ? home : std::string();
}

Result<void> check_absolute(std::string_view variable, const std::string& path) {
  if (path.empty() || path.starts_with('/')) return {};
  return fail(Code::kInvalid, fmt::format("{} is \"{}\": it must be an absolute path; correct it, unset it, or name a "
                                          "folder with --state-dir",
                                          variable, path));
}

std::string folder_for(const std::vector<std::string>& manifests) {
  std::string paths;
  for (const std::string& path : manifests) {
    std::error_code ignored;
    paths += std::filesystem::weakly_canonical(std::filesystem::absolute(path), ignored).string() + "\n";
  }
  return "run-" + hex_encode(sha256(paths)).substr(0, 12);
}

}  // namespace

Result<StateDirectory> private_directory() {
  std::string path = (std::filesystem::temp_directory_path() / "rotor-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) {
    return fail(Code::kUnavailable, fmt::format("making a folder for the state, {}: {}; name one with --state-dir",
                                                path, std::strerror(errno)));
  }
  return StateDirectory{path};
}

Result<StateHome> choose_state_home(const StateSources& sources) {
  TRY_VOID(check_absolute("XDG_STATE_HOME", sources.xdg_state_home));
  if (!sources.xdg_state_home.empty()) return StateHome{sources.xdg_state_home + "/rotor"};
  TRY_VOID(check_absolute("HOME", sources.home));
  const std::string home = sources.home.empty() ? sources.account_home : sources.home;
  if (!home.empty()) return StateHome{home + "/.local/state/rotor"};
  TRY_VOID(check_absolute("XDG_RUNTIME_DIR", sources.xdg_runtime_dir));
  if (sources.xdg_runtime_dir.empty()) return StateHome{""};
  StateHome out{sources.xdg_runtime_dir + "/rotor"};
  out.notice = fmt::format("HOME and XDG_STATE_HOME are not set: the state of this run is in {}", out.path);
  return out;
}

Result<StateHome> state_home() {
  return choose_state_home({.xdg_state_home = variable_or_empty("XDG_STATE_HOME"),
                            .home = variable_or_empty("HOME"),
                            .account_home = account_home(),
                            .xdg_runtime_dir = variable_or_empty("XDG_RUNTIME_DIR")});
}

Result<StateDirectory> state_directory(const std::vector<std::string>& manifests, const std::string& given) {
  if (!given.empty()) return StateDirectory{given};
  TRY(const StateHome home, state_home());
  if (home.path.empty()) {
    TRY(StateDirectory made, private_directory());
    made.notice = fmt::format("HOME and XDG_STATE_HOME are not set: the state of this run is in {}", made.path);
    return made;
  }
  return StateDirectory{home.path + "/" + folder_for(manifests), home.notice};
}

}  // namespace rotor::local
