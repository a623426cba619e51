#include "inspect/older_values.hpp"

#include <algorithm>

#include "base/time.hpp"
#include "secrets/value_changes.hpp"

namespace rotor::inspect {
namespace {

using secrets::ValueChange;
using secrets::ValueChanges;

ValueChanges changes_of(const kube::ObjectMeta* secret) {
  if (secret == nullptr) return {};
  const auto it = secret->annotations.find(secrets::kValueChangesAnnotation);
  return it == secret->annotations.end() ? ValueChanges{} : secrets::read_value_changes(it->second);
}

bool sees(const openclaw::SecretReference& reference, const std::string& key) {
  return !reference.variables_of(key).empty();
}

// Both times have whole seconds. One that started in the second of the change may have got either value, and counts as
// older; there is no older one than the first.
bool is_older(const Container& container, const ValueChange& change) {
  const auto started = parse_time(container.started);
  const auto since = parse_time(change.since);
  if (!container.running || !started || !since) return false;
  const auto start = std::chrono::floor<std::chrono::seconds>(*started);
  return change.first ? start < *since : start <= *since;
}

void add_older(const Sight& sight, const Pod& pod, const Container& container, std::vector<OlderValue>& out) {
  for (const auto& [name, reference] : container.references) {
    const Id secret{Kind::kSecret, pod.metadata.ns, name};
    for (const auto& [key, change] : changes_of(sight.secret(secret)).keys) {
      if (!sees(reference, key) || !is_older(container, change)) continue;
      out.push_back({secret, key, change.since, container.name, container.started});
    }
  }
}

}  // namespace

std::vector<OlderValue> older_values(const Sight& sight, const Pod& pod) {
  std::vector<OlderValue> out;
  for (const Container& container : pod.containers) add_older(sight, pod, container, out);
  return out;
}

ValueUse value_use(const Sight& sight, const Id& secret) {
  ValueUse out;
  const ValueChanges changes = changes_of(sight.secret(secret));
  out.partial = changes.partial;
  for (const auto& [key, change] : changes.keys) {
    if (!change.first) out.changed = std::max(out.changed, change.since);
  }
  for (const Pod* pod : sight.users_of(secret)) {
    const auto older = older_values(sight, *pod);
    if (std::ranges::any_of(older, [&](const OlderValue& value) { return value.secret == secret; })) {
      out.older.push_back(id_of(*pod));
    }
    for (const Container& container : pod->containers) {
      if (container.running && container.references.contains(secret.name)) {
        out.newest_start = std::max(out.newest_start, container.started);
      }
    }
  }
  return out;
}

}  // namespace rotor::inspect
