#include "openclaw/file_references.hpp"

#include <map>
#include <optional>
#include <string_view>

#include "json/document.hpp"

namespace rotor::openclaw {
namespace {

using Of = FileReference::Of;

struct FileSource {
  std::string name;
  bool optional = false;
  std::optional<std::map<std::string, std::string>> items;  // path -> key; none: each key under its own name
};

using Items = std::optional<std::map<std::string, std::string>>;

Items items_of(const json::Value* items) {
  if (items == nullptr || !items->is_array()) return std::nullopt;
  Items out;
  out.emplace();
  for (const json::Value& item : items->get_array()) {
    out->emplace(json::find_string(item, "path"), json::find_string(item, "key"));
  }
  return out->empty() ? std::nullopt : out;
}

Items items_of(const api::OptionalRaw& raw) {
  const auto parsed = raw ? json::parse(raw->text) : json::Value(nullptr);
  return parsed ? items_of(&*parsed) : std::nullopt;
}

bool is_true(const json::Value* value) { return value != nullptr && value->is_bool() && value->get_bool(); }

void add_projected(const api::OptionalRaw& raw, Of of, std::vector<FileSource>& out) {
  const auto parsed = raw ? json::parse(raw->text) : json::Value(nullptr);
  const json::Value* sources = parsed ? json::find(*parsed, "sources") : nullptr;
  if (sources == nullptr || !sources->is_array()) return;
  for (const json::Value& source : sources->get_array()) {
    const json::Value* part = json::find(source, of == Of::kSecret ? "secret" : "configMap");
    if (part == nullptr || !part->is_object()) continue;
    out.push_back({std::string(json::find_string(*part, "name")), is_true(json::find(*part, "optional")),
                   items_of(json::find(*part, "items"))});
  }
}

std::vector<FileSource> sources_of(const api::Volume& volume, Of of) {
  std::vector<FileSource> out;
  if (of == Of::kSecret && volume.secret) {
    out.push_back(
        {volume.secret->secret_name, volume.secret->optional.value_or(false), items_of(volume.secret->items)});
  }
  if (of == Of::kConfigMap && volume.config_map) {
    const api::ConfigMapVolume& map = *volume.config_map;
    out.push_back({map.name, map.optional.value_or(false), items_of(map.items)});
  }
  add_projected(volume.projected, of, out);
  std::erase_if(out, [](const FileSource& source) { return source.name.empty(); });
  return out;
}

// A credential that a driver is given when it mounts: asked for again at the next mount only.
void add_driver(const api::Volume& volume, Of of, std::vector<FileSource>& out) {
  const auto parsed = volume.csi && of == Of::kSecret ? json::parse(volume.csi->text) : json::Value(nullptr);
  if (!parsed) return;
  const std::string_view name = json::find_string(*parsed, "nodePublishSecretRef.name");
  if (!name.empty()) out.push_back({std::string(name), false, std::nullopt});
}

struct Mounts {
  std::vector<std::string> paths;  // by subPath
  bool unknown_path = false;       // by an expression
  bool by_init = false;            // whole, by one that runs before the others
  bool by_running = false;         // whole, by one that goes on running
};

void add_mounts(const api::Container& container, bool runs_on, const std::string& volume, Mounts& out) {
  for (const api::VolumeMount& mount : container.volume_mounts) {
    if (mount.name != volume) continue;
    if (!mount.sub_path_expr.empty()) {
      out.unknown_path = true;
    } else if (!mount.sub_path.empty()) {
      out.paths.push_back(mount.sub_path);
    } else {
      (runs_on ? out.by_running : out.by_init) = true;
    }
  }
}

Mounts mounts_of(const api::PodSpec& pod, const std::string& volume) {
  Mounts out;
  for (const api::Container& c : pod.init_containers) add_mounts(c, c.restart_policy == "Always", volume, out);
  for (const api::Container& c : pod.containers) add_mounts(c, true, volume, out);
  return out;
}

bool is_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

// A path that leads to no file of the source takes nothing from it.
void add_path(const FileSource& source, const std::string& path, std::vector<FileReference>& out) {
  if (!source.items) {
    out.push_back({source.name, path.substr(0, path.find('/')), !source.optional, false});
    return;
  }
  for (const auto& [file, key] : *source.items) {
    if (is_below(file, path) || is_below(path, file)) out.push_back({source.name, key, !source.optional, true});
  }
}

void add_whole(const FileSource& source, std::vector<FileReference>& out) {
  if (!source.items) return out.push_back({source.name, "", !source.optional, false});
  for (const auto& [file, key] : *source.items) out.push_back({source.name, key, !source.optional, true});
}

}  // namespace

std::vector<FileReference> file_references(const api::PodSpec& pod, Of of, bool whole_volumes) {
  std::vector<FileReference> out;
  for (const api::Volume& volume : pod.volumes) {
    std::vector<FileSource> sources = sources_of(volume, of);
    if (whole_volumes) add_driver(volume, of, sources);
    if (sources.empty()) continue;
    const Mounts mounts = mounts_of(pod, volume.name);
    const bool init_alone = mounts.by_init && !mounts.by_running;
    const bool whole = mounts.unknown_path || init_alone || (whole_volumes && mounts.by_running);
    for (const FileSource& source : sources) {
      for (const std::string& path : mounts.paths) add_path(source, path, out);
      if (whole) add_whole(source, out);
    }
  }
  return out;
}

std::vector<FileReference> files_of(const api::Volume& volume) {
  std::vector<FileReference> out;
  for (const FileSource& source : sources_of(volume, Of::kSecret)) {
    if (!source.items) continue;
    for (const auto& [path, key] : *source.items) out.push_back({source.name, key, !source.optional, true, path});
  }
  return out;
}

}  // namespace rotor::openclaw
