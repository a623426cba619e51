#include "local/node/volume_plan.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "json/document.hpp"

namespace rotor::local {
namespace {

using json::Value;

std::unexpected<Error> not_here(std::string_view volume, std::string_view what) {
  return fail(Code::kInvalid,
              fmt::format("volume \"{}\": {} cannot be had on a laptop; use an emptyDir, a persistentVolumeClaim, a "
                          "configMap or a secret instead, or leave the volume out here",
                          volume, what));
}

Result<Value> parse(std::string_view volume, const api::OptionalRaw& raw) {
  auto value = json::parse(raw ? raw->text : "null");
  if (!value) return std::unexpected(std::move(value).error().prefixed(fmt::format("volume \"{}\"", volume)));
  return value;
}

std::optional<std::int32_t> mode_of(const Value& item) {
  const Value* mode = json::find(item, "mode");
  if (mode == nullptr || !mode->is_int64()) return std::nullopt;
  return static_cast<std::int32_t>(mode->get_int64());
}

bool flag(const Value& value, std::string_view name) {
  const Value* found = json::find(value, name);
  return found != nullptr && found->is_bool() && found->get_bool();
}

// `key`: the member that says what the item is.
std::vector<PlannedItem> items_of(const Value* list, std::string_view key) {
  std::vector<PlannedItem> out;
  if (list == nullptr || !list->is_array()) return out;
  for (const Value& item : list->get_array()) {
    out.push_back(
        {std::string(json::find_string(item, key)), std::string(json::find_string(item, "path")), mode_of(item)});
  }
  return out;
}

Result<PlannedSource> pod_fields(std::string_view volume, const Value& source) {
  PlannedSource out{.kind = PlannedSource::Kind::kPodFields,
                    .items = items_of(json::find(source, "items"), "fieldRef.fieldPath")};
  for (const PlannedItem& item : out.items) {
    if (item.key.empty()) return not_here(volume, fmt::format("downwardAPI with resourceFieldRef ({})", item.path));
  }
  return out;
}

PlannedSource object(PlannedSource::Kind kind, const Value& source, std::string_view name) {
  return {kind, std::string(json::find_string(source, name)), flag(source, "optional"),
          items_of(json::find(source, "items"), "key")};
}

Result<PlannedSource> projected_source(std::string_view volume, const Value& source) {
  if (const Value* secret = json::find(source, "secret")) return object(PlannedSource::Kind::kSecret, *secret, "name");
  if (const Value* map = json::find(source, "configMap")) return object(PlannedSource::Kind::kConfigMap, *map, "name");
  if (const Value* fields = json::find(source, "downwardAPI")) return pod_fields(volume, *fields);
  const std::string what = source.is_object() && !source.get_object().empty()
                               ? std::string(source.get_object().begin()->key())
                               : std::string("an empty source");
  return not_here(volume, "projected source " + what);
}

Result<void> read_projected(const api::Volume& volume, PlannedVolume& out) {
  TRY(const Value projected, parse(volume.name, volume.projected));
  if (const Value* mode = json::find(projected, "defaultMode"); mode != nullptr && mode->is_int64()) {
    out.default_mode = static_cast<std::int32_t>(mode->get_int64());
  }
  const Value* sources = json::find(projected, "sources");
  if (sources == nullptr || !sources->is_array()) return {};
  for (const Value& source : sources->get_array()) {
    TRY(PlannedSource read, projected_source(volume.name, source));
    out.sources.push_back(std::move(read));
  }
  return {};
}

template <class T>
Result<PlannedSource> keys_of(PlannedSource::Kind kind, const std::string& name, const api::Volume& volume,
                              const T& source) {
  TRY(const Value items, parse(volume.name, source.items));
  return PlannedSource{kind, name, source.optional.value_or(false), items_of(&items, "key")};
}

Result<PlannedVolume> plan(const api::Volume& volume) {
  using Kind = PlannedVolume::Kind;
  PlannedVolume out{.name = volume.name};
  if (volume.persistent_volume_claim) {
    out.kind = Kind::kClaim;
    out.claim = volume.persistent_volume_claim->claim_name;
  } else if (volume.secret) {
    out.kind = Kind::kFiles;
    out.default_mode = volume.secret->default_mode.value_or(0644);
    TRY(PlannedSource source,
        keys_of(PlannedSource::Kind::kSecret, volume.secret->secret_name, volume, *volume.secret));
    out.sources.push_back(std::move(source));
  } else if (volume.config_map) {
    out.kind = Kind::kFiles;
    out.default_mode = volume.config_map->default_mode.value_or(0644);
    TRY(PlannedSource source,
        keys_of(PlannedSource::Kind::kConfigMap, volume.config_map->name, volume, *volume.config_map));
    out.sources.push_back(std::move(source));
  } else if (volume.projected) {
    out.kind = Kind::kFiles;
    TRY_VOID(read_projected(volume, out));
  } else if (volume.downward_api) {
    out.kind = Kind::kFiles;
    TRY(const Value fields, parse(volume.name, volume.downward_api));
    if (const Value* mode = json::find(fields, "defaultMode"); mode != nullptr && mode->is_int64()) {
      out.default_mode = static_cast<std::int32_t>(mode->get_int64());
    }
    TRY(PlannedSource source, pod_fields(volume.name, fields));
    out.sources.push_back(std::move(source));
  }
  return out;
}

// The source of a volume as its manifest calls it, when it is none that is had here.
std::string foreign_source(const api::Volume& v) {
  if (v.empty_dir || v.ephemeral || v.persistent_volume_claim || v.secret || v.config_map || v.projected ||
      v.downward_api) {
    return {};
  }
  const auto written = json::parse(json::write(v));
  if (!written || !written->is_object()) return {};
  for (const auto& member : written->get_object()) {
    if (member.key() != "name") return std::string(member.key());
  }
  return {};
}

Result<PlannedVolume> plan_named(const api::PodSpec& pod, const api::VolumeMount& mount) {
  const auto found = std::ranges::find(pod.volumes, mount.name, &api::Volume::name);
  if (found == pod.volumes.end()) {
    return fail(Code::kInvalid, fmt::format("volumeMounts: {} is mounted at {}, but the pod has no such volume",
                                            mount.name, mount.mount_path));
  }
  if (const std::string source = foreign_source(*found); !source.empty()) return not_here(mount.name, source);
  return plan(*found);
}

}  // namespace

Result<std::vector<PlannedVolume>> plan_volumes(const api::PodSpec& pod, const api::Container& container) {
  std::vector<PlannedVolume> out;
  for (const api::VolumeMount& mount : container.volume_mounts) {
    if (std::ranges::find(out, mount.name, &PlannedVolume::name) != out.end()) continue;
    TRY(PlannedVolume volume, plan_named(pod, mount));
    out.push_back(std::move(volume));
  }
  return out;
}

}  // namespace rotor::local
