// The mark that replaces a pod when something changes that it reads only when it starts.
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "json/describe.hpp"
#include "openclaw/builders/config.hpp"
#include "openclaw/builders/in_place.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/builders/workspace.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

// Every part with its length in front: no two different inputs look alike.
class HashInput {
 public:
  void add(std::string_view part) { text_.append(std::to_string(part.size())).append(1, ':').append(part); }
  void add(const api::OptionalRaw& block) {
    const auto sorted = block ? json::compact_sorted(block->text, json::Escape::kPlain) : std::string();
    add(std::string_view(sorted ? *sorted : block->text));
  }
  void add(const api::StringMap& texts) {
    add(std::to_string(texts.size()));
    for (const auto& [name, text] : texts) {
      add(std::string_view(name));
      add(std::string_view(text));
    }
  }
  std::string digest() const { return hex_encode(sha256(text_).substr(0, 8)); }

 private:
  std::string text_;
};

// Files of ConfigMaps count, those that stand in the spec do not: they reach an empty place only, and whoever edits
// them does not ask for a restart.
void add_workspaces(const api::InstanceSpec& spec, const Surroundings& around, HashInput& input) {
  if (!spec.workspace) return;
  const auto add_map = [&](const std::optional<api::WorkspaceConfigMap>& reference) {
    const auto found = reference ? around.config_maps.find(reference->name) : around.config_maps.end();
    const bool there = found != around.config_maps.end() && found->second != nullptr;
    input.add(there ? *found->second : api::StringMap{});
  };
  add_map(spec.workspace->config_map_ref);
  for (const api::AdditionalWorkspace& more : spec.workspace->additional_workspaces) {
    input.add(std::string_view(more.name));
    add_map(more.config_map_ref);
    input.add(std::string_view(json::write(more.skills)));
  }
}

// One that is not there looks like no other, an empty one included.
void add_read_at_start(const ConfigMapReferences& references, const Surroundings& around, HashInput& input) {
  for (const auto& [name, reference] : references) {
    input.add(std::string_view(name));
    const auto found = around.config_maps.find(name);
    const bool there = found != around.config_maps.end() && found->second != nullptr;
    if (!there) continue;
    if (reference.keys.empty()) {
      input.add(*found->second);
      continue;
    }
    api::StringMap consumed;
    for (const std::string& key : reference.keys) {
      if (const std::string* value = around.text(name, key)) consumed.emplace(key, *value);
    }
    input.add(consumed);
  }
}

}  // namespace

ConfigMapReferences others_config_maps(const api::OpenClawInstance& instance, const api::PodSpec& pod) {
  ConfigMapReferences all = config_map_references(pod, rolls_on_volumes(instance));
  all.erase(config_map_name(instance));
  all.erase(workspace_map_name(instance));
  return all;
}

std::vector<std::string> lacking_config_maps(const ConfigMapReferences& references, const Surroundings& around) {
  std::vector<std::string> out;
  for (const auto& [name, reference] : references) {
    const auto found = around.config_maps.find(name);
    const bool there = found != around.config_maps.end() && found->second != nullptr;
    if (!there) {
      if (reference.required || !reference.required_keys.empty()) out.push_back(fmt::format("ConfigMap \"{}\"", name));
      continue;
    }
    for (const std::string& key : reference.required_keys) {
      if (around.text(name, key) == nullptr) out.push_back(fmt::format("ConfigMap \"{}\" (key {})", name, key));
    }
  }
  return out;
}

ConfigMark next_config_mark(const ConfigMark& present, std::string now, bool lacking) {
  if (present.hash.empty()) return {std::move(now), lacking ? std::string(kAwaited) : std::string()};
  // Containers that name nothing of what is missing may run, and follow what they read.
  if (lacking && present.read == kAwaited) return {std::move(now), std::string(kAwaited)};
  if (lacking) return present;  // pods that run are left alone while new ones could not start
  if (present.read == kAwaited || present.read == now) return {present.hash, std::move(now)};
  return {std::move(now), {}};
}

std::string config_hash(const api::InstanceSpec& spec, const Surroundings& around, const AlsoHashed& also) {
  HashInput input;
  input.add(spec.config ? api::OptionalRaw(json::Raw{json::write(*spec.config)}) : std::nullopt);
  input.add(config_files(spec, around, {}, also.in_place));
  add_workspaces(spec, around, input);
  for (const api::OptionalRaw* block : {&spec.skills, &spec.runtime_deps, &spec.tailscale}) input.add(*block);
  input.add(std::string_view(json::write(spec.plugins)));
  input.add(std::string_view(json::write(spec.init_containers)));
  add_read_at_start(also.read_at_start, around, input);
  return input.digest();
}

}  // namespace rotor::openclaw
