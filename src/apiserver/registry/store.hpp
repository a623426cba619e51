// The objects, one revision counter over all of them, and enough history for watches and consistent paging.
// One thread; no I/O. A resource is named by its storage key ("secrets", "leases.coordination.k8s.io").
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "apiserver/registry/meta.hpp"
#include "apiserver/registry/status.hpp"
#include "kube/object/object.hpp"

namespace rotor::apiserver {

struct Change {
  enum class Type : std::uint8_t { kAdded, kModified, kDeleted } type;
  std::uint64_t revision;
  ObjectPtr object;        // for a deletion: the last state, with the deletion's revision
  ObjectPtr previous;      // null for an addition
  std::size_t weight = 0;  // of the object: bytes, about
  std::size_t previous_weight = 0;
};

using ObjectMap = std::map<kube::Key, ObjectPtr>;

class Store {
 public:
  struct Options {
    std::uint64_t first_revision = 1;
    std::size_t history = 4096;  // changes kept for each resource
    // And of all resources together, by what their objects weigh: a laptop's share, far above a minute's changes.
    std::size_t history_bytes = 64U << 20;
    std::size_t watch_backlog = 32U << 20;  // of one watch whose reader is slow
  };
  explicit Store(Options options);

  std::uint64_t revision() const { return revision_; }
  const Options& options() const { return options_; }

  ObjectPtr get(std::string_view resource, const kube::Key& key) const;
  // Creates or replaces; sets metadata.resourceVersion.
  ObjectPtr write(std::string_view resource, json::Object object);
  // Answers the last state with the revision of the deletion; null when there was none.
  ObjectPtr erase(std::string_view resource, const kube::Key& key);

  const ObjectMap& objects(std::string_view resource) const;
  std::vector<std::string> resources() const;

  // The objects as they were at `revision`; nullopt when that is older than the history.
  std::optional<ObjectMap> objects_at(std::string_view resource, std::uint64_t revision) const;

  // Changes after `revision`, oldest first; nullopt when some of them are forgotten.
  std::optional<std::vector<Change>> changes_since(std::string_view resource, std::uint64_t revision) const;
  std::uint64_t oldest_revision(std::string_view resource) const;  // the first one a watch may start after
  void forget_history(std::string_view resource);                  // as if it had been compacted now
  std::size_t history_bytes() const { return history_bytes_; }

  using Listener = std::function<void(std::string_view resource, const Change& change)>;
  std::uint64_t subscribe(Listener listener);  // called after each change, in order of subscription
  void unsubscribe(std::uint64_t id);

 private:
  struct Resource {
    ObjectMap objects;
    std::deque<Change> history;
    std::uint64_t forgotten = 0;  // the newest revision that fell out of the history
    std::size_t weight = 0;       // of the history
  };

  Resource& resource(std::string_view name);
  const Resource* find(std::string_view name) const;
  ObjectPtr stamp(json::Object object);
  void record(std::string_view name, Resource& in, Change change);
  void forget_oldest(Resource& in);

  Options options_;
  std::uint64_t revision_;
  std::size_t history_bytes_ = 0;
  std::map<std::string, Resource, std::less<>> resources_;
  std::map<std::uint64_t, Listener> listeners_;
  std::uint64_t next_listener_ = 1;
};

}  // namespace rotor::apiserver
