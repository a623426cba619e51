#include "openclaw/secret_references.hpp"

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "openclaw/builders/in_place.hpp"
#include "openclaw/file_references.hpp"
#include "openclaw/variable_expansion.hpp"

namespace rotor::openclaw {
namespace {

using Names = std::set<std::string>;

// Does the entry set its variable whatever there is in the cluster?
bool always_sets(const api::EnvVar& variable) {
  if (!variable.value_from) return true;
  const api::EnvVarSource& from = *variable.value_from;
  if (from.secret_key_ref) return !from.secret_key_ref->optional.value_or(false);
  if (from.config_map_key_ref) return !from.config_map_key_ref->optional.value_or(false);
  return from.field_ref || from.resource_field_ref;
}

// The variables for which env has the last word: what envFrom brings under these names reaches no process, not even
// through a $(NAME) that comes earlier.
Names overridden(const api::Container& container) {
  Names names, expanded;
  for (const api::EnvVar& variable : container.env) {
    expanded.merge(expanded_names(variable.value.value_or("")));
    if (always_sets(variable) && !expanded.contains(variable.name)) names.insert(variable.name);
  }
  return names;
}

Names keys_under(const std::string& prefix, const Names& variables) {
  Names keys;
  for (const std::string& name : variables) {
    if (name.size() > prefix.size() && name.starts_with(prefix)) keys.insert(name.substr(prefix.size()));
  }
  return keys;
}

void add_env_from(const api::EnvFromSource& source, const Names& overridden, References& out) {
  if (!source.secret_ref || source.secret_ref->name.empty()) return;
  SecretReference& reference = out[source.secret_ref->name];
  reference.required |= !source.secret_ref->optional.value_or(false);
  Names hidden = keys_under(source.prefix, overridden);
  if (reference.prefixes.insert(source.prefix).second) {
    if (!hidden.empty()) reference.hidden.emplace(source.prefix, std::move(hidden));
    return;
  }
  // Another container sees what this one does not.
  const auto before = reference.hidden.find(source.prefix);
  if (before == reference.hidden.end()) return;
  std::erase_if(before->second, [&hidden](const std::string& key) { return !hidden.contains(key); });
  if (before->second.empty()) reference.hidden.erase(before);
}

void add_env(const api::EnvVar& variable, References& out) {
  if (!variable.value_from || !variable.value_from->secret_key_ref) return;
  const api::KeySelector& selector = *variable.value_from->secret_key_ref;
  if (selector.name.empty()) return;
  const bool required = !selector.optional.value_or(false);
  SecretReference& reference = out[selector.name];
  reference.required |= required;
  reference.keys[selector.key] |= required;
  reference.variables[selector.key].insert(variable.name);
}

void add_container(const api::Container& container, References& out) {
  const Names by_env = overridden(container);
  for (const api::EnvFromSource& source : container.env_from) add_env_from(source, by_env, out);
  for (const api::EnvVar& variable : container.env) add_env(variable, out);
}

// Keys that something reads at the start as well are its own matter: they are there already.
void add_in_place(const api::Volume& volume, References& out) {
  for (const FileReference& file : files_of(volume)) {
    SecretReference& reference = out[file.name];
    const bool at_start =
        reference.every_file || reference.keys.contains(file.key) || !reference.variables_of(file.key).empty();
    reference.required = true;
    reference.keys[file.key] = true;
    if (!at_start) reference.in_place.insert(file.key);
  }
}

void add_part(std::string& out, char kind, std::string_view text) {
  out += kind;
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

}  // namespace

std::set<std::string> SecretReference::variables_of(const std::string& key) const {
  std::set<std::string> names;
  for (const std::string& prefix : prefixes) {
    const auto unseen = hidden.find(prefix);
    if (unseen == hidden.end() || !unseen->second.contains(key)) names.insert(prefix + key);
  }
  if (const auto own = variables.find(key); own != variables.end())
    names.insert(own->second.begin(), own->second.end());
  return names;
}

SecretReference SecretReference::at_start() const {
  SecretReference out = *this;
  for (const std::string& key : in_place) out.keys.erase(key);
  out.in_place.clear();
  return out;
}

References secret_references(const api::PodSpec& pod, bool whole_volumes) {
  References out;
  for (const api::Container& c : pod.init_containers) add_container(c, out);
  for (const api::Container& c : pod.containers) add_container(c, out);
  for (const FileReference& file : file_references(pod, FileReference::Of::kSecret, whole_volumes)) {
    SecretReference& reference = out[file.name];
    reference.required |= file.required;
    reference.every_file |= file.key.empty();
    if (!file.key.empty()) reference.keys[file.key] |= file.required && file.key_required;
  }
  for (const api::Volume& volume : pod.volumes) {
    if (volume.name == kReloadValues) add_in_place(volume, out);
  }
  return out;
}

ConfigMapReferences config_map_references(const api::PodSpec& pod, bool whole_volumes) {
  ConfigMapReferences out;
  std::set<std::string> whole;
  const auto add = [&](const api::Container& container) {
    for (const api::EnvFromSource& source : container.env_from) {
      if (!source.config_map_ref || source.config_map_ref->name.empty()) continue;
      whole.insert(source.config_map_ref->name);
      out[source.config_map_ref->name].required |= !source.config_map_ref->optional.value_or(false);
    }
    for (const api::EnvVar& variable : container.env) {
      if (!variable.value_from || !variable.value_from->config_map_key_ref) continue;
      const api::KeySelector& selector = *variable.value_from->config_map_key_ref;
      if (selector.name.empty()) continue;
      ConfigMapReference& reference = out[selector.name];
      reference.keys.insert(selector.key);
      if (selector.optional.value_or(false)) continue;
      reference.required = true;
      reference.required_keys.insert(selector.key);
    }
  };
  for (const api::Container& container : pod.init_containers) add(container);
  for (const api::Container& container : pod.containers) add(container);
  for (const FileReference& file : file_references(pod, FileReference::Of::kConfigMap, whole_volumes)) {
    ConfigMapReference& reference = out[file.name];
    reference.required |= file.required;
    if (file.key.empty()) whole.insert(file.name);
    if (!file.key.empty()) reference.keys.insert(file.key);
    if (!file.key.empty() && file.required && file.key_required) reference.required_keys.insert(file.key);
  }
  for (const std::string& name : whole) out[name].keys.clear();
  return out;
}

std::string usage_id(const SecretReference& reference) {
  std::string text;
  for (const std::string& prefix : reference.prefixes) add_part(text, 'p', prefix);
  for (const auto& [key, required] : reference.keys) add_part(text, required ? 'K' : 'k', key);
  if (reference.every_file) text += 'f';
  for (const std::string& key : reference.in_place) add_part(text, 'i', key);
  return hex_encode(sha256(text).substr(0, 4));
}

}  // namespace rotor::openclaw
