#include "secrets/world.hpp"

#include <algorithm>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "api/core/namespace.hpp"
#include "secrets/manifest_target/manifest.hpp"
#include "secrets/marks.hpp"

namespace rotor::secrets {
namespace {

using kube::Key;

kube::ListOptions managed_secrets() {
  return {.label_selector = std::string(kManagedLabel) + "=" + std::string(kManagedValue)};
}

constexpr std::string_view kMalformedAround = "metadata or status is malformed";

template <class Store>
Result<StoreView> decode_store(std::string_view text) {
  TRY(Store store, json::read<Store>(text));
  return StoreView{std::string(kube::kResource<Store>.kind), std::move(store.metadata), std::move(store.spec),
                   std::move(store.status)};
}

}  // namespace

World::World(const Executor& executor, kube::Client& client, Clock& clock, const Options& options,
             const kube::Ownership& ownership)
    : client_(client),
      clock_(clock),
      ownership_(ownership),
      some_missing_(executor),
      external_secrets_(
          client, clock, options.watched, {}, [this](std::string_view text) { return keep(text); },
          kube::kResource<ExternalSecret>),
      targets_(
          client, clock, options.watched, managed_secrets(),
          [this](std::string_view text) { return keep_target(text); }, kube::kResource<api::Secret>),
      part_(client, external_secrets_, kube::kResource<ExternalSecret>, options.watched, {},
            {.is_whole = [this](const KeptExternalSecret& kept) { return wants_text(kept); },
             .read_whole = [this](std::string_view text) { return keeper_.keep(text); },
             .reduce = std::mem_fn(&KeptExternalSecret::without_text)}),
      part_of_targets_(client, targets_, kube::kResource<api::Secret>, options.watched, managed_secrets(),
                       {.is_whole = [this](const KeptTarget& kept) { return wants_target(kept); },
                        .read_whole = [this](std::string_view text) { return target_keeper_.keep(text); },
                        .reduce = std::mem_fn(&KeptTarget::without_text)}),
      stores_(client, clock, options.watched, {}, decode_store<api::es::SecretStore>,
              kube::kResource<api::es::SecretStore>),
      cluster_stores_(client, clock, "", {}, decode_store<api::es::ClusterSecretStore>,
                      kube::kResource<api::es::ClusterSecretStore>),
      manifests_(client, clock, options.watched),
      generic_targets_(options.generic_targets) {
  watch_external_secrets();
  watch_unreadable();
  watch_targets();
  watch_stores();
  watches_.add(external_secrets_);
  watches_.add(targets_);
  watches_.add(stores_);
  if (options.cluster_stores) watches_.add(cluster_stores_);
  watches_.on_ready([this] {
    if (listeners_.ready) listeners_.ready();
  });
}

void World::watch_external_secrets() {
  external_secrets_.on_change([this](const Key& key, const auto& before, const auto& after) {
    index_external_secret(key, before, after);
    tell_of_child(key, before, after);
    follow_manifest(key, after);
    if (!listeners_.external_secret) return;
    if (after && after->reduced()) {
      if (listeners_.readable) listeners_.readable(key);
      return;
    }
    const bool first_seen = !before || before->reduced();
    const bool news = first_seen || !after || before->decided_by_others != after->decided_by_others;
    if (news) listeners_.external_secret(key, first_seen, after);
  });
}

// Who controls it hears of it, too: by its last good state, or by the name alone.
void World::watch_unreadable() {
  const auto tell_owner = [this](const Key& key) {
    const Kept kept = external_secrets_.get(key);
    const std::string owner = kept ? kept->cluster_owner : "";
    if (listeners_.child) listeners_.child(key, owner, owner);
  };
  external_secrets_.on_broken([this, tell_owner](const Key& key, const Error&) {
    if (listeners_.unreadable) listeners_.unreadable(key);
    tell_owner(key);
  });
  external_secrets_.on_mended([this, tell_owner](const Key& key) {
    const Kept now = external_secrets_.get(key);
    if (now && now->reduced()) {
      if (listeners_.readable) listeners_.readable(key);
    } else if (listeners_.external_secret) {
      listeners_.external_secret(key, false, now);
    }
    tell_owner(key);
  });
}

World::Reading World::read(const Key& external_secret) const {
  if (const std::string* why = external_secrets_.why_broken(external_secret)) return {nullptr, *why};
  const Kept kept = external_secrets_.get(external_secret);
  if (!kept || kept->reduced()) return {};
  ExternalSecretPtr whole = kept->whole();
  std::string unreadable(whole ? "" : kMalformedAround);
  return {std::move(whole), std::move(unreadable)};
}

void World::index_external_secret(const Key& key, const Kept& before, const Kept& after) {
  if (before && !before->generic) by_target_.remove(key.ns, before->target_name, key.name);
  if (after && !after->generic) by_target_.add(key.ns, after->target_name, key.name);
  if (before) {
    const auto children = by_cluster_owner_.find(before->cluster_owner);
    const bool last =
        children != by_cluster_owner_.end() && children->second.erase(key) > 0 && children->second.empty();
    if (last) by_cluster_owner_.erase(children);
  }
  if (after && !after->cluster_owner.empty()) by_cluster_owner_[after->cluster_owner].insert(key);
}

void World::tell_of_child(const Key& key, const Kept& before, const Kept& after) {
  if (!listeners_.child) return;
  const std::string owner_before = before ? before->cluster_owner : "";
  const std::string owner_after = after ? after->cluster_owner : "";
  if (before && after) {
    const bool news = before->decided_by_others != after->decided_by_others || owner_before != owner_after;
    if (!news || external_secrets_.is_own_write(key, *after)) return;
  }
  listeners_.child(key, owner_before, owner_after);
}

std::set<Key> World::children_of(const std::string& cluster_external_secret) const {
  const auto it = by_cluster_owner_.find(cluster_external_secret);
  return it == by_cluster_owner_.end() ? std::set<Key>{} : it->second;
}

void World::follow_manifest(const Key& key, const Kept& after) {
  const ExternalSecretPtr generic = after && after->generic ? after->whole() : nullptr;
  if (generic && !manifest_fault(*generic, generic_targets_)) {
    manifests_.follow(key, kind_name(*generic), generic->target_name());
  } else {
    manifests_.release(key);
  }
}

Task<> World::run() {
  using namespace boost::asio::experimental::awaitable_operators;
  co_await (watches_.run() && manifests_.run() && complete());
}

void World::watch_targets() {
  manifests_.on_change([this](const Key& external_secret) {
    if (listeners_.target) listeners_.target(external_secret);
  });
  targets_.on_change([this](const Key& key, const auto& before, const auto& after) {
    index_target(key, before, after);
    target_changed(key, before, after);
  });
}

// For one that became whole its owner may have waited, though it writes into another by now.
void World::target_changed(const Key& key, const KeptTargetPtr& before, const KeptTargetPtr& after) {
  if (!listeners_.target || (after && after->reduced())) return;
  const bool became_whole = before && after && before->reduced();
  if (!became_whole && after && targets_.is_own_write(key, *after)) return;
  if (!became_whole && before && after && before->metadata.resource_version == after->metadata.resource_version) return;
  std::vector<std::string> concerned = by_target_.names(key.ns, key.name);
  if (became_whole && !after->owner.empty()) concerned.push_back(after->owner);
  for (std::string& name : concerned) {
    const Key external_secret{key.ns, std::move(name)};
    if (!is_reduced(external_secret)) listeners_.target(external_secret);
  }
}

void World::watch_stores() {
  const auto changed = [this](const Key&, const StoreViewPtr& before, const StoreViewPtr& after) {
    if (listeners_.store) listeners_.store(before, after);
  };
  stores_.on_change(changed);
  cluster_stores_.on_change(changed);
}

void World::index_target(const Key& key, const KeptTargetPtr& before, const KeptTargetPtr& after) {
  if (before && !before->owner_hash.empty()) by_owner_.remove(key.ns, before->owner_hash, key.name);
  if (after && !after->owner_hash.empty()) by_owner_.add(key.ns, after->owner_hash, key.name);
}

TargetPtr World::target(const Key& key) const {
  const KeptTargetPtr kept = targets_.get(key);
  return kept ? kept->whole() : nullptr;
}

ExternalSecretPtr World::external_secret(const Key& key) const {
  const Kept kept = external_secrets_.get(key);
  return kept ? kept->whole() : nullptr;
}

// Its own, and what belongs to a ClusterExternalSecret of its own.
bool World::wants_text(const KeptExternalSecret& kept) const {
  if (ownership_.keeps(kept.metadata.key())) return true;
  return !kept.cluster_owner.empty() && ownership_.keeps({"", kept.cluster_owner});
}

Result<KeptExternalSecret> World::keep(std::string_view object_json) {
  TRY(KeptExternalSecret kept, keeper_.keep(object_json));
  if (!wants_text(kept)) return kept.without_text();
  return kept;
}

// Its own, and what ExternalSecrets of its own write into. Whose nobody knows yet is kept whole.
bool World::wants_target(const KeptTarget& kept) const {
  const std::string& ns = kept.metadata.ns;
  const auto keeps = [&](const std::string& external_secret) { return ownership_.keeps({ns, external_secret}); };
  const std::vector<std::string> users = by_target_.names(ns, kept.metadata.name);
  if (kept.owner.empty() && users.empty()) return true;
  return (!kept.owner.empty() && keeps(kept.owner)) || std::ranges::any_of(users, keeps);
}

Result<KeptTarget> World::keep_target(std::string_view secret_json) {
  if (ownership_.sharded()) {
    TRY(KeptTarget reduced, read_reduced_target(secret_json));
    if (!wants_target(reduced)) return reduced;
  }
  return target_keeper_.keep(secret_json);
}

bool World::is_reduced(const Key& external_secret) const {
  const Kept kept = external_secrets_.get(external_secret);
  return kept && kept->reduced();
}

bool World::lacks_target(const Key& external_secret) {
  const Kept es = ownership_.sharded() ? external_secrets_.get(external_secret) : nullptr;
  if (!es) return false;
  std::vector<std::string> secrets = owned_by(external_secret);
  if (!es->generic) secrets.push_back(es->target_name);
  const bool lacks = std::ranges::any_of(secrets, [&](const std::string& name) {
    const KeptTargetPtr kept = targets_.get({external_secret.ns, name});
    return kept && kept->reduced() && wants_target(*kept) && targets_.why_broken({external_secret.ns, name}) == nullptr;
  });
  if (lacks) some_missing_.notify_one();
  return lacks;
}

void World::divide() {
  if (!ownership_.sharded()) return;
  part_.reduce_others();
  part_of_targets_.reduce_others();
  some_missing_.notify_one();
}

Task<> World::complete() {
  return kube::keep_complete(
      clock_, some_missing_, [this] { return !is_complete(); }, [this] { return complete_once(); });
}

// Secrets come first: with its text an ExternalSecret is worked on, unless it lacks one of them.
Task<Result<void>> World::complete_once() {
  CO_TRY_VOID(co_await part_of_targets_.complete());
  co_return co_await part_.complete();
}

Task<Result<ExternalSecretPtr>> World::read_external_secret(Key key) {
  auto found = co_await kube::get<ExternalSecret>(client_, std::move(key));
  if (found) co_return std::make_shared<const ExternalSecret>(*std::move(found));
  if (found.error().code == Code::kNotFound) co_return ExternalSecretPtr();
  co_return std::unexpected(std::move(found).error());
}

bool World::still_has(const ExternalSecret& es) const {
  const Kept kept = external_secrets_.get(es.metadata.key());
  return kept && kept->metadata.uid == es.metadata.uid;
}

Result<void> World::wrote_external_secret(const SecretBytes& answer) {
  TRY_VOID(external_secrets_.wrote(answer));
  return {};
}

Result<void> World::wrote_target(const SecretBytes& answer) {
  TRY_VOID(targets_.wrote(answer));
  return {};
}

std::vector<std::string> World::owned_by(const Key& external_secret) const {
  const std::string hash = owner_hash(external_secret);
  std::vector<std::string> owned = by_owner_.names(external_secret.ns, hash);
  std::erase_if(owned, [&](const std::string& name) {
    const KeptTargetPtr kept = targets_.get({external_secret.ns, name});
    return !kept || kept->owner_hash != hash;
  });
  return owned;
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
