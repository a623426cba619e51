// A cache of which this replica keeps its own objects whole and those of others small. What comes to it is read again
// by one list: made after the shards were taken, it holds what their owner before wrote last.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kube/object/namespaces.hpp"
#include "kube/runtime/cache.hpp"
#include "kube/runtime/signal.hpp"

namespace rotor::kube {

// `T` says by reduced() which of the two it is.
template <class T>
class PartlyKept {
 public:
  struct Rules {
    std::function<bool(const T& kept)> is_whole;  // goes by what is kept of every object
    typename Cache<T>::Decoder read_whole;
    std::function<T(const T& whole)> reduce;
    bool marks_broken = false;  // read_whole answers for what cannot be read, too
  };
  // What the cache lists and watches. Client and cache outlive this.
  PartlyKept(Client& client, Cache<T>& cache, Resource resource, Namespaces watched, ListOptions options, Rules rules)
      : client_(client),
        cache_(cache),
        resource_(resource),
        watched_(std::move(watched)),
        options_(std::move(options)),
        rules_(std::move(rules)) {}

  // After each change of what is this replica's.
  void reduce_others() {
    std::vector<typename Cache<T>::Ptr> others;
    for (const auto& [key, kept] : cache_.all()) {
      if (!kept->reduced() && !rules_.is_whole(*kept)) others.push_back(kept);
    }
    for (const auto& kept : others) cache_.replace(kept->metadata.key(), rules_.reduce(*kept));
  }

  // The namespaces in which something is to be whole and is not yet.
  std::set<std::string> incomplete() const {
    std::set<std::string> namespaces;
    for (const auto& [key, kept] : cache_.all()) {
      const bool given_up = !rules_.marks_broken && cache_.why_broken(key) != nullptr;
      if (kept->reduced() && rules_.is_whole(*kept) && !given_up) namespaces.insert(key.ns);
    }
    return namespaces;
  }

  // Asks for nothing when nothing is missing. What goes missing meanwhile wants a list of its own, made after that.
  Task<Result<void>> complete() {
    const std::set<std::string> missing = incomplete();
    if (missing.empty()) co_return Result<void>();
    for (std::string& ns : watched_.scopes()) {
      CO_TRY_VOID(co_await list_all(client_, resource_, std::move(ns), options_,
                                    [this, &missing](std::string_view object_json) { take(object_json, missing); }));
    }
    co_return Result<void>();
  }

 private:
  // A later page of a list may be older than what the watch has shown since: that one comes with the next list.
  void take(std::string_view object_json, const std::set<std::string>& missing) {
    const auto id = read_identity(object_json);
    if (id && !missing.contains(id->key.ns)) return;
    const auto shown = id ? cache_.all().find(id->key) : cache_.all().end();
    if (shown == cache_.all().end() || !shown->second->reduced() || !rules_.is_whole(*shown->second)) return;
    if (later_version(shown->second->metadata.resource_version, id->resource_version)) return;
    if (auto whole = rules_.read_whole(object_json)) cache_.replace(id->key, *std::move(whole));
  }

  Client& client_;
  Cache<T>& cache_;
  Resource resource_;
  Namespaces watched_;
  ListOptions options_;
  Rules rules_;
};

// Reads whenever something is missing, and a second later again when that was not all of it; until cancelled.
Task<> keep_complete(Clock& clock, Signal& some_missing, std::function<bool()> is_missing,
                     std::function<Task<Result<void>>()> read);

}  // namespace rotor::kube
