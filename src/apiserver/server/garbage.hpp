// The controllers every cluster has and this server brings along: garbage collection by owner references, and emptying
// a namespace that is being deleted.
// https://kubernetes.io/docs/concepts/architecture/garbage-collection/
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "apiserver/registry/registry.hpp"
#include "apiserver/server/namespace_status.hpp"

namespace rotor::apiserver {

class GarbageCollector {
 public:
  // `wake` is called when there is work; it arranges for run() to be called soon, from the same thread but not from
  // inside a request.
  GarbageCollector(Registry& registry, std::function<void()> wake);
  ~GarbageCollector();
  GarbageCollector(const GarbageCollector&) = delete;
  GarbageCollector& operator=(const GarbageCollector&) = delete;

  // Does a bounded piece of what is left to do and calls `wake` when that was not all: requests are served in between.
  void run();

 private:
  struct Ref {
    std::string resource;  // storage key
    kube::Key key;
    auto operator<=>(const Ref&) const = default;
  };

  void on_change(std::string_view resource, const Change& change);
  void enqueue_unblocked_owners(const Change& change);
  void index(const Ref& ref, const json::Object& object, bool present);
  void enqueue(Ref ref);
  void examine(const Ref& ref);
  void examine_owner(const ServedKind& kind, const Ref& ref, const json::Object& object);
  void examine_dependent(const ServedKind& kind, const Ref& ref, const json::Object& object);
  bool waits_for_dependents(const Ref& ref) const;
  bool closes_a_circle(std::string_view uid) const;
  void empty_namespace(const std::string& name);
  std::vector<Ref> content_of(const std::string& name, NamespaceContent& content) const;
  void remove(const Ref& ref, const ServedKind& kind, std::string_view uid, std::string_view propagation);
  bool has_dependents(std::string_view uid) const;
  KindPtr kind_of(const std::string& resource) const;

  enum class OwnerState : std::uint8_t { kSolid, kAbsent, kWaiting };
  OwnerState state_of(const Owner& owner, std::string_view ns) const;

  Registry& registry_;
  std::function<void()> wake_;
  std::uint64_t subscription_;
  std::map<std::string, Ref, std::less<>> alive_;                 // by uid
  std::map<std::string, std::set<Ref>, std::less<>> dependents_;  // by the owner's uid
  std::deque<Ref> queue_;
  std::set<Ref> queued_;
  bool running_ = false;
};

}  // namespace rotor::apiserver
