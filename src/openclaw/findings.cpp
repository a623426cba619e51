#include "openclaw/findings.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "openclaw/builders/config.hpp"
#include "openclaw/builders/config_document.hpp"
#include "openclaw/builders/in_place.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/builders/parts.hpp"
#include "openclaw/builders/workspace.hpp"
#include "openclaw/config_problem.hpp"
#include "openclaw/program_version.hpp"
#include "openclaw/surroundings.hpp"

namespace rotor::openclaw {
namespace {

// Conditions that are there only while something is to be said.
constexpr std::array<std::string_view, 3> kPassing = {"WorkspaceReady", "ProgramVersionKnown", "ConfigMapsReady"};

// Ours would be written over the user's own, and both would be gone with the instance.
void reserved_names(const api::OpenClawInstance& instance, std::vector<Finding>& out) {
  for (const std::string& name : named_config_maps(instance.spec)) {
    if (name != config_map_name(instance) && name != workspace_map_name(instance)) continue;
    out.push_back(obstacle("ConfigValid", "ConfigMapReserved",
                           fmt::format("A configMapRef of the spec names ConfigMap \"{}\", which is made for the "
                                       "instance and not read: keep yours under another name",
                                       name)));
    return;
  }
}

// The program would stop at once, and a pod that runs is not given what it cannot start with.
void config_text(const api::OpenClawInstance& instance, const Surroundings& around, std::vector<Finding>& out) {
  std::string problem = config_problem(instance.spec, around);
  if (problem.empty()) return;
  out.push_back(obstacle("ConfigValid", "ConfigUnreadable", std::move(problem)));
  out.back().event = "ConfigUnreadable";
  out.back().of_text = true;
}

void config_source(const api::OpenClawInstance& instance, const Surroundings& around, std::vector<Finding>& out) {
  const auto& config = instance.spec.config;
  if (!config) return;
  if (!config->config_map_ref) return config_text(instance, around, out);
  const std::string& name = config->config_map_ref->name;
  const std::string key = config_key(*config->config_map_ref);
  const auto found = around.config_maps.find(name);
  if (found == around.config_maps.end() || found->second == nullptr) {
    out.push_back(obstacle("ConfigValid", "ConfigMapNotFound",
                           fmt::format("spec.config.configMapRef: ConfigMap \"{}\" not found in namespace \"{}\"; "
                                       "create it there, or name another one",
                                       name, instance.metadata.ns)));
  } else if (!found->second->contains(key)) {
    out.push_back(obstacle("ConfigValid", "ConfigMapKeyNotFound",
                           fmt::format("spec.config.configMapRef: ConfigMap \"{}\" has no key \"{}\" in its data; add "
                                       "it, or name another one in spec.config.configMapRef.key",
                                       name, key)));
  } else {
    config_text(instance, around, out);
  }
}

void workspace_sources(const api::OpenClawInstance& instance, const Surroundings& around, std::vector<Finding>& out) {
  const WorkspacePlan plan = plan_workspace(instance.spec, around);
  Finding found{
      .condition = "WorkspaceReady", .status = "False", .reason = {}, .message = {}, .event = {}, .stops = false};
  if (!plan.missing.empty()) {
    found.reason = "ConfigMapNotFound";
    found.event = "WorkspaceConfigMapNotFound";
    found.message = fmt::format("No ConfigMap \"{}\" in namespace \"{}\": the workspace does without its files",
                                fmt::join(plan.missing, "\", \""), instance.metadata.ns);
  } else if (!plan.unusable.empty()) {
    found.reason = "InvalidFilename";
    found.event = "InvalidWorkspaceFilename";
    found.message = fmt::format("Left out of the workspace: {}", fmt::join(plan.unusable, "; "));
  } else if (plan.uses_config_maps) {
    found.status = "True";
    found.reason = "Resolved";
    found.message = fmt::format("All workspace ConfigMaps resolved with {} total file(s)", plan.from_config_maps);
  } else {
    return;
  }
  out.push_back(std::move(found));
}

// Without the proxy nothing but the gateway itself could be reached from outside, and it listens where nobody comes.
void unreachable_gateway(const api::OpenClawInstance& instance, std::vector<Finding>& out) {
  const auto& config = instance.spec.config;
  if (proxy_runs(instance.spec) || !config || config->config_map_ref || !config->raw) return;
  const std::string bind = config_bind(config->raw->text);
  if (bind != "loopback" && bind != "127.0.0.1") return;
  out.push_back(
      {.condition = {},
       .status = {},
       .reason = {},
       .message = fmt::format("spec.config.raw sets gateway.bind to \"{}\" and spec.gateway.enabled is false: "
                              "nobody outside the pod reaches the gateway; set gateway.bind to \"{}\", or "
                              "leave the proxy on",
                              bind, rules_of(program_version(instance.spec)).listens_all),
       .event = "GatewayBindConflict",
       .stops = false});
}

void refused_bind(const api::OpenClawInstance& instance, const Surroundings& around, std::vector<Finding>& out) {
  std::string problem = bind_problem(instance.spec, around);
  if (problem.empty()) return;
  out.push_back(obstacle("ConfigValid", "GatewayBindRefused", std::move(problem)));
  out.back().event = "GatewayBindRefused";
  out.back().of_text = true;
}

void unknown_version(const api::OpenClawInstance& instance, std::vector<Finding>& out) {
  std::string note = version_note(program_version(instance.spec));
  if (note.empty()) return;
  out.push_back({.condition = "ProgramVersionKnown",
                 .status = "False",
                 .reason = "NewerThanTried",
                 .message = std::move(note),
                 .event = {},
                 .stops = false});
}

Finding warning(std::string event, std::string message) {
  return {.condition = {},
          .status = {},
          .reason = {},
          .message = std::move(message),
          .event = std::move(event),
          .stops = false};
}

void secret_delivery(const api::OpenClawInstance& instance, const Surroundings& around, std::vector<Finding>& out) {
  if (std::string problem = delivery_problem(instance); !problem.empty()) {
    out.push_back(warning("SecretDeliveryInvalid", std::move(problem)));
  } else if (wants_reload(instance) && in_place_keys(instance, around).empty()) {
    out.push_back(warning("SecretDeliveryUnused",
                          fmt::format("annotation {}: reload has no effect: no model key of this instance can be "
                                      "delivered without a restart. It takes ANTHROPIC_API_KEY, OPENAI_API_KEY or a "
                                      "variable that models.providers.NAME.apiKey names, from a Secret that is not "
                                      "optional, and a configuration that is plain JSON and names the provider",
                                      kSecretDelivery)));
  }
}

// Nothing stops for it: pods that run are left alone (rotation), and a new one starts as soon as it is there.
void read_at_start(const api::OpenClawInstance& instance, const ConfigMapReferences& references,
                   const Surroundings& around, std::vector<Finding>& out) {
  const std::vector<std::string> lacking = lacking_config_maps(references, around);
  if (instance.spec.suspended || lacking.empty()) return;
  out.push_back(
      {.condition = "ConfigMapsReady",
       .status = "False",
       .reason = "ConfigMapNotFound",
       .message = fmt::format("Not there in namespace \"{}\": {}. A container needs it to start: a new pod waits "
                              "for it, and one that runs is not replaced. Create it, or say `optional: true` "
                              "where env, envFrom or the volume refers to it",
                              instance.metadata.ns, fmt::join(lacking, ", ")),
       .event = "ConfigMapNotFound",
       .stops = false});
}

}  // namespace

Finding obstacle(std::string_view condition, std::string_view reason, std::string message) {
  return {.condition = std::string(condition),
          .status = "False",
          .reason = std::string(reason),
          .message = std::move(message),
          .event = {},
          .stops = true};
}

std::vector<Finding> look_over(const api::OpenClawInstance& instance, const Surroundings& around,
                               const ConfigMapReferences& references) {
  std::vector<Finding> out;
  reserved_names(instance, out);
  config_source(instance, around, out);
  if (stopping(out) == nullptr) refused_bind(instance, around, out);
  read_at_start(instance, references, around, out);
  workspace_sources(instance, around, out);
  unreachable_gateway(instance, out);
  unknown_version(instance, out);
  secret_delivery(instance, around, out);
  return out;
}

const Finding* stopping(std::span<const Finding> findings) {
  const auto found = std::ranges::find_if(findings, &Finding::stops);
  return found == findings.end() ? nullptr : &*found;
}

void set_findings(std::vector<kube::Condition>& conditions, std::span<const Finding> findings,
                  const std::vector<kube::Condition>& before, std::int64_t generation, WallTime now) {
  for (const std::string_view type : kPassing) {
    if (std::ranges::find(findings, type, &Finding::condition) != findings.end()) continue;
    std::erase_if(conditions, [type](const kube::Condition& c) { return c.type == type; });
  }
  for (const Finding& finding : findings) {
    if (finding.condition.empty()) continue;
    kube::Condition condition;
    condition.type = finding.condition;
    condition.status = finding.status;
    condition.reason = finding.reason;
    condition.message = finding.message;
    condition.observed_generation = generation;
    const kube::Condition* const earlier = kube::find_condition(before, condition.type);
    const auto present = std::ranges::find(conditions, condition.type, &kube::Condition::type);
    const bool stays = earlier != nullptr && earlier->status == condition.status;
    if (stays && present != conditions.end()) *present = *earlier;
    kube::set_condition(conditions, std::move(condition), now);
  }
}

}  // namespace rotor::openclaw
