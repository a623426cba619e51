// The mark that replaces a pod when something changes that it reads only when it starts.
#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "json/describe.hpp"
#include "openclaw/builders/config.hpp"
#include "openclaw/builders/objects.hpp"

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

}  // namespace

std::string config_hash(const api::InstanceSpec& spec, const Surroundings& around) {
  HashInput input;
  input.add(spec.config ? api::OptionalRaw(json::Raw{json::write(*spec.config)}) : std::nullopt);
  input.add(config_files(spec, around, {}));
  add_workspaces(spec, around, input);
  for (const api::OptionalRaw* block : {&spec.skills, &spec.runtime_deps, &spec.tailscale}) input.add(*block);
  input.add(std::string_view(json::write(spec.plugins)));
  input.add(std::string_view(json::write(spec.init_containers)));
  return input.digest();
}

}  // namespace rotor::openclaw
