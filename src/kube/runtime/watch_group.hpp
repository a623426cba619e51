// The watch loops of one kind that feed one sink: one for the cluster, or one for each namespace somebody works in.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kube/object/namespaces.hpp"
#include "kube/runtime/watch_loop.hpp"

namespace rotor::kube {

class WatchGroup {
 public:
  // Everything handed in outlives the group.
  WatchGroup(Client& client, Clock& clock, Resource resource, const Namespaces& namespaces, const ListOptions& options,
             WatchSink& sink);

  Task<> run();  // until cancelled
  // Each of them has been listed once.
  bool listed() const;
  bool waiting_for_crd() const;
  // Why an object that is there cannot be read; null: it can, or there is none.
  const std::string* why_broken(const Key& key) const;
  // What the first of those that are not listed yet met last, or is refused to one that is, with the kind; empty:
  // nothing.
  std::string trouble() const;

 private:
  std::vector<std::unique_ptr<WatchLoop>> loops_;
};

}  // namespace rotor::kube
