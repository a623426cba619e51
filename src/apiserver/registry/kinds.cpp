#include "apiserver/registry/kinds.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/hash.hpp"

namespace rotor::apiserver {

const ServedVersion* ServedKind::version(std::string_view name) const {
  const auto it = std::ranges::find(versions, name, &ServedVersion::version);
  return it == versions.end() ? nullptr : &*it;
}

std::string resource_key(std::string_view group, std::string_view plural) {
  return group.empty() ? std::string(plural) : std::string(plural) + "." + std::string(group);
}

Kinds::Kinds() : run_(hex_encode(random_bytes(8))) {
  for (ServedKind& kind : builtin_kinds()) put(std::move(kind));
}

KindPtr Kinds::find(std::string_view group, std::string_view plural) const {
  const auto it = kinds_.find(std::pair<std::string, std::string>(group, plural));
  return it == kinds_.end() ? nullptr : it->second;
}

KindPtr Kinds::find_kind(std::string_view group, std::string_view kind) const {
  for (const auto& [key, served] : kinds_) {
    if (key.first == group && served->kind == kind) return served;
  }
  return nullptr;
}

void Kinds::put(ServedKind kind) {
  std::pair<std::string, std::string> key(kind.group, kind.plural);
  kinds_[std::move(key)] = std::make_shared<const ServedKind>(std::move(kind));
  ++generation_;
}

void Kinds::remove(std::string_view group, std::string_view plural) {
  kinds_.erase(std::pair<std::string, std::string>(group, plural));
  ++generation_;
}

std::vector<KindPtr> Kinds::all() const {
  std::vector<KindPtr> out;
  for (const auto& [key, kind] : kinds_) out.push_back(kind);
  return out;
}

}  // namespace rotor::apiserver
