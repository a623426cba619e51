#include "local/node/local_container.hpp"

#include <algorithm>

namespace rotor::local {
namespace {

constexpr std::string_view kHome = "HOME";
constexpr std::string_view kDollar = "$$";  // values and arguments are expanded afterwards

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '$') out += '$';
    out += c;
  }
  return out;
}

// In place, for what comes after it and refers to it; first of all when the container has none.
void set_home(std::vector<api::EnvVar>& env, const std::string& home) {
  const auto found = std::ranges::find(env, kHome, &api::EnvVar::name);
  if (found == env.end()) env.insert(env.begin(), {std::string(kHome), {}, {}});
  for (api::EnvVar& variable : env) {
    if (variable.name == kHome) variable = {std::string(kHome), escaped(home), std::nullopt};
  }
}

}  // namespace

LocalContainer localize(api::Container container, EnvironmentSources sources, const MountMap& mounts,
                        const std::string& home) {
  for (auto* words : {&container.command, &container.args}) {
    for (std::string& word : *words) word = mounts.rewrite(word, kDollar);
  }
  for (api::EnvVar& variable : container.env) {
    if (variable.value) variable.value = mounts.rewrite(*variable.value, kDollar);
  }
  set_home(container.env, home);
  for (auto& [name, data] : sources.config_maps) {
    for (auto& [key, value] : data) value = mounts.rewrite(value);
  }
  if (!container.working_dir.empty()) {
    container.working_dir = mounts.local(container.working_dir).value_or(container.working_dir);
  }
  return {std::move(container), std::move(sources), mounts};
}

}  // namespace rotor::local
