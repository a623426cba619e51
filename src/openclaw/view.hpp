// What a pass sees of the cluster: watch caches, and over them our own writes until the watch has caught up, so that a
// pass right after a write does not write again.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "api/openclaw/instance.hpp"
#include "base/clock.hpp"
#include "kube/cache.hpp"

namespace rotor::openclaw {

// An object that we own, as text: parsed only in the pass that needs it.
struct LiveObject {
  kube::ObjectMeta metadata;  // without managedFields, which stay in the text
  std::string text;
};
Result<LiveObject> read_live(std::string_view object_json);

// All that is kept of the cluster's Secrets.
struct SecretMark {
  struct Metadata {
    std::string ns, name, resource_version;
    kube::Key key() const { return {ns, name}; }
  } metadata;
  bool ignored = false;  // marked as not to cause restarts
};
Result<SecretMark> read_mark(std::string_view object_json);

template <class T>
class FreshCache {
 public:
  using Ptr = std::shared_ptr<const T>;

  template <class... Args>
  explicit FreshCache(Args&&... args) : cache_(std::forward<Args>(args)...) {}

  kube::Cache<T>& cache() { return cache_; }
  const kube::Cache<T>& cache() const { return cache_; }

  Ptr get(const kube::Key& key) {
    Ptr seen = cache_.get(key);
    const auto own = written_.find(key);
    if (own == written_.end()) return seen;
    if (version(seen) == own->second.before) return own->second.after;
    written_.erase(own);
    return seen;
  }

  // `before`: the version the watch had shown when the write was sent, empty for none.
  Ptr wrote(std::string before, T after) {
    kube::Key key = after.metadata.key();
    auto kept = std::make_shared<const T>(std::move(after));
    written_.insert_or_assign(std::move(key), Written{std::move(before), kept});
    return kept;
  }
  void forget(const kube::Key& key) { written_.erase(key); }

  static std::string version(const Ptr& object) {
    return object == nullptr ? std::string() : object->metadata.resource_version;
  }

 private:
  struct Written {
    std::string before;
    Ptr after;
  };
  kube::Cache<T> cache_;
  std::map<kube::Key, Written> written_;
};

using Live = FreshCache<LiveObject>;
using LivePtr = Live::Ptr;

struct View {
  View(kube::Client& client, Clock& clock, std::string watched_namespace);

  FreshCache<api::OpenClawInstance> instances;
  Live stateful_sets;
  Live services;
  Live service_accounts;
  FreshCache<SecretMark> secrets;

  bool ready() const;
};

}  // namespace rotor::openclaw
