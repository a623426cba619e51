#include "local/node/foreseen.hpp"

#include <algorithm>
#include <string_view>

#include "local/node/agent.hpp"

namespace rotor::local {
namespace {

constexpr std::string_view kHome = "HOME";

SecretBytes in_folder_of_run(const SecretBytes& value, const FolderNames& folders) {
  SecretBytes out;
  std::string_view rest = value.reveal();
  for (std::size_t at = rest.find(folders.now); at != std::string_view::npos; at = rest.find(folders.now)) {
    out.append(rest.substr(0, at));
    out.append(folders.then);
    rest.remove_prefix(at + folders.now.size());
  }
  out.append(rest);
  return out;
}

bool is_said(const api::Container& manifest, std::string_view name) {
  return name != kHome && std::ranges::find(manifest.env, name, &api::EnvVar::name) != manifest.env.end();
}

}  // namespace

Environment foreseen(Environment own, const api::Container& manifest, const FolderNames& folders) {
  for (Variable& variable : own) {
    if (!folders.now.empty() && !folders.then.empty()) variable.value = in_folder_of_run(variable.value, folders);
    if (!variable.origin.empty() || is_said(manifest, variable.name)) continue;
    variable.origin = variable.name == kPortVariable ? "rotor run, any port that is free" : "rotor run";
  }
  return own;
}

}  // namespace rotor::local
