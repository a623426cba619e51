#include "openclaw/reference_index.hpp"

namespace rotor::openclaw {

void ReferenceIndex::set(const kube::Key& instance, const std::set<std::string>& secret_names) {
  const auto known = by_instance_.find(instance);
  if (known != by_instance_.end() && known->second == secret_names) return;
  erase(instance);
  if (secret_names.empty()) return;
  for (const std::string& name : secret_names) by_secret_[{instance.ns, name}].insert(instance);
  by_instance_.emplace(instance, secret_names);
}

void ReferenceIndex::erase(const kube::Key& instance) {
  const auto known = by_instance_.find(instance);
  if (known == by_instance_.end()) return;
  for (const std::string& name : known->second) {
    const auto entry = by_secret_.find({instance.ns, name});
    if (entry == by_secret_.end()) continue;
    entry->second.erase(instance);
    if (entry->second.empty()) by_secret_.erase(entry);
  }
  by_instance_.erase(known);
}

const std::set<kube::Key>& ReferenceIndex::instances_of(const kube::Key& secret) const {
  static const std::set<kube::Key> kNone;
  const auto entry = by_secret_.find(secret);
  return entry == by_secret_.end() ? kNone : entry->second;
}

}  // namespace rotor::openclaw
