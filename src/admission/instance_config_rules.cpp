#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "admission/instance_rules.hpp"

namespace rotor::admission {
namespace {

// What the program and its forerunners are known to read at the top of their configuration. It refuses to start with a
// key it does not know, and its releases add keys: a warning, no more.
constexpr std::array<std::string_view, 44> kKnownKeys = {
    "$include",    "$schema",    "accessGroups", "acp",      "agents",    "apiKeys",
    "approvals",   "audio",      "auth",         "bindings", "broadcast", "browser",
    "canvasHost",  "channels",   "cli",          "commands", "cron",      "customInstructions",
    "diagnostics", "discovery",  "env",          "gateway",  "hooks",     "logging",
    "mcp",         "mcpServers", "media",        "memory",   "messages",  "meta",
    "models",      "nodeHost",   "plugins",      "secrets",  "session",   "settings",
    "skills",      "talk",       "telemetry",    "tools",    "ui",        "update",
    "web",         "wizard"};

bool path_fits(std::string_view path) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-").contains(c);
  };
  return !path.empty() && !path.starts_with('.') && !path.ends_with('.') && !path.contains("..") &&
         std::ranges::all_of(path, fits);
}

}  // namespace

void judge_config_keys(const SpecReader& spec, InstanceFindings& out) {
  if (spec.text("config.format") == "json5") return;
  for (const auto& [key, _] : spec.object("config.raw")) {
    if (std::ranges::find(kKnownKeys, std::string_view(key)) != kKnownKeys.end()) continue;
    out.warn(fmt::format("spec.config.raw.{} is no key that OpenClaw is known to read: it may refuse to start",
                         std::string_view(key).substr(0, 64)));
  }
}

void judge_config_format(const SpecReader& spec, InstanceFindings& out) {
  if (spec.text("config.format") != "json5") return;
  if (spec.has("config.raw")) {
    out.stop("spec.config.format json5 goes with configMapRef, and spec.config.raw is JSON: take one of them out");
  }
  if (spec.text("config.mergeMode") == "merge") {
    out.stop("spec.config.format json5 cannot be merged: set spec.config.mergeMode to overwrite, or write JSON");
  }
}

void judge_force_paths(const SpecReader& spec, InstanceFindings& out) {
  const json::Array& paths = spec.list("config.forcePaths");
  if (!paths.empty() && spec.text("config.mergeMode") != "merge") {
    out.deny(
        "spec.config.forcePaths[0]: paths are forced when configurations are merged: set spec.config.mergeMode to "
        "merge, or take the list out");
  }
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const std::string_view path = paths[i].is_string() ? std::string_view(paths[i].get_string()) : std::string_view();
    if (path_fits(path)) continue;
    out.stop(fmt::format("spec.config.forcePaths[{}] \"{}\" is no path: names of A-Z a-z 0-9 _ - joined by single dots",
                         i, path.substr(0, 128)));
  }
}

}  // namespace rotor::admission
