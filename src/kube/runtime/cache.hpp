// A watch cache: every object of one kind (or the part of it that somebody needs), kept current by list and watch, and
// over that what this process wrote, until the watch has caught up: a pass that believed the watch alone would do the
// work twice. Objects are immutable and shared; whoever wants to change one copies it. Runs on the I/O thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "kube/client/client.hpp"
#include "kube/object/object.hpp"
#include "kube/object/resource_version.hpp"
#include "kube/runtime/recent.hpp"
#include "kube/runtime/watch_group.hpp"

namespace rotor::kube {

// Without managedFields, which are half of an object's text and which few ask for.
template <class T>
Result<T> read_for_cache(std::string_view object_json) {
  TRY(T object, json::read<T>(object_json));
  object.metadata.managed_fields = {};
  return object;
}

inline constexpr auto kOwnWritesFor = std::chrono::seconds(10);
inline constexpr auto kTombstonesFor = std::chrono::seconds(60);  // longer than any request may take

template <class T>
class Cache final : public WatchSink {
 public:
  using Ptr = std::shared_ptr<const T>;
  // `before` and `after` are null for an object that was not there or is gone.
  using Listener = std::function<void(const Key& key, const Ptr& before, const Ptr& after)>;
  using Decoder = std::function<Result<T>(std::string_view object_json)>;
  using Broken = std::function<void(const Key& key, const Error& error)>;

  Cache(Client& client, Clock& clock, const Namespaces& namespaces, const ListOptions& options,
        Decoder decode = read_for_cache<T>, Resource resource = kResource<T>)
      : clock_(clock), decode_(std::move(decode)), watch_(client, clock, resource, namespaces, options, *this) {}

  Task<> run() { return watch_.run(); }
  bool is_ready() const { return ready_; }
  // The kind is not served: its CRD is not installed (yet).
  bool waiting_for_crd() const { return watch_.waiting_for_crd(); }
  // What keeps it from being ready or current, for people; empty when nothing does, or nothing is known yet.
  std::string trouble() const { return watch_.trouble(); }
  // What the watch showed or what we wrote since, whichever is newer.
  Ptr get(const Key& key) const {
    const Ptr* written = written_.find(key, clock_.steady());
    Ptr shown = shown_by_watch(key);
    return written != nullptr && is_ahead(**written, shown) ? *written : shown;
  }
  const std::map<Key, Ptr>& all() const { return objects_; }  // what the watch showed
  // Remembers what the API server answered to our write, for ten seconds if the watch never shows it. An answer that
  // comes after the watch showed the object's end is too late: the object does not rise again.
  Result<Ptr> wrote(const SecretBytes& answer) {
    TRY(T object, decode_(answer.reveal()));
    return wrote(std::move(object));
  }
  Ptr wrote(T object) {
    const Key key = object.metadata.key();
    auto kept = std::make_shared<const T>(std::move(object));
    if (is_ahead(*kept, shown_by_watch(key)) && !is_buried(key, *kept)) written_.put(key, kept, clock_.steady());
    return kept;
  }
  // For listeners: is this exactly what we wrote last?
  bool is_own_write(const Key& key, const T& object) const {
    const Ptr* written = written_.find(key, clock_.steady());
    return written != nullptr && (*written)->metadata.resource_version == object.metadata.resource_version;
  }
  // The object is kept in another form from here on: more of it, or less. Nothing when it is not there.
  void replace(const Key& key, T object) {
    const auto it = objects_.find(key);
    if (it == objects_.end()) return;
    const Ptr before = std::exchange(it->second, std::make_shared<const T>(std::move(object)));
    const Ptr after = it->second;
    tell(key, before, after);
  }
  std::size_t remembered() const { return written_.size() + tombstones_.size(); }
  void on_change(Listener listener) { listeners_.push_back(std::move(listener)); }
  void on_ready(std::function<void()> fn) { on_ready_.push_back(std::move(fn)); }
  // An object that cannot be decoded, once for each reason; its last good state stays in the cache.
  void on_broken(Broken fn) { broken_ = std::move(fn); }
  // One of those can be read again, or is gone.
  void on_mended(std::function<void(const Key& key)> fn) { mended_ = std::move(fn); }
  // Why what the API server has of an object cannot be read; null: it can, or there is none.
  const std::string* why_broken(const Key& key) const { return watch_.why_broken(key); }

  Result<void> put(const ObjectIdentity& id, std::string_view object_json) override {
    Ptr object = answered(id);
    if (!object) {
      TRY(T decoded, decode_(object_json));
      object = std::make_shared<const T>(std::move(decoded));
    }
    const Key key = object->metadata.key();
    auto& slot = objects_[key];
    Ptr before = std::exchange(slot, std::move(object));
    tell(key, before, slot);
    const Ptr* written = written_.find(key, clock_.steady());
    if (written != nullptr && !is_ahead(**written, shown_by_watch(key))) written_.erase(key);
    sweep();
    return {};
  }
  void erase(const Key& key, std::string_view version) override {
    bury(key, version);
    written_.erase(key);
    const auto it = objects_.find(key);
    if (it == objects_.end()) return;
    const Ptr before = it->second;
    objects_.erase(it);
    tell(key, before, nullptr);
  }
  void sweep() override {
    written_.sweep(clock_.steady());
    tombstones_.sweep(clock_.steady());
  }
  void retain(const std::string& ns, const std::vector<Key>& listed) override;
  void ready() override {
    if (!watch_.listed() || std::exchange(ready_, true)) return;
    for (const auto& fn : on_ready_) fn();
  }
  void broken(const Key& key, const Error& error) override {
    if (broken_) broken_(key, error);
  }
  void mended(const Key& key) override {
    if (mended_) mended_(key);
  }

 private:
  struct Tombstone {
    std::string uid;
    std::string version;
  };

  Ptr shown_by_watch(const Key& key) const {
    const auto it = objects_.find(key);
    return it == objects_.end() ? nullptr : it->second;
  }
  // What the watch shows of our own write is what the API server answered to it: it is read and held once.
  Ptr answered(const ObjectIdentity& id) const {
    const Ptr* written = written_.find(id.key, clock_.steady());
    const bool same = written != nullptr && !id.resource_version.empty() &&
                      (*written)->metadata.resource_version == id.resource_version;
    return same ? *written : nullptr;
  }
  bool is_ahead(const T& written, const Ptr& shown) const {
    return !shown || later_version(written.metadata.resource_version, shown->metadata.resource_version);
  }
  // What is kept small has no uid; then versions decide alone.
  static std::string uid_of(const T& object) {
    if constexpr (requires { object.metadata.uid; }) {
      return object.metadata.uid;
    } else {
      return {};
    }
  }
  void bury(const Key& key, std::string_view version) {
    Ptr last = shown_by_watch(key);
    if (!last) last = get(key);
    Tombstone tomb{last ? uid_of(*last) : std::string(), std::string(version)};
    if (tomb.version.empty() && last) tomb.version = last->metadata.resource_version;
    tombstones_.put(key, std::move(tomb), clock_.steady());
  }
  // The object that ended, or an earlier one of that name.
  bool is_buried(const Key& key, const T& object) const {
    const Tombstone* tomb = tombstones_.find(key, clock_.steady());
    if (tomb == nullptr) return false;
    if (!tomb->uid.empty() && tomb->uid == uid_of(object)) return true;
    return !tomb->version.empty() && !later_version(object.metadata.resource_version, tomb->version);
  }
  void tell(const Key& key, const Ptr& before, const Ptr& after) {
    for (const auto& listener : listeners_) listener(key, before, after);
  }

  Clock& clock_;
  Decoder decode_;
  std::map<Key, Ptr> objects_;
  Recent<Ptr> written_{kOwnWritesFor};
  Recent<Tombstone> tombstones_{kTombstonesFor};
  std::vector<Listener> listeners_;
  std::vector<std::function<void()>> on_ready_;
  Broken broken_;
  std::function<void(const Key&)> mended_;
  bool ready_ = false;
  WatchGroup watch_;
};

template <class T>
void Cache<T>::retain(const std::string& ns, const std::vector<Key>& listed) {
  std::vector<Key> gone;
  std::vector<Key> sorted = listed;
  std::ranges::sort(sorted);
  for (const auto& [key, object] : objects_) {
    if (!ns.empty() && key.ns != ns) continue;
    if (!std::ranges::binary_search(sorted, key)) gone.push_back(key);
  }
  for (const Key& key : gone) erase(key, {});
}

}  // namespace rotor::kube
