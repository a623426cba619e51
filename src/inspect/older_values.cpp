#include "inspect/older_values.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "base/time.hpp"
#include "openclaw/names.hpp"
#include "secrets/value_changes.hpp"

namespace rotor::inspect {
namespace {

using secrets::ValueChange;
using secrets::ValueChanges;

constexpr auto kClocksDiffer = std::chrono::minutes(1);

// Anybody may write the mark. What is no time, or lies ahead of all clocks, says nothing and rules nothing out.
ValueChanges changes_of(const Sight& sight, const Id& id) {
  const kube::ObjectMeta* secret = sight.secret(id);
  if (secret == nullptr) return {};
  const auto it = secret->annotations.find(secrets::kValueChangesAnnotation);
  if (it == secret->annotations.end()) return {};
  ValueChanges out = secrets::read_value_changes(it->second);
  const std::size_t unusable = std::erase_if(out.keys, [&sight](const auto& entry) {
    const auto since = parse_time(entry.second.since);
    return !since || *since > sight.now() + kClocksDiffer;
  });
  out.partial = out.partial || unusable > 0;
  for (auto& [key, change] : out.keys) change.since = format_time(*parse_time(change.since));  // compared as texts
  return out;
}

api::es::StoreVersions versions_of(const kube::ObjectMeta* secret) {
  if (secret == nullptr) return {};
  const auto it = secret->annotations.find(api::es::kStoreVersionsAnnotation);
  return it == secret->annotations.end() ? api::es::StoreVersions{} : api::es::read_store_versions(it->second);
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

// Which version an older value is of: the one before, where the container started while the Secret had that.
std::string version_held(const Container& container, const ValueChange& change) {
  const auto started = parse_time(container.started);
  const auto since = parse_time(change.was_since);
  if (!started || !since) return {};
  return std::chrono::floor<std::chrono::seconds>(*started) > *since ? change.was : std::string();
}

void add_older(const Sight& sight, const Pod& pod, const Container& container, std::vector<OlderValue>& out) {
  for (const auto& [name, reference] : container.references) {
    const Id secret{Kind::kSecret, pod.metadata.ns, name};
    const api::es::StoreVersions versions = versions_of(sight.secret(secret));
    for (const auto& [key, change] : changes_of(sight, secret).keys) {
      if (!sees(reference, key) || !is_older(container, change)) continue;
      out.push_back({secret, key, change.since, container.name, container.started, version_held(container, change),
                     api::es::version_text(versions, key)});
    }
  }
}

// What a pod reads of a Secret by that name: its processes as they start, or its files.
bool reads(const Pod& pod, const std::string& name, const std::string& key) {
  const auto takes = [&](const Container& container) {
    const auto reference = container.references.find(name);
    return reference != container.references.end() && sees(reference->second, key);
  };
  if (const auto files = pod.in_place.find(name); files != pod.in_place.end() && files->second.contains(key)) {
    return true;
  }
  return (pod.mounts.contains(name) && !pod.in_place.contains(name)) || std::ranges::any_of(pod.containers, takes);
}

// A copy has the values of when it was made, so that counts instead of the start of whoever uses it.
struct Copy {
  Id original;
  std::string name;
  Container made;
  api::es::StoreVersions versions;

  std::string version(const std::string& key, const ValueChange& change) const {
    std::string recorded = api::es::version_text(versions, key);
    return recorded.empty() ? version_held(made, change) : recorded;
  }
  // A copy may be made a moment after the change of what was read for it: two versions tell the same.
  bool is_older(const std::string& key, const ValueChange& change, const std::string& now) const {
    const std::string recorded = api::es::version_text(versions, key);
    return inspect::is_older(made, change) || (!recorded.empty() && !now.empty() && recorded != now);
  }
};

std::vector<Copy> copies_of(const Sight& sight, const Pod& pod) {
  std::vector<Copy> out;
  for (const std::string& name : pod.secrets()) {
    const Id id{Kind::kSecret, pod.metadata.ns, name};
    const auto original = sight.original_of(id);
    if (!original) continue;
    const kube::ObjectMeta* copy = sight.secret(id);
    out.push_back({*original, name, {.started = copy->creation_timestamp, .running = true}, versions_of(copy)});
  }
  return out;
}

// The instance names the copy itself: nothing says that the Secret has another value by now.
bool is_asked_for(const Sight& sight, const Pod& pod, const std::string& copy) {
  const Instance* owner = sight.owner_of(pod);
  return owner == nullptr || owner->references.contains(copy);
}

void add_older_copy(const Sight& sight, const Pod& pod, const Copy& copy, std::vector<OlderValue>& out) {
  const std::size_t before = out.size();
  const api::es::StoreVersions versions = versions_of(sight.secret(copy.original));
  for (const auto& [key, change] : changes_of(sight, copy.original).keys) {
    const std::string now = api::es::version_text(versions, key);
    if (!reads(pod, copy.name, key) || !copy.is_older(key, change, now)) continue;
    out.push_back({.secret = copy.original,
                   .key = key,
                   .changed = change.since,
                   .version = copy.version(key, change),
                   .now = now,
                   .copy = copy.name});
  }
  if (out.size() > before || is_asked_for(sight, pod, copy.name)) return;
  out.push_back({.secret = copy.original, .copy = copy.name});
}

// A key that the program reads again is an older one until the program was told of the new value and took it.
bool has_older_in_place(const Pod& pod, const Container& container, const ValueChange& change) {
  if (!is_older(container, change)) return false;
  const auto delivered = parse_time(pod.in_place_since);
  const auto since = parse_time(change.since);
  return !delivered || !since || *delivered < *since;
}

void add_older_in_place(const Sight& sight, const Pod& pod, std::vector<OlderValue>& out) {
  const auto main = std::ranges::find(pod.containers, openclaw::kMainContainer, &Container::name);
  if (main == pod.containers.end()) return;
  for (const auto& [name, keys] : pod.in_place) {
    const Id secret{Kind::kSecret, pod.metadata.ns, name};
    const api::es::StoreVersions versions = versions_of(sight.secret(secret));
    for (const auto& [key, change] : changes_of(sight, secret).keys) {
      if (!keys.contains(key) || !has_older_in_place(pod, *main, change)) continue;
      out.push_back({secret, key, change.since, main->name, main->started, version_held(*main, change),
                     api::es::version_text(versions, key)});
    }
  }
}

// Of the containers that run and are started with what they `want` of the Secret, or of a copy of it.
std::string newest_start_of(const Sight& sight, const Pod& pod, const Id& secret,
                            const std::function<bool(const openclaw::SecretReference&)>& want) {
  std::string newest;
  for (const Container& container : pod.containers) {
    for (const auto& [name, reference] : container.references) {
      const Id read{Kind::kSecret, pod.metadata.ns, name};
      const bool counts = container.running && sight.original_of(read).value_or(read) == secret && want(reference);
      if (counts) newest = std::max(newest, container.started);
    }
  }
  return newest;
}

// Who has which value of a key that was replaced.
void add_users(const Sight& sight, const Id& secret, KeyUse& use) {
  std::string newest_start;
  for (const Pod* pod : sight.users_of(secret)) {
    const auto is_of_key = [&](const OlderValue& value) {
      return value.secret == secret && (value.key == use.key || value.key.empty());
    };
    if (std::ranges::any_of(older_values(sight, *pod), is_of_key)) use.older.push_back(id_of(*pod));
    if (const auto files = pod->in_place.find(secret.name);
        files != pod->in_place.end() && files->second.contains(use.key)) {
      newest_start = std::max(newest_start, pod->in_place_since);
    }
    const auto sees_key = [&](const openclaw::SecretReference& reference) { return sees(reference, use.key); };
    newest_start = std::max(newest_start, newest_start_of(sight, *pod, secret, sees_key));
  }
  if (use.older.empty()) use.none_older_since = std::max(use.changed, newest_start);
}

}  // namespace

std::vector<KeyUse> key_uses(const Sight& sight, const Id& secret) {
  const ValueChanges changes = changes_of(sight, secret);
  const api::es::StoreVersions versions = versions_of(sight.secret(secret));
  std::map<std::string, KeyUse> uses;
  for (const auto& [key, sources] : versions.keys) uses[key] = {.key = key, .sources = sources};
  for (const auto& [key, change] : changes.keys) {
    if (change.first) continue;
    KeyUse& use = uses[key];
    use.key = key;
    use.changed = change.since;
    use.was = change.was;
    if (!sight.blind(Kind::kPod)) add_users(sight, secret, use);
  }
  std::vector<KeyUse> out;
  for (auto& [key, use] : uses) out.push_back(std::move(use));
  return out;
}

std::vector<OlderValue> older_values(const Sight& sight, const Pod& pod) {
  std::vector<OlderValue> out;
  for (const Container& container : pod.containers) add_older(sight, pod, container, out);
  add_older_in_place(sight, pod, out);
  for (const Copy& copy : copies_of(sight, pod)) add_older_copy(sight, pod, copy, out);
  return out;
}

ValueUse value_use(const Sight& sight, const Id& secret) {
  ValueUse out;
  const ValueChanges changes = changes_of(sight, secret);
  out.partial = changes.partial;
  for (const auto& [key, change] : changes.keys) {
    if (!change.first) out.changed = std::max(out.changed, change.since);
  }
  for (const Pod* pod : sight.users_of(secret)) {
    const auto older = older_values(sight, *pod);
    if (std::ranges::any_of(older, [&](const OlderValue& value) { return value.secret == secret; })) {
      out.older.push_back(id_of(*pod));
    }
    if (pod->in_place.contains(secret.name)) out.newest_start = std::max(out.newest_start, pod->in_place_since);
    out.newest_start = std::max(out.newest_start, newest_start_of(sight, *pod, secret, [](auto&) { return true; }));
  }
  return out;
}

}  // namespace rotor::inspect
