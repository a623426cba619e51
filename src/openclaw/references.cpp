#include "openclaw/references.hpp"

#include "base/encoding.hpp"
#include "base/hash.hpp"

namespace rotor::openclaw {
namespace {

void add_env_from(const api::EnvFromSource& source, References& out) {
  if (!source.secret_ref || source.secret_ref->name.empty()) return;
  SecretReference& reference = out[source.secret_ref->name];
  reference.required |= !source.secret_ref->optional.value_or(false);
  reference.prefixes.insert(source.prefix);
}

void add_env(const api::EnvVar& variable, References& out) {
  if (!variable.value_from || !variable.value_from->secret_key_ref) return;
  const api::KeySelector& selector = *variable.value_from->secret_key_ref;
  if (selector.name.empty()) return;
  const bool required = !selector.optional.value_or(false);
  SecretReference& reference = out[selector.name];
  reference.required |= required;
  reference.keys[selector.key] |= required;
}

void add_container(const api::Container& container, References& out) {
  for (const api::EnvFromSource& source : container.env_from) add_env_from(source, out);
  for (const api::EnvVar& variable : container.env) add_env(variable, out);
}

void add_part(std::string& out, char kind, std::string_view text) {
  out += kind;
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

}  // namespace

References secret_references(const api::PodSpec& pod) {
  References out;
  for (const api::Container& c : pod.init_containers) add_container(c, out);
  for (const api::Container& c : pod.containers) add_container(c, out);
  return out;
}

std::string usage_id(const SecretReference& reference) {
  std::string text;
  for (const std::string& prefix : reference.prefixes) add_part(text, 'p', prefix);
  for (const auto& [key, required] : reference.keys) add_part(text, required ? 'K' : 'k', key);
  return hex_encode(sha256(text).substr(0, 4));
}

}  // namespace rotor::openclaw
