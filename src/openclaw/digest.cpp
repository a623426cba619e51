#include "openclaw/digest.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/hash.hpp"

namespace rotor::openclaw {
namespace {

void add(SecretBytes& out, std::string_view text) {
  out.append(std::to_string(text.size()));
  out.append(":");
  out.append(text);
}

void add_key(SecretBytes& out, std::string_view key, const SecretBytes* value) {
  add(out, key);
  out.append(value != nullptr ? "+" : "-");
  if (value != nullptr) add(out, value->reveal());
}

}  // namespace

std::string Digester::tagged(std::string_view tag, const SecretBytes& input, std::size_t bytes) const {
  SecretBytes message;
  add(message, tag);
  message.append(input.reveal());
  return hex_encode(hmac_sha256(key_.reveal(), message.reveal()).substr(0, bytes));
}

std::string Digester::key_id() const { return tagged("rotor/key-id/1", {}, 4); }

std::string Digester::secret(std::string_view name, const SecretReference& reference, const SecretMap& data) const {
  SecretBytes input;
  add(input, name);
  for (const std::string& prefix : reference.prefixes) add(input, prefix);
  input.append("|");
  if (reference.takes_every_key()) {
    for (const auto& [key, value] : data) {
      const bool seen = reference.keys.contains(key) || !reference.variables_of(key).empty();
      if (seen) add_key(input, key, &value);
    }
  } else {
    for (const auto& [key, required] : reference.keys) {
      const auto value = data.find(key);
      add_key(input, key, value == data.end() ? nullptr : &value->second);
    }
  }
  return key_id() + "-" + tagged("rotor/secret/1", input, 16);
}

std::string Digester::template_hash(const SecretState& state, std::string_view previous) const {
  SecretBytes input;
  for (const auto& [name, entry] : state.secrets) {
    add(input, name);
    input.append(entry.absent ? "-" : "+");
    add(input, entry.digest);
  }
  std::string hash = tagged("rotor/template/1", input, 8);
  if (hash != previous) return hash;
  add(input, previous);
  return tagged("rotor/template-again/1", input, 8);
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
