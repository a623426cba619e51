// What this process wrote last, until the watch has caught up: between a write and its event the cache is behind, and a
// pass that believed it would do the work twice.
#pragma once

#include <chrono>
#include <map>
#include <memory>

#include "base/clock.hpp"
#include "kube/object.hpp"

namespace rotor::secrets {

// Is `a` a later version than `b`? Resource versions are decimal numbers; anything else counts as not later.
bool later_version(std::string_view a, std::string_view b);

template <class T>
class WriteMemory {
 public:
  using Ptr = std::shared_ptr<const T>;

  explicit WriteMemory(const Clock& clock) : clock_(clock) {}

  void remember(const kube::Key& key, Ptr written) {
    written_.insert_or_assign(key, Entry{std::move(written), clock_.steady() + std::chrono::seconds(10)});
  }
  void forget(const kube::Key& key) { written_.erase(key); }

  // Whichever is newer; `cached` may be null. A memory that the watch never confirmed is dropped after ten seconds.
  Ptr newest(const kube::Key& key, Ptr cached) {
    const auto it = written_.find(key);
    if (it == written_.end()) return cached;
    const bool stale =
        clock_.steady() >= it->second.until ||
        (cached && !later_version(it->second.object->metadata.resource_version, cached->metadata.resource_version));
    if (!stale) return it->second.object;
    written_.erase(it);
    return cached;
  }

  // Is this exactly what we wrote last?
  bool wrote(const kube::Key& key, const T& object) const {
    const auto it = written_.find(key);
    return it != written_.end() && it->second.object->metadata.resource_version == object.metadata.resource_version;
  }

 private:
  struct Entry {
    Ptr object;
    SteadyTime until;
  };
  const Clock& clock_;
  std::map<kube::Key, Entry> written_;
};

}  // namespace rotor::secrets
