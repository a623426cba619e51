#include "local/node/volume_files.hpp"

#include <array>

#include <fmt/format.h>

#include "local/node/private_folder.hpp"

namespace rotor::local {
namespace {

// Only the user can read what came from a Secret; nothing is there to be written to.
constexpr mode_t kOfSecrets = 0500;
constexpr mode_t kOfOthers = 0555;

std::string quoted_lines(const kube::StringMap& map) {
  std::string out;
  for (const auto& [key, value] : map) {
    std::string text;
    for (const char c : value) {
      if (c == '"' || c == '\\') text += '\\';
      text += c == '\n' ? std::string("\\n") : std::string(1, c);
    }
    out += fmt::format("{}{}=\"{}\"", out.empty() ? "" : "\n", key, text);
  }
  return out;
}

std::optional<std::string> entry(std::string_view path, std::string_view map_name, const kube::StringMap& map) {
  if (path == map_name) return quoted_lines(map);
  if (!path.starts_with(map_name)) return std::nullopt;
  path.remove_prefix(map_name.size());
  if (!path.starts_with("['") || !path.ends_with("']") || path.size() < 5) return std::nullopt;
  const auto found = map.find(path.substr(2, path.size() - 4));
  return found == map.end() ? "" : found->second;
}

std::optional<std::string> field_of(const kube::ObjectMeta& pod, std::string_view path) {
  const std::array<std::pair<std::string_view, const std::string*>, 3> fields = {
      {{"metadata.name", &pod.name}, {"metadata.namespace", &pod.ns}, {"metadata.uid", &pod.uid}}};
  for (const auto& [name, value] : fields) {
    if (path == name) return *value;
  }
  if (auto value = entry(path, "metadata.labels", pod.labels)) return value;
  return entry(path, "metadata.annotations", pod.annotations);
}

class Builder {
 public:
  Builder(const PlannedVolume& volume, const VolumeObjects& objects) : volume_(volume), objects_(objects) {}

  Result<VolumeFiles> build() {
    for (const PlannedSource& source : volume_.sources) {
      using Kind = PlannedSource::Kind;
      if (source.kind == Kind::kSecret) {
        TRY_VOID(add_keys("secret", source, objects_.secrets, kOfSecrets));
      } else if (source.kind == Kind::kConfigMap) {
        TRY_VOID(add_keys("configmap", source, objects_.config_maps, kOfOthers));
      } else {
        TRY_VOID(add_fields(source));
      }
    }
    return std::move(out_);
  }

 private:
  std::unexpected<Error> missing(const std::string& what) const {
    return fail(Code::kNotFound, fmt::format("volume \"{}\": {}", volume_.name, what));
  }

  Result<void> add(const PlannedItem& item, SecretBytes content, mode_t allowed) {
    if (!is_plain_path(item.path) || item.path.starts_with("..")) {
      return fail(Code::kInvalid,
                  fmt::format("volume \"{}\": items: path \"{}\" must be relative and stay in the volume", volume_.name,
                              item.path));
    }
    const auto mode = static_cast<mode_t>(item.mode.value_or(volume_.default_mode)) & allowed;
    out_.insert_or_assign(item.path, VolumeFile{std::move(content), mode});
    return {};
  }

  Result<void> add_keys(std::string_view kind, const PlannedSource& source,
                        const std::map<std::string, SecretMap, std::less<>>& objects, mode_t allowed) {
    const auto object = objects.find(source.name);
    if (object == objects.end()) {
      if (source.optional) return {};
      return missing(fmt::format("{} \"{}\" not found", kind, source.name));
    }
    if (source.items.empty()) {
      for (const auto& [key, value] : object->second) TRY_VOID(add({key, key}, value, allowed));
      return {};
    }
    for (const PlannedItem& item : source.items) {
      const auto value = object->second.find(item.key);
      if (value != object->second.end()) {
        TRY_VOID(add(item, value->second, allowed));
      } else if (!source.optional) {
        return missing(fmt::format("couldn't find key {} in {} {}", item.key, kind, source.name));
      }
    }
    return {};
  }

  Result<void> add_fields(const PlannedSource& source) {
    for (const PlannedItem& item : source.items) {
      const auto value = field_of(objects_.pod, item.key);
      if (!value) {
        return fail(Code::kInvalid,
                    fmt::format("volume \"{}\": fieldPath \"{}\" is not supported", volume_.name, item.key));
      }
      TRY_VOID(add(item, SecretBytes(*value), kOfOthers));
    }
    return {};
  }

  const PlannedVolume& volume_;
  const VolumeObjects& objects_;
  VolumeFiles out_;
};

}  // namespace

Result<VolumeFiles> volume_files(const PlannedVolume& volume, const VolumeObjects& objects) {
  return Builder(volume, objects).build();
}

}  // namespace rotor::local
