#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "admission/instance_rules.hpp"
#include "api/core/quantity.hpp"

namespace rotor::admission {
namespace {

constexpr std::array<std::string_view, 15> kProviderVariables = {
    "ANTHROPIC_API_KEY",    "OPENAI_API_KEY",        "GOOGLE_AI_API_KEY", "GOOGLE_AI_STUDIO_API_KEY",
    "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT", "AWS_ACCESS_KEY_ID", "MISTRAL_API_KEY",
    "COHERE_API_KEY",       "TOGETHER_API_KEY",      "GROQ_API_KEY",      "FIREWORKS_API_KEY",
    "DEEPSEEK_API_KEY",     "OPENROUTER_API_KEY",    "XAI_API_KEY"};

// Containers of a pod share one set of names, init containers and sidecars included.
constexpr std::array<std::string_view, 18> kOperatorsContainers = {"init-config",
                                                                   "init-pnpm",
                                                                   "init-python",
                                                                   "init-skills",
                                                                   "init-plugins",
                                                                   "init-ollama",
                                                                   "init-plugin-runtime-deps",
                                                                   "init-uv",
                                                                   "init-pip",
                                                                   "init-tailscale-bin",
                                                                   "chromium",
                                                                   "openclaw",
                                                                   "gateway-proxy",
                                                                   "tailscale",
                                                                   "ollama",
                                                                   "web-terminal",
                                                                   "otel-collector",
                                                                   "secret-reload"};

bool brings_a_key(const json::Value& variable) {
  const std::string_view name = json::find_string(variable, "name");
  return std::ranges::find(kProviderVariables, name) != kProviderVariables.end() ||
         json::find(variable, "valueFrom.secretKeyRef") != nullptr;
}

void unpinned(const SpecReader& spec, std::string_view block, InstanceFindings& out) {
  if (!spec.on(fmt::format("{}.enabled", block)) || !spec.text(fmt::format("{}.image.digest", block)).empty()) return;
  out.warn(fmt::format("spec.{}.image has no digest: pin one, a tag may be moved to another image", block));
}

void quantity(const SpecReader& spec, std::string_view path, InstanceFindings& out) {
  const std::string_view text = spec.text(path);
  if (text.empty() || api::canonical_quantity(text)) return;
  out.deny(fmt::format("spec.{} \"{}\" is not a valid Kubernetes quantity: write for example 10Gi or 500m", path,
                       text.substr(0, 64)));
}

void amounts(const SpecReader& spec, std::string_view block, InstanceFindings& out) {
  for (const std::string_view amount : {"requests.cpu", "requests.memory", "limits.cpu", "limits.memory"}) {
    quantity(spec, fmt::format("{}.{}", block, amount), out);
  }
}

void container_names(const SpecReader& spec, std::string_view list, InstanceFindings& out) {
  int i = -1;
  for (const json::Value& container : spec.list(list)) {
    const std::string_view name = json::find_string(container, "name");
    ++i;
    if (name.empty()) {
      out.stop(fmt::format("spec.{}[{}].name is empty: a container has a name", list, i));
    } else if (std::ranges::find(kOperatorsContainers, name) != kOperatorsContainers.end()) {
      out.stop(fmt::format("spec.{}[{}].name \"{}\" is reserved for the operator: choose another", list, i, name));
    }
  }
}

}  // namespace

void judge_images_of_sidecars(const SpecReader& spec, InstanceFindings& out) {
  unpinned(spec, "chromium", out);
  unpinned(spec, "ollama", out);
  if (spec.on("ollama.enabled")) out.warn("spec.ollama is enabled: its container runs as root");
  unpinned(spec, "webTerminal", out);
}

void judge_provider_keys(const SpecReader& spec, InstanceFindings& out) {
  if (!spec.list("envFrom").empty() || std::ranges::any_of(spec.list("env"), brings_a_key)) return;
  out.warn(
      "no provider keys: spec.envFrom is empty and spec.env has no variable of a known provider and none from a "
      "Secret, so the assistant has no model to talk to");
}

// Both left out, they are chosen; one left out was mostly forgotten.
void judge_limits(const SpecReader& spec, InstanceFindings& out) {
  const bool cpu = !spec.text("resources.limits.cpu").empty();
  const bool memory = !spec.text("resources.limits.memory").empty();
  if (cpu == memory) return;
  out.deny_new(
      fmt::format("spec.resources.limits.{} is missing: resource limits are required - both CPU and memory limits "
                  "must be set, or neither for 2 and 4Gi",
                  cpu ? "memory" : "cpu"));
}

void judge_image(const SpecReader& spec, InstanceFindings& out) {
  const std::string_view tag = spec.text("image.tag");
  if (!spec.text("image.digest").empty() || (!tag.empty() && tag != "latest")) return;
  out.warn(
      "spec.image has the tag \"latest\", which is moved to another image at every release: pin a version or a "
      "digest");
}

void judge_quantities(const SpecReader& spec, InstanceFindings& out) {
  quantity(spec, "storage.persistence.size", out);
  for (const std::string_view block :
       {"resources", "chromium.resources", "tailscale.resources", "ollama.resources", "webTerminal.resources"}) {
    amounts(spec, block, out);
  }
  quantity(spec, "chromium.persistence.size", out);
  quantity(spec, "ollama.storage.sizeLimit", out);
}

void judge_containers(const SpecReader& spec, InstanceFindings& out) {
  container_names(spec, "initContainers", out);
  container_names(spec, "sidecars", out);
}

void judge_volumes(const SpecReader& spec, InstanceFindings& out) {
  std::set<std::string_view> seen;
  for (const std::string_view list : {"extraVolumes", "sidecarVolumes"}) {
    for (const json::Value& volume : spec.list(list)) {
      const std::string_view name = json::find_string(volume, "name");
      if (seen.insert(name).second) continue;
      out.warn(fmt::format("spec.{}: the volume \"{}\" is there twice, which no pod may have", list, name));
    }
  }
}

}  // namespace rotor::admission
