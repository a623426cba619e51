#include "openclaw/consumed_digest.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/hash.hpp"

namespace rotor::openclaw {
namespace {

using kube::append_part;

void add_key(SecretBytes& out, std::string_view key, const SecretBytes* value) {
  append_part(out, key);
  out.append(value != nullptr ? "+" : "-");
  if (value != nullptr) append_part(out, value->reveal());
}

}  // namespace

std::string Digester::secret(std::string_view name, const SecretReference& reference, const SecretMap& data) const {
  SecretBytes input;
  append_part(input, name);
  for (const std::string& prefix : reference.prefixes) append_part(input, prefix);
  input.append("|");
  if (reference.takes_all()) {
    for (const auto& [key, value] : data) {
      const bool seen = reference.every_file || reference.keys.contains(key) || !reference.variables_of(key).empty();
      if (seen) add_key(input, key, &value);
    }
  } else {
    for (const auto& [key, required] : reference.keys) {
      const auto value = data.find(key);
      add_key(input, key, value == data.end() ? nullptr : &value->second);
    }
  }
  return key_id() + "-" + key_->digest("rotor/secret/1", input, 16);
}

std::string Digester::content(const SecretMap& data) const {
  SecretBytes input;
  for (const auto& [key, value] : data) add_key(input, key, &value);
  return key_->digest("rotor/content/1", input, 8);
}

std::string Digester::template_hash(const SecretState& state, std::string_view previous) const {
  SecretBytes input;
  for (const auto& [name, entry] : state.secrets) {
    append_part(input, name);
    input.append(entry.absent ? "-" : "+");
    append_part(input, entry.start_digest.empty() ? entry.digest : entry.start_digest);
  }
  std::string hash = key_->digest("rotor/template/1", input, 8);
  if (hash != previous) return hash;
  append_part(input, previous);
  return key_->digest("rotor/template-again/1", input, 8);
}

std::string unkeyed_hash(std::vector<std::pair<std::string, const SecretMap*>> secrets) {
  std::ranges::sort(secrets, {}, [](const auto& s) -> const std::string& { return s.first; });
  SecretBytes input;
  for (const auto& [name, data] : secrets) {
    if (data == nullptr) {
      input.append(name);
      input.append("=NOT_FOUND\n");
      continue;
    }
    for (const auto& [key, value] : *data) {
      input.append(key);
      input.append("=");
      input.append(value.reveal());
      input.append("\n");
    }
  }
  return hex_encode(sha256(input.reveal()).substr(0, 8));
}

}  // namespace rotor::openclaw
