#include "apiserver/registry/watch.hpp"

#include <fmt/format.h>

namespace rotor::apiserver {

namespace {
// A reader this far behind is cut off; it comes back with its last revision.
constexpr std::size_t kMaxBehind = 20000;
}  // namespace

bool WatchFilter::matches(const json::Object& stored) const {
  return (ns.empty() || namespace_of(stored) == ns) && labels.matches(stored) && fields.matches(stored);
}

WatchFeed::WatchFeed(Store& store, const Renderer& renderer, Target target, WatchFilter filter, Accepted accepted)
    : store_(store), renderer_(renderer), target_(std::move(target)), filter_(std::move(filter)), accepted_(accepted) {
  subscription_ = store_.subscribe([this](std::string_view resource, const Change& change) {
    if (resource == target_.kind->storage_key) on_change(change);
  });
}

WatchFeed::~WatchFeed() { store_.unsubscribe(subscription_); }

void WatchFeed::start_with_all(bool mark_end) {
  for (const auto& [key, object] : store_.objects(target_.kind->storage_key)) {
    if (filter_.matches(*object)) queue_.push_back({.type = "ADDED", .object = object});
  }
  if (mark_end) queue_.push_back({.type = {}, .line = renderer_.bookmark(target_, store_.revision(), true, accepted_)});
}

void WatchFeed::start_after(std::uint64_t revision) {
  const auto changes = store_.changes_since(target_.kind->storage_key, revision);
  // A revision from the future is one of another life of this server.
  if (!changes || revision > store_.revision()) {
    fail(expired(
        fmt::format("too old resource version: {} ({})", revision, store_.oldest_revision(target_.kind->storage_key))));
    return;
  }
  for (const Change& change : *changes) on_change(change);
}

void WatchFeed::on_change(const Change& change) {
  if (ended_) return;
  const bool before = change.previous != nullptr && filter_.matches(*change.previous);
  const bool after = change.type != Change::Type::kDeleted && filter_.matches(*change.object);
  if (!before && !after) return;
  if (after) {
    push({.type = before ? "MODIFIED" : "ADDED", .object = change.object, .line = {}, .weight = change.weight});
    return;
  }
  if (change.type == Change::Type::kDeleted) {
    push({.type = "DELETED", .object = change.object, .line = {}, .weight = change.weight});
    return;
  }
  // It still exists but no longer matches: the last state that did, at the revision where it stopped.
  json::Object last = *change.previous;
  metadata_of(last)["resourceVersion"] = std::to_string(change.revision);
  push({.type = "DELETED", .object = share(std::move(last)), .line = {}, .weight = change.weight});
}

void WatchFeed::push(Item item) {
  if (swap_) {
    swap_ = false;
    held_ = std::move(item);
    return;
  }
  queued_ += item.weight;
  queue_.push_back(std::move(item));
  if (held_) {
    queued_ += held_->weight;
    queue_.push_back(*std::move(held_));
    held_.reset();
  }
  if (queue_.size() > kMaxBehind || queued_ > store_.options().watch_backlog) {
    ended_ = true;
    queue_.clear();
    queued_ = 0;
  }
  if (wake_) wake_();
}

std::optional<SecretBytes> WatchFeed::next() {
  if (queue_.empty()) return std::nullopt;
  Item item = std::move(queue_.front());
  queue_.pop_front();
  queued_ -= item.weight;
  if (item.type.empty()) return std::move(item.line);
  SecretBytes line = renderer_.event(target_, item.type, *item.object, accepted_, first_);
  first_ = false;
  return line;
}

SecretBytes WatchFeed::bookmark() const { return renderer_.bookmark(target_, store_.revision(), false, accepted_); }

void WatchFeed::fail(const Failure& failure) {
  queue_.push_back({.type = {}, .line = Renderer::error_event(failure)});
  ended_ = true;
  if (wake_) wake_();
}

}  // namespace rotor::apiserver
