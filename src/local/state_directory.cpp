#include "local/state_directory.hpp"

#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"

namespace rotor::local {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string state_home() {
  if (const std::string state = environment("XDG_STATE_HOME"); !state.empty()) return state + "/rotor";
  if (const std::string home = environment("HOME"); !home.empty()) return home + "/.local/state/rotor";
  return (std::filesystem::temp_directory_path() / fmt::format("rotor-{}", geteuid())).string();
}

}  // namespace

std::string state_directory(const std::vector<std::string>& manifests) {
  std::string paths;
  for (const std::string& path : manifests) {
    std::error_code ignored;
    paths += std::filesystem::weakly_canonical(path, ignored).string() + "\n";
  }
  return state_home() + "/run-" + hex_encode(sha256(paths)).substr(0, 12);
}

}  // namespace rotor::local
