#include "local/node/environment.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <unistd.h>

namespace rotor::local {
namespace {

bool is_optional(const std::optional<bool>& flag) { return flag.value_or(false); }

std::string origin_of(std::string_view kind, std::string_view object, std::string_view key) {
  return fmt::format("key {} of {} {}", key, kind, object);
}

std::unexpected<Error> missing(std::string_view kind, std::string_view name) {
  return fail(Code::kNotFound, fmt::format("{} \"{}\" not found", kind, name));
}

std::string_view name_of(std::string_view line) { return line.substr(0, line.find('=')); }

bool is_meant(std::string_view name, std::string_view pattern) {
  return pattern.ends_with('*') ? name.starts_with(pattern.substr(0, pattern.size() - 1)) : name == pattern;
}

class Builder {
 public:
  Builder(const api::Container& container, const EnvironmentSources& sources)
      : container_(container), sources_(sources) {}

  Result<Environment> build() {
    for (const api::EnvFromSource& source : container_.env_from) TRY_VOID(add_all(source));
    for (const api::EnvVar& variable : container_.env) TRY_VOID(add(variable));
    Environment out;
    for (const std::string& name : order_) out.push_back(std::move(known_.find(name)->second));
    return out;
  }

 private:
  void set(Variable variable) {
    if (!known_.contains(variable.name)) order_.push_back(variable.name);
    std::string name = variable.name;
    known_.insert_or_assign(std::move(name), std::move(variable));
  }

  Result<void> add_all(const api::EnvFromSource& source) {
    if (source.secret_ref) {
      const auto it = sources_.secrets.find(source.secret_ref->name);
      if (it != sources_.secrets.end()) {
        for (const auto& [key, value] : it->second) {
          set({source.prefix + key, value, local::origin_of("secret", it->first, key)});
        }
      } else if (!is_optional(source.secret_ref->optional)) {
        return missing("secret", source.secret_ref->name);
      }
    }
    if (source.config_map_ref) {
      const auto it = sources_.config_maps.find(source.config_map_ref->name);
      if (it != sources_.config_maps.end()) {
        for (const auto& [key, value] : it->second) {
          set({source.prefix + key, SecretBytes(value), local::origin_of("configmap", it->first, key)});
        }
      } else if (!is_optional(source.config_map_ref->optional)) {
        return missing("configmap", source.config_map_ref->name);
      }
    }
    return {};
  }

  Result<void> add(const api::EnvVar& variable) {
    if (!variable.value_from) {
      Variable expanded = expand(variable.value.value_or(""), known_);
      expanded.name = variable.name;
      set(std::move(expanded));
      return {};
    }
    const api::EnvVarSource& from = *variable.value_from;
    TRY(std::optional<SecretBytes> value, look_up(variable.name, from));
    if (value) set({variable.name, *std::move(value), origin_of(from)});
    return {};
  }

  static std::string origin_of(const api::EnvVarSource& from) {
    if (from.secret_key_ref) return local::origin_of("secret", from.secret_key_ref->name, from.secret_key_ref->key);
    if (from.config_map_key_ref)
      return local::origin_of("configmap", from.config_map_key_ref->name, from.config_map_key_ref->key);
    return from.field_ref ? "field " + from.field_ref->field_path : std::string();
  }

  // nullopt: an optional reference to what is not there; the variable is left out.
  Result<std::optional<SecretBytes>> look_up(const std::string& name, const api::EnvVarSource& from) const {
    if (from.secret_key_ref) return key_of("secret", sources_.secrets, *from.secret_key_ref);
    if (from.config_map_key_ref) return key_of("configmap", sources_.config_maps, *from.config_map_key_ref);
    if (from.field_ref) return field_of(name, from.field_ref->field_path);
    return fail(Code::kInvalid,
                fmt::format("env {}: this kind of valueFrom cannot be had outside a cluster; give it a value", name));
  }

  template <class Maps>
  static Result<std::optional<SecretBytes>> key_of(std::string_view kind, const Maps& objects,
                                                   const api::KeySelector& ref) {
    const auto object = objects.find(ref.name);
    if (object == objects.end()) {
      if (is_optional(ref.optional)) return std::nullopt;
      return missing(kind, ref.name);
    }
    const auto value = object->second.find(ref.key);
    if (value != object->second.end()) return to_secret(value->second);
    if (is_optional(ref.optional)) return std::nullopt;
    return fail(Code::kNotFound, fmt::format("couldn't find key {} in {} {}", ref.key, kind, ref.name));
  }

  static SecretBytes to_secret(const SecretBytes& value) { return value; }
  static SecretBytes to_secret(const std::string& value) { return SecretBytes(value); }

  Result<std::optional<SecretBytes>> field_of(const std::string& name, const std::string& path) const {
    const kube::ObjectMeta& pod = sources_.pod;
    const std::array<std::pair<std::string_view, const std::string*>, 5> fields = {
        {{"metadata.name", &pod.name},
         {"metadata.namespace", &pod.ns},
         {"metadata.uid", &pod.uid},
         {"spec.serviceAccountName", &sources_.service_account},
         {"spec.nodeName", &sources_.node_name}}};
    for (const auto& [field, value] : fields) {
      if (path == field) return SecretBytes(*value);
    }
    if (path == "status.podIP" || path == "status.hostIP" || path == "status.podIPs" || path == "status.hostIPs") {
      return SecretBytes("127.0.0.1");
    }
    if (auto value = indexed(path, "metadata.labels", pod.labels)) return value;
    if (auto value = indexed(path, "metadata.annotations", pod.annotations)) return value;
    return fail(Code::kInvalid, fmt::format("env {}: fieldPath \"{}\" is not supported", name, path));
  }

  // `metadata.labels['key']`: the value, empty when there is no such key.
  static std::optional<SecretBytes> indexed(std::string_view path, std::string_view map_name,
                                            const kube::StringMap& map) {
    if (!path.starts_with(map_name)) return std::nullopt;
    path.remove_prefix(map_name.size());
    if (!path.starts_with("['") || !path.ends_with("']") || path.size() < 5) return std::nullopt;
    const auto it = map.find(path.substr(2, path.size() - 4));
    return SecretBytes(it == map.end() ? std::string_view() : std::string_view(it->second));
  }

  const api::Container& container_;
  const EnvironmentSources& sources_;
  Known known_;
  std::vector<std::string> order_;
};

}  // namespace

References references_of(const api::Container& container) {
  References out;
  for (const api::EnvFromSource& source : container.env_from) {
    if (source.secret_ref) out.secrets.insert(source.secret_ref->name);
    if (source.config_map_ref) out.config_maps.insert(source.config_map_ref->name);
  }
  for (const api::EnvVar& variable : container.env) {
    if (!variable.value_from) continue;
    if (variable.value_from->secret_key_ref) out.secrets.insert(variable.value_from->secret_key_ref->name);
    if (variable.value_from->config_map_key_ref) out.config_maps.insert(variable.value_from->config_map_key_ref->name);
  }
  return out;
}

Result<Environment> build_environment(const api::Container& container, const EnvironmentSources& sources) {
  return Builder(container, sources).build();
}

Variable expand(std::string_view text, const Known& known) {
  Variable out;
  while (!text.empty()) {
    const std::size_t dollar = text.find('$');
    out.value.append(text.substr(0, dollar));
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar);
    const std::size_t close = text.starts_with("$(") ? text.find(')') : std::string_view::npos;
    if (text.starts_with("$$")) {
      out.value.append("$");
      text.remove_prefix(2);
    } else if (close != std::string_view::npos) {
      const auto it = known.find(text.substr(2, close - 2));
      out.value.append(it == known.end() ? text.substr(0, close + 1) : it->second.value.reveal());
      if (it != known.end() && !it->second.origin.empty()) {
        out.origin += fmt::format("{}$({}) from {}", out.origin.empty() ? "" : ", ", it->first, it->second.origin);
      }
      text.remove_prefix(close + 1);
    } else {
      out.value.append("$");
      text.remove_prefix(1);
    }
  }
  return out;
}

Environment inherit(std::span<const std::string_view> caller, const std::vector<std::string>& also) {
  Environment out;
  for (const std::string_view line : caller) {
    const std::string_view name = name_of(line);
    const auto matches = [name](std::string_view pattern) { return is_meant(name, pattern); };
    if (name.size() == line.size() || name.empty()) continue;
    if (!std::ranges::any_of(kInherited, matches) && !std::ranges::any_of(also, matches)) continue;
    out.push_back({std::string(name), SecretBytes(line.substr(name.size() + 1)), "this shell"});
  }
  return out;
}

std::vector<std::string> not_set(std::span<const std::string_view> caller, const std::vector<std::string>& also) {
  std::vector<std::string> out;
  for (const std::string& pattern : also) {
    const auto is_it = [&pattern](std::string_view line) { return is_meant(name_of(line), pattern); };
    if (std::ranges::none_of(caller, is_it)) out.push_back(pattern);
  }
  return out;
}

std::vector<std::string_view> caller_environment() {
  std::vector<std::string_view> out;
  for (char** line = environ; *line != nullptr; ++line) out.emplace_back(*line);
  return out;
}

Environment overlay(Environment base, Environment over) {
  std::erase_if(base, [&over](const Variable& variable) {
    return std::ranges::any_of(over, [&variable](const Variable& o) { return o.name == variable.name; });
  });
  for (Variable& variable : over) base.push_back(std::move(variable));
  return base;
}

}  // namespace rotor::local
