#include "kube/runtime/watch_loop.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/log.hpp"
#include "kube/client/paths.hpp"
#include "kube/client/retry.hpp"

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstBackOff = 1s;
constexpr Duration kMostBackOff = 10s;  // a server that is back is noticed by then
constexpr Duration kAskForCrdEvery = 5s;

// A watch that ends sooner than this has brought nothing: opening it again at once would be a busy loop.
constexpr auto kShortestWatch = 1s;

}  // namespace

Result<ObjectIdentity> read_identity(std::string_view object_json) {
  ObjectIdentity id;
  json::Reader reader(object_json);
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    if (key != "metadata") {
      reader.read_raw();
      continue;
    }
    reader.begin_object();
    while (reader.next_member(key)) {
      if (key == "name") {
        id.key.name = reader.read_string();
      } else if (key == "namespace") {
        id.key.ns = reader.read_string();
      } else if (key == "resourceVersion") {
        id.resource_version = reader.read_string();
      } else {
        reader.read_raw();
      }
      if (!id.key.name.empty() && !id.key.ns.empty() && !id.resource_version.empty()) return id;
    }
    break;  // the rest of the object is somebody else's to read
  }
  if (reader.failed()) return std::unexpected(reader.finish().error());
  return id;
}

WatchLoop::WatchLoop(Client& client, Clock& clock, Resource resource, std::string ns, ListOptions options,
                     WatchSink& sink)
    : client_(client),
      clock_(clock),
      resource_(resource),
      ns_(std::move(ns)),
      options_(std::move(options)),
      sink_(sink) {}

Task<> WatchLoop::run() {
  for (;;) co_await step();
}

Task<> WatchLoop::step() {
  switch (state_) {
    case WatchState::kEmpty:
      continue_token_.clear();
      listed_.clear();
      state_ = WatchState::kListing;
      break;
    case WatchState::kListing:
      co_await list_page();
      break;
    case WatchState::kListed:
    case WatchState::kWatching:
      co_await watch_until_it_ends();
      break;
  }
}

Task<> WatchLoop::list_page() {
  auto page = co_await client_.list_page(resource_, ns_, options_, continue_token_);
  if (!page) {
    const Error error = std::move(page).error();
    if (error.code == Code::kNotFound) {
      co_await wait_for_crd();
    } else if (error.code == Code::kGone) {
      state_ = WatchState::kEmpty;  // the continue token is too old
      co_await back_off(error);
    } else {
      co_await back_off(error);  // the same page again
    }
    co_return;
  }
  if (std::exchange(waiting_for_crd_, false)) {
    log::info("the kind is served now", {{"resource", group_resource(resource_)}});
  }
  const auto read = for_each_item(page->body.reveal(), [this](std::string_view object) { take(object); });
  if (!read) {
    state_ = WatchState::kEmpty;
    co_await back_off(read.error());
    co_return;
  }
  recovered();
  resource_version_ = page->resource_version;
  continue_token_ = page->continue_token;
  if (!continue_token_.empty()) co_return;
  sink_.retain(ns_, listed_);
  forget_quarantined_but(listed_);
  listed_.clear();
  listed_.shrink_to_fit();
  state_ = WatchState::kListed;
  listed_once_ = true;
  sink_.ready();
}

Task<> WatchLoop::wait_for_crd() {
  state_ = WatchState::kEmpty;
  last_error_.clear();
  refused_.clear();
  if (!std::exchange(waiting_for_crd_, true)) {
    log::warn("waiting for a kind that the API server does not serve yet",
              {{"resource", group_resource(resource_)},
               {"version", resource_.version},
               {"install", "rotor crds | kubectl apply --server-side -f -"}});
  }
  const Duration jitter = std::chrono::duration_cast<Duration>(random_fraction() * kAskForCrdEvery / 5);
  co_await clock_.sleep_for(kAskForCrdEvery + jitter);
}

Task<> WatchLoop::watch_until_it_ends() {
  const SteadyTime opened = clock_.steady();
  auto stream = co_await client_.watch(resource_, ns_, options_, resource_version_);
  if (!stream) {
    co_await after_watch_error(std::move(stream).error());
    co_return;
  }
  state_ = WatchState::kWatching;
  if (!std::exchange(refused_, {}).empty()) {
    log::info("the kind may be watched now", {{"resource", group_resource(resource_)}});
  }
  bool brought_something = false;
  for (;;) {
    auto event = co_await (*stream)->next();
    if (!event) {
      // Closed before anything waits: a watch that failed must not hold its connection.
      stream->reset();
      co_await after_watch_error(std::move(event).error());
      co_return;
    }
    if (!*event) break;
    brought_something = true;
    recovered();
    lost_in_a_row_ = 0;
    handle(**event);
  }
  stream->reset();
  state_ = WatchState::kListed;
  if (!brought_something && clock_.steady() - opened < kShortestWatch) {
    co_await back_off(Error{Code::kUnavailable, "the watch ended at once"});
  }
}

Task<> WatchLoop::after_watch_error(Error error) {
  const bool gone = error.code == Code::kGone;
  const bool lost = gone || error.code == Code::kDenied;  // who may not watch sees by lists what there is
  state_ = lost || error.code == Code::kNotFound ? WatchState::kEmpty : WatchState::kListed;
  if (lost) ++lost_in_a_row_;
  if (gone && lost_in_a_row_ == 1) {
    log::debug("watch history is gone, listing again", {{"resource", group_resource(resource_)}});
    co_return;
  }
  // A server that always says so must not be listed in a loop; a good list in between does not count as recovery.
  if (lost) failures_ = lost_in_a_row_ - 1;
  co_await back_off(std::move(error));
}

void WatchLoop::handle(const WatchEvent& event) {
  const std::string_view object = event.object.reveal();
  auto id = read_identity(object);
  if (!id) {
    quarantine({}, id.error());
    return;
  }
  if (!id->resource_version.empty()) resource_version_ = id->resource_version;
  switch (event.type) {
    case WatchEvent::Type::kBookmark:
      sink_.sweep();
      return;
    case WatchEvent::Type::kDeleted:
      sink_.erase(id->key, id->resource_version);
      mend(id->key);
      return;
    case WatchEvent::Type::kAdded:
    case WatchEvent::Type::kModified:
      put(*id, object);
      return;
  }
}

void WatchLoop::take(std::string_view object_json) {
  auto id = read_identity(object_json);
  if (!id) {
    quarantine({}, id.error());
    return;
  }
  put(*id, object_json);
  listed_.push_back(std::move(id->key));
}

void WatchLoop::put(const ObjectIdentity& id, std::string_view object_json) {
  if (const auto done = sink_.put(id, object_json)) {
    mend(id.key);
  } else {
    quarantine(id.key, done.error());
  }
}

void WatchLoop::quarantine(const Key& key, const Error& error) {
  auto [it, first] = quarantined_.try_emplace(key);
  if (!first && it->second == error.message) return;
  it->second = error.message;
  log::warn("an object cannot be read and is left out",
            {{"resource", group_resource(resource_)}, {"object", key.text()}, {"error", error.message}});
  sink_.broken(key, error);
}

void WatchLoop::mend(const Key& key) {
  if (quarantined_.erase(key) > 0 && !key.name.empty()) sink_.mended(key);
}

void WatchLoop::forget_quarantined_but(std::vector<Key> listed) {
  if (quarantined_.empty()) return;
  std::ranges::sort(listed);
  std::vector<Key> gone;
  for (const auto& [key, why] : quarantined_) {
    if (!std::ranges::binary_search(listed, key)) gone.push_back(key);
  }
  for (const Key& key : gone) mend(key);
}

std::string WatchLoop::trouble() const {
  if (!last_error_.empty()) return fmt::format("{}: {}", group_resource(resource_), last_error_);
  if (waiting_for_crd_) {
    return fmt::format("the API server does not serve {} in version {}: rotor crds | kubectl apply --server-side -f -",
                       group_resource(resource_), resource_.version);
  }
  return {};
}

std::string WatchLoop::refusal() const {
  return refused_.empty() ? std::string() : fmt::format("{}: {}", group_resource(resource_), refused_);
}

void WatchLoop::recovered() {
  failures_ = 0;
  last_error_.clear();
}

Task<> WatchLoop::back_off(Error error) {
  ++failures_;
  Duration delay = jittered_back_off(failures_, kFirstBackOff, kMostBackOff, random_fraction());
  if (error.retry_after) delay = std::max<Duration>(delay, *error.retry_after);
  // Once for each new reason; the same one again is no news.
  const bool said = error.message == last_error_ || error.message == refused_;
  const log::Level level = said ? log::Level::kDebug : log::Level::kWarn;
  last_error_ = error.message;
  if (error.code == Code::kDenied) refused_ = error.message;
  log::write(level, "watching failed, trying again",
             {{"resource", group_resource(resource_)}, {"error", error.message}, {"in", format_duration(delay)}});
  co_await clock_.sleep_for(delay);
}

}  // namespace rotor::kube
