#include "kube/runtime/watch_group.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "kube/runtime/watches.hpp"

namespace rotor::kube {

WatchGroup::WatchGroup(Client& client, Clock& clock, Resource resource, const Namespaces& namespaces,
                       const ListOptions& options, WatchSink& sink) {
  for (std::string& ns : namespaces.scopes()) {
    loops_.push_back(std::make_unique<WatchLoop>(client, clock, resource, std::move(ns), options, sink));
  }
}

Task<> WatchGroup::run() {
  if (loops_.size() == 1) co_return co_await loops_.front()->run();
  std::vector<std::function<Task<>()>> parts;
  for (const auto& loop : loops_) parts.emplace_back([&watch = *loop] { return watch.run(); });
  co_await run_together(std::move(parts));
}

bool WatchGroup::listed() const {
  return std::ranges::all_of(loops_, [](const auto& loop) { return loop->listed_once(); });
}

bool WatchGroup::waiting_for_crd() const {
  return std::ranges::any_of(loops_, [](const auto& loop) { return loop->waiting_for_crd(); });
}

const std::string* WatchGroup::why_broken(const Key& key) const {
  for (const auto& loop : loops_) {
    const auto found = loop->quarantined().find(key);
    if (found != loop->quarantined().end()) return &found->second;
  }
  return nullptr;
}

std::string WatchGroup::trouble() const {
  for (const auto& loop : loops_) {
    std::string met = loop->listed_once() ? loop->refusal() : loop->trouble();
    if (!met.empty()) return met;
  }
  return {};
}

}  // namespace rotor::kube
