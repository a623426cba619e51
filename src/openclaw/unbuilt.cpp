#include "openclaw/unbuilt.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace rotor::openclaw {
namespace {

struct Feature {
  std::string_view field;  // as it is called to people
  std::string_view path;   // what asks for it: true, or not empty
};

constexpr std::array<Feature, 19> kUnbuilt = {{
    {"autoUpdate", "autoUpdate.enabled"},
    {"availability.autoScaling", "availability.autoScaling.enabled"},
    {"backup.schedule", "backup.schedule"},
    {"chromium", "chromium.enabled"},
    {"networking.httpRoute", "networking.httpRoute.enabled"},
    {"networking.ingress", "networking.ingress.enabled"},
    {"observability.metrics.grafanaDashboard", "observability.metrics.grafanaDashboard.enabled"},
    {"observability.metrics.prometheusRule", "observability.metrics.prometheusRule.enabled"},
    {"observability.metrics.serviceMonitor", "observability.metrics.serviceMonitor.enabled"},
    {"ollama", "ollama.enabled"},
    {"plugins", "plugins"},
    {"probes.diskReadiness", "probes.diskReadiness.enabled"},
    {"restoreFrom", "restoreFrom"},
    {"runtimeDeps", "runtimeDeps.pnpm"},
    {"runtimeDeps", "runtimeDeps.python"},
    {"selfConfigure", "selfConfigure.enabled"},
    {"skills", "skills"},
    {"tailscale", "tailscale.enabled"},
    {"webTerminal", "webTerminal.enabled"},
}};

bool asks(const json::Value* value) {
  if (value == nullptr) return false;
  if (value->is_bool()) return value->get_bool();
  if (value->is_string()) return !value->get_string().empty();
  return value->is_array() && !value->get_array().empty();
}

// The workspaces themselves are made.
bool asks_for_workspace_skills(const json::Value& spec) {
  const json::Value* more = json::find(spec, "workspace.additionalWorkspaces");
  if (more == nullptr || !more->is_array()) return false;
  return std::ranges::any_of(more->get_array(), [](const json::Value& one) { return asks(json::find(one, "skills")); });
}

}  // namespace

std::vector<std::string> unbuilt_features(const json::Value& spec) {
  std::vector<std::string> out;
  for (const Feature& feature : kUnbuilt) {
    if (!asks(json::find(spec, feature.path))) continue;
    std::string name = fmt::format("spec.{}", feature.field);
    if (out.empty() || out.back() != name) out.push_back(std::move(name));
  }
  if (asks_for_workspace_skills(spec)) out.emplace_back("spec.workspace.additionalWorkspaces[].skills");
  return out;
}

}  // namespace rotor::openclaw
