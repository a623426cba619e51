#include "secrets/secret_faults.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/quote.hpp"

namespace rotor::secrets {
namespace {

constexpr std::size_t kLongestKey = 253;

bool is_key_byte(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_key(std::string_view key) {
  const bool hidden = key == "." || key.starts_with("..");  // a path, where the Secret is mounted
  return !key.empty() && key.size() <= kLongestKey && !hidden && std::ranges::all_of(key, is_key_byte);
}

std::optional<std::string> key_fault(const SecretMap& data) {
  for (const auto& [key, value] : data) {
    if (is_key(key)) continue;
    return fmt::format(
        "key {} cannot stand in a Secret: a key has the letters A to Z and a to z, digits, '-', '.' and '_', at most "
        "{} "
        "of them, and does not begin with '..'; give it another name in data[].secretKey, dataFrom[].rewrite or the "
        "template",
        go_quote(key), kLongestKey);
  }
  return std::nullopt;
}

std::optional<std::string> size_fault(const SecretMap& data) {
  std::size_t sum = 0;
  const SecretMap::value_type* largest = nullptr;
  for (const auto& entry : data) {
    sum += entry.second.size();
    if (largest == nullptr || entry.second.size() > largest->second.size()) largest = &entry;
  }
  if (sum <= kMostSecretBytes) return std::nullopt;
  return fmt::format(
      "its values have {} bytes, and a Secret holds {} at most; the largest is {} with {}. Leave out what nobody "
      "reads, or "
      "give several ExternalSecrets a part each",
      sum, kMostSecretBytes, go_quote(largest->first), largest->second.size());
}

std::optional<std::string> annotations_fault(const kube::StringMap& annotations) {
  std::size_t sum = 0;
  for (const auto& [name, value] : annotations) sum += name.size() + value.size();
  if (sum <= kMostAnnotationBytes) return std::nullopt;
  const auto largest =
      std::ranges::max_element(annotations, {}, [](const auto& annotation) { return annotation.second.size(); });
  return fmt::format(
      "its annotations have {} bytes, and an object holds {} at most; the largest is {} with {}. What the "
      "ExternalSecret "
      "itself carries is copied unless spec.target.template is set",
      sum, kMostAnnotationBytes, go_quote(largest->first), largest->second.size());
}

std::optional<std::string> type_fault(const api::Secret& secret, const Target* live) {
  if (live == nullptr || secret.type.empty() || live->type.empty() || secret.type == live->type) return std::nullopt;
  return fmt::format(
      "it is of type {}, and the type of a Secret that is there cannot become {}: take the old one for "
      "spec.target.template.type, or give spec.target.name another value",
      live->type, secret.type);
}

}  // namespace

std::optional<std::string> secret_fault(const api::Secret& secret, const Target* live) {
  if (auto fault = type_fault(secret, live)) return fault;
  if (auto fault = key_fault(secret.data)) return fault;
  if (auto fault = size_fault(secret.data)) return fault;
  return annotations_fault(secret.metadata.annotations);
}

}  // namespace rotor::secrets
