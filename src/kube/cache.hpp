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
#include <vector>

#include "base/clock.hpp"
#include "kube/client.hpp"
#include "kube/object.hpp"

namespace rotor::kube {

// Where a watch stands; every transition is in WatchLoop::step().
enum class WatchState : std::uint8_t {
  kEmpty,     // nothing known: list from the start
  kListing,   // some pages read, the continue token is held
  kListed,    // a full list and its resourceVersion are held: open the watch
  kWatching,  // events flow; 410 Gone goes back to kEmpty, any other end to kListed
};

// What the loop feeds. `put` may refuse an object it cannot read: that object is quarantined, the rest goes on.
class WatchSink {
 public:
  virtual ~WatchSink() = default;
  virtual Result<void> put(std::string_view object_json) = 0;
  virtual void erase(const Key& key) = 0;
  // The keys of a finished list, so that what vanished meanwhile is erased.
  virtual void retain(const std::vector<Key>& listed) = 0;
  virtual void ready() = 0;  // after every full list
  // An object that put() refused, or whose metadata cannot be read (then `key` is empty): once for each new reason.
  virtual void broken(const Key&, const Error&) {}
};

// Who an object is, from its text; everything after its metadata is left unread.
struct ObjectIdentity {
  Key key;
  std::string resource_version;
};
Result<ObjectIdentity> read_identity(std::string_view object_json);

class WatchLoop {
 public:
  WatchLoop(Client& client, Clock& clock, Resource resource, std::string ns, ListOptions options, WatchSink& sink);
  Task<> run();  // until cancelled
  WatchState state() const { return state_; }
  bool waiting_for_crd() const { return waiting_for_crd_; }

 private:
  Task<> step();
  Task<> list_page();
  Task<> watch_until_it_ends();
  Task<> wait_for_crd();
  Task<> after_watch_error(Error error);
  Task<> back_off(Error error);
  void handle(const WatchEvent& event);
  void take(std::string_view object_json);  // one item of a list
  void put(const Key& key, std::string_view object_json);
  void quarantine(const Key& key, const Error& error);
  void forget_quarantined_but(std::vector<Key> listed);
  void recovered();

  Client& client_;
  Clock& clock_;
  Resource resource_;
  std::string ns_;
  ListOptions options_;
  WatchSink& sink_;
  WatchState state_ = WatchState::kEmpty;
  std::string continue_token_;
  std::string resource_version_;
  std::vector<Key> listed_;
  std::map<Key, std::string> quarantined_;  // and why
  int failures_ = 0;
  int gone_in_a_row_ = 0;
  std::string last_error_;
  bool waiting_for_crd_ = false;
};

// Is `a` a later version than `b`? Resource versions are decimal numbers; anything else is not later.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
bool later_version(std::string_view a, std::string_view b);

// Without managedFields, which are half of an object's text and which few ask for.
template <class T>
Result<T> read_for_cache(std::string_view object_json) {
  TRY(T object, json::read<T>(object_json));
  object.metadata.managed_fields = {};
  return object;
}

template <class T>
class Cache final : public WatchSink {
 public:
  using Ptr = std::shared_ptr<const T>;
  // `before` and `after` are null for an object that was not there or is gone.
  using Listener = std::function<void(const Key& key, const Ptr& before, const Ptr& after)>;
  using Decoder = std::function<Result<T>(std::string_view object_json)>;
  using Broken = std::function<void(const Key& key, const Error& error)>;

  Cache(Client& client, Clock& clock, std::string ns, ListOptions options, Decoder decode = read_for_cache<T>,
        Resource resource = kResource<T>)
      : loop_(client, clock, resource, std::move(ns), std::move(options), *this),
        clock_(clock),
        decode_(std::move(decode)) {}

  Task<> run() { return loop_.run(); }
  bool is_ready() const { return ready_; }
  // The kind is not served: its CRD is not installed (yet).
  bool waiting_for_crd() const { return loop_.waiting_for_crd(); }
  // What the watch showed or what we wrote since, whichever is newer.
  Ptr get(const Key& key) const {
    const auto written = written_.find(key);
    Ptr shown = shown_by_watch(key);
    return written != written_.end() && is_ahead(written->second, shown) ? written->second.object : shown;
  }
  const std::map<Key, Ptr>& all() const { return objects_; }  // what the watch showed
  // Remembers what the API server answered to our write, for ten seconds if the watch never shows it.
  Result<Ptr> wrote(const SecretBytes& answer) {
    TRY(T object, decode_(answer.reveal()));
    return wrote(std::move(object));
  }
  Ptr wrote(T object) {
    Key key = object.metadata.key();
    auto kept = std::make_shared<const T>(std::move(object));
    Written written{kept, clock_.steady() + std::chrono::seconds(10)};
    if (is_ahead(written, shown_by_watch(key))) written_.insert_or_assign(std::move(key), std::move(written));
    return kept;
  }
  // For listeners: is this exactly what we wrote last?
  bool is_own_write(const Key& key, const T& object) const {
    const auto it = written_.find(key);
    return it != written_.end() && it->second.object->metadata.resource_version == object.metadata.resource_version;
  }
  void on_change(Listener listener) { listeners_.push_back(std::move(listener)); }
  void on_ready(std::function<void()> fn) { on_ready_.push_back(std::move(fn)); }
  // An object that cannot be decoded, once for each reason; its last good state stays in the cache.
  void on_broken(Broken fn) { broken_ = std::move(fn); }

  Result<void> put(std::string_view object_json) override {
    TRY(T object, decode_(object_json));
    Key key = object.metadata.key();
    auto& slot = objects_[key];
    Ptr before = std::exchange(slot, std::make_shared<const T>(std::move(object)));
    tell(key, before, slot);
    const auto written = written_.find(key);
    if (written != written_.end() && !is_ahead(written->second, shown_by_watch(key))) written_.erase(written);
    return {};
  }
  void erase(const Key& key) override {
    written_.erase(key);
    const auto it = objects_.find(key);
    if (it == objects_.end()) return;
    const Ptr before = it->second;
    objects_.erase(it);
    tell(key, before, nullptr);
  }
  void retain(const std::vector<Key>& listed) override;
  void ready() override {
    if (std::exchange(ready_, true)) return;
    for (const auto& fn : on_ready_) fn();
  }
  void broken(const Key& key, const Error& error) override {
    if (broken_) broken_(key, error);
  }

 private:
  struct Written {
    Ptr object;
    SteadyTime until;
  };

  Ptr shown_by_watch(const Key& key) const {
    const auto it = objects_.find(key);
    return it == objects_.end() ? nullptr : it->second;
  }
  bool is_ahead(const Written& written, const Ptr& shown) const {
    if (clock_.steady() >= written.until) return false;
    return !shown || later_version(written.object->metadata.resource_version, shown->metadata.resource_version);
  }
  void tell(const Key& key, const Ptr& before, const Ptr& after) {
    for (const auto& listener : listeners_) listener(key, before, after);
  }

  WatchLoop loop_;
  Clock& clock_;
  Decoder decode_;
  std::map<Key, Ptr> objects_;
  std::map<Key, Written> written_;
  std::vector<Listener> listeners_;
  std::vector<std::function<void()>> on_ready_;
  Broken broken_;
  bool ready_ = false;
};

template <class T>
void Cache<T>::retain(const std::vector<Key>& listed) {
  std::vector<Key> gone;
  std::vector<Key> sorted = listed;
  std::ranges::sort(sorted);
  for (const auto& [key, object] : objects_) {
    if (!std::ranges::binary_search(sorted, key)) gone.push_back(key);
  }
  for (const Key& key : gone) erase(key);
}

}  // namespace rotor::kube
