#include "secrets/world.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "api/core/namespace.hpp"
#include "json/object_hash.hpp"
#include "secrets/marks.hpp"

namespace rotor::secrets {
namespace {

using kube::Key;

template <class Store>
Result<StoreView> decode_store(std::string_view text) {
  TRY(Store store, json::read<Store>(text));
  return StoreView{std::string(kube::kResource<Store>.kind), std::move(store.metadata), std::move(store.spec),
                   std::move(store.status)};
}

// What a user can change. A status that we wrote ourselves is no news.
bool looks_different(const ExternalSecret& a, const ExternalSecret& b) {
  const auto& x = a.metadata;
  const auto& y = b.metadata;
  return x.uid != y.uid || x.generation != y.generation || x.labels != y.labels || x.annotations != y.annotations ||
         x.finalizers != y.finalizers || x.deletion_timestamp != y.deletion_timestamp;
}

Key target_key(const ExternalSecret& es) { return {es.metadata.ns, es.target_name()}; }

std::string owner_id(const std::string& ns, const std::string& hash) { return ns + "/" + hash; }

}  // namespace

World::World(kube::Client& client, Clock& clock, const Options& options)
    : client_(client),
      options_(options),
      external_secrets_(client, clock, options.watch_namespace, {}),
      targets_(client, clock, options.watch_namespace,
               {.label_selector = std::string(kManagedLabel) + "=" + std::string(kManagedValue)}, decode_target,
               kube::kResource<api::Secret>),
      stores_(client, clock, options.watch_namespace, {}, decode_store<api::es::SecretStore>,
              kube::kResource<api::es::SecretStore>),
      cluster_stores_(client, clock, "", {}, decode_store<api::es::ClusterSecretStore>,
                      kube::kResource<api::es::ClusterSecretStore>) {
  watch_external_secrets();
  watch_targets();
  watch_stores();
}

void World::watch_external_secrets() {
  external_secrets_.on_change([this](const Key& key, const auto& before, const auto& after) {
    if (before) {
      auto& names = by_target_[target_key(*before)];
      names.erase(key.name);
      if (names.empty()) by_target_.erase(target_key(*before));
    }
    if (after) by_target_[target_key(*after)].insert(key.name);
    if (!listeners_.external_secret) return;
    if (!before || !after || looks_different(*before, *after)) listeners_.external_secret(key, !before, after);
  });
  external_secrets_.on_broken([this](const Key& key, const Error& error) {
    if (listeners_.unreadable) listeners_.unreadable(key, error);
  });
  external_secrets_.on_ready([this] { one_ready(); });
}

void World::watch_targets() {
  targets_.on_change([this](const Key& key, const auto& before, const auto& after) {
    index_target(key, before, after);
    if (after && targets_.is_own_write(key, *after)) return;
    if (before && after && before->metadata.resource_version == after->metadata.resource_version) return;
    const auto users = by_target_.find(key);
    if (users == by_target_.end() || !listeners_.target) return;
    for (const std::string& name : users->second) listeners_.target({key.ns, name});
  });
  targets_.on_ready([this] { one_ready(); });
}

void World::watch_stores() {
  const auto changed = [this](const Key&, const StoreViewPtr& before, const StoreViewPtr& after) {
    if (listeners_.store) listeners_.store(before, after);
  };
  stores_.on_change(changed);
  cluster_stores_.on_change(changed);
  stores_.on_ready([this] { one_ready(); });
  cluster_stores_.on_ready([this] { one_ready(); });
}

void World::index_target(const Key& key, const TargetPtr& before, const TargetPtr& after) {
  if (before) {
    if (const auto* hash = before->label(kOwnerLabel)) {
      const auto it = by_owner_.find(owner_id(key.ns, *hash));
      if (it != by_owner_.end() && it->second.erase(key.name) > 0 && it->second.empty()) by_owner_.erase(it);
    }
  }
  if (!after) return;
  if (const auto* hash = after->label(kOwnerLabel)) by_owner_[owner_id(key.ns, *hash)].insert(key.name);
}

bool World::ready() const {
  return external_secrets_.is_ready() && targets_.is_ready() && (!options_.namespaced_stores || stores_.is_ready()) &&
         (!options_.cluster_stores || cluster_stores_.is_ready());
}

void World::one_ready() {
  if (ready() && listeners_.ready) listeners_.ready();
}

Task<> World::run() {
  using namespace boost::asio::experimental::awaitable_operators;
  if (options_.cluster_stores && options_.namespaced_stores) {
    co_await (external_secrets_.run() && targets_.run() && stores_.run() && cluster_stores_.run());
  } else if (options_.namespaced_stores) {
    co_await (external_secrets_.run() && targets_.run() && stores_.run());
  } else {
    co_await (external_secrets_.run() && targets_.run() && cluster_stores_.run());
  }
}

std::set<std::string> World::owned_by(const Key& external_secret) const {
  const auto it = by_owner_.find(owner_id(external_secret.ns, owner_hash(external_secret)));
  return it == by_owner_.end() ? std::set<std::string>{} : it->second;
}

StoreViewPtr World::store(const Key& key) const { return key.ns.empty() ? cluster_stores_.get(key) : stores_.get(key); }

std::vector<StoreViewPtr> World::stores() const {
  std::vector<StoreViewPtr> all;
  for (const auto& [key, store] : stores_.all()) all.push_back(store);
  for (const auto& [key, store] : cluster_stores_.all()) all.push_back(store);
  return all;
}

StoreViewPtr World::find(std::string_view kind, const std::string& ns, const std::string& name) const {
  return kind == providers::kClusterSecretStoreKind ? cluster_stores_.get({"", name}) : stores_.get({ns, name});
}

Task<Result<kube::StringMap>> World::namespace_labels(std::string ns) {
  Key key{"", std::move(ns)};
  CO_TRY(api::Namespace found, co_await kube::get<api::Namespace>(client_, std::move(key)));
  co_return std::move(found.metadata.labels);
}

}  // namespace rotor::secrets
