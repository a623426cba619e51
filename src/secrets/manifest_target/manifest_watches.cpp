#include "secrets/manifest_target/manifest_watches.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/log.hpp"
#include "secrets/manifest_target/object_content.hpp"
#include "secrets/marks.hpp"

namespace rotor::secrets {

namespace asio = boost::asio;
using kube::Key;

namespace {

// A CustomResourceDefinition may be installed after what uses it.
constexpr auto kAskForKindEvery = std::chrono::seconds(20);

}  // namespace

struct ManifestWatches::Watched {
  kube::KindName kind;
  std::map<Key, std::set<Key>> by_target{};      // object → ExternalSecrets
  std::unique_ptr<kube::Cache<Target>> cache{};  // once the kind's resource is known
  std::optional<kube::Signal> let_go{};          // while it runs
  bool released = false;
};

Task<> ManifestWatches::run() {
  executor_ = co_await asio::this_coro::executor;
  ended_.emplace(*executor_);
  for (const auto& [kind, watched] : watched_) start(watched);
  // Cancelled, it lets go of what it started and waits for that to end: it all refers to this.
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto cancelled = [](const asio::cancellation_state& state) {
    return state.cancelled() != asio::cancellation_type::none;
  };
  while (!cancelled(co_await asio::this_coro::cancellation_state)) co_await ended_->wait();
  for (const auto& [key, use] : std::exchange(uses_, {})) let_go(*use.watched);
  watched_.clear();
  while (running_ > 0) co_await ended_->wait();
  executor_.reset();
}

void ManifestWatches::let_go(Watched& watched) {
  watched.released = true;
  if (watched.let_go) watched.let_go->notify_one();
}

void ManifestWatches::follow(const Key& external_secret, const kube::KindName& kind, const std::string& target) {
  const Key object{external_secret.ns, target};
  if (const Use* now = use_of(external_secret)) {
    if (now->watched->kind == kind && now->target == object) return;
  }
  release(external_secret);
  auto& watched = watched_[kind];
  if (!watched) {
    watched = std::make_shared<Watched>(Watched{.kind = kind});
    if (executor_) start(watched);
  }
  watched->by_target[object].insert(external_secret);
  uses_.emplace(external_secret, Use{watched, object});
}

void ManifestWatches::release(const Key& external_secret) {
  const auto it = uses_.find(external_secret);
  if (it == uses_.end()) return;
  const Use use = std::move(it->second);
  uses_.erase(it);
  Watched& watched = *use.watched;
  auto& users = watched.by_target[use.target];
  users.erase(external_secret);
  if (users.empty()) watched.by_target.erase(use.target);
  if (!watched.by_target.empty()) return;
  let_go(watched);
  watched_.erase(watched.kind);
}

const ManifestWatches::Use* ManifestWatches::use_of(const Key& external_secret) const {
  const auto it = uses_.find(external_secret);
  return it == uses_.end() ? nullptr : &it->second;
}

void ManifestWatches::start(const std::shared_ptr<Watched>& watched) {
  watched->let_go.emplace(*executor_);
  ++running_;
  asio::co_spawn(*executor_, watch(watched), [this, watched](std::exception_ptr thrown) {
    --running_;
    if (ended_) ended_->notify_one();
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      log::error("a watch ended with an exception", {{"kind", watched->kind.kind}, {"error", error.what()}});
    }
  });
}

Task<> ManifestWatches::watch(std::shared_ptr<Watched> watched) {
  using namespace asio::experimental::awaitable_operators;
  if (watched->released) co_return;
  co_await (follow_kind(watched) || watched->let_go->wait());
}

Task<kube::Resource> ManifestWatches::wait_for_kind(kube::KindName kind) {
  for (;;) {
    const auto found = co_await discovery_.find(kind);
    if (found && *found) co_return **found;
    co_await clock_.sleep_for(kAskForKindEvery);
  }
}

Task<> ManifestWatches::follow_kind(std::shared_ptr<Watched> watched) {
  const kube::Resource resource = co_await wait_for_kind(watched->kind);
  // What is refused is not watched; this goes with its users.
  while (!resource.namespaced) co_await clock_.sleep_for(kAskForKindEvery);
  watched->cache = std::make_unique<kube::Cache<Target>>(
      client_, clock_, namespaces_,
      kube::ListOptions{.label_selector = std::string(kManagedLabel) + "=" + std::string(kManagedValue)}, decode_object,
      resource);
  Watched& w = *watched;
  w.cache->on_change([this, &w](const Key& object, const TargetPtr& before, const TargetPtr& after) {
    object_changed(w, object, before, after);
  });
  w.cache->on_ready([this, &w] {
    log::debug("watching a kind for spec.target.manifest", {{"kind", w.kind.kind}, {"version", w.kind.api_version}});
    for (const auto& [object, users] : w.by_target) {
      for (const Key& user : users) changed_(user);
    }
  });
  co_await w.cache->run();
}

void ManifestWatches::object_changed(Watched& watched, const Key& object, const TargetPtr& before,
                                     const TargetPtr& after) {
  if (!watched.cache->is_ready()) return;  // all users are told once everything is listed
  if (after && watched.cache->is_own_write(object, *after)) return;
  if (before && after && before->metadata.resource_version == after->metadata.resource_version) return;
  const auto users = watched.by_target.find(object);
  if (users == watched.by_target.end()) return;
  for (const Key& user : users->second) changed_(user);
}

ManifestWatches::Sight ManifestWatches::see(const Key& external_secret) const {
  const Use* use = use_of(external_secret);
  if (use == nullptr || !use->watched->cache || !use->watched->cache->is_ready()) return {};
  return {true, use->watched->cache->get(use->target)};
}

void ManifestWatches::wrote(const Key& external_secret, Target answer) {
  const Use* use = use_of(external_secret);  // null: gone meanwhile
  if (use != nullptr && use->watched->cache) use->watched->cache->wrote(std::move(answer));
}

}  // namespace rotor::secrets
