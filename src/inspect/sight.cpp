#include "inspect/sight.hpp"

#include <algorithm>

#include "openclaw/last_good/record.hpp"
#include "openclaw/names.hpp"
#include "secrets/failure_event.hpp"
#include "secrets/policies.hpp"
#include "secrets/remarks.hpp"
#include "secrets/store_view.hpp"

namespace rotor::inspect {
namespace {

template <class Map>
auto at(const Map& map, const typename Map::key_type& key) -> typename Map::mapped_type {
  const auto it = map.find(key);
  return it == map.end() ? nullptr : it->second;
}

template <class Map>
auto all_at(const Map& map, const typename Map::key_type& key) {
  std::vector<typename Map::mapped_type> out;
  for (auto [it, end] = map.equal_range(key); it != end; ++it) out.push_back(it->second);
  return out;
}

kube::Key key_of(const Id& id) { return {id.ns, id.name}; }

std::string text_at(const kube::StringMap& map, std::string_view name) {
  const auto it = map.find(name);
  return it == map.end() ? std::string() : it->second;
}

}  // namespace

Id id_of(const Store& store) {
  return {store.cluster ? Kind::kClusterStore : Kind::kStore, store.metadata.ns, store.metadata.name};
}
Id id_of(const api::es::ClusterExternalSecret& ces) { return {Kind::kClusterExternalSecret, "", ces.metadata.name}; }
Id id_of(const api::es::ExternalSecret& es) { return {Kind::kExternalSecret, es.metadata.ns, es.metadata.name}; }
Id id_of(const Instance& instance) { return {Kind::kInstance, instance.metadata.ns, instance.metadata.name}; }
Id id_of(const Pod& pod) { return {Kind::kPod, pod.metadata.ns, pod.metadata.name}; }

std::vector<Id> stores_of(const api::es::ExternalSecret& es) {
  std::vector<Id> out;
  for (const api::es::StoreRef& ref : secrets::store_refs(es)) {
    if (ref.name.empty()) continue;
    const bool cluster = secrets::store_kind(ref) == providers::kClusterSecretStoreKind;
    Id id{cluster ? Kind::kClusterStore : Kind::kStore, cluster ? "" : es.metadata.ns, ref.name};
    if (std::ranges::find(out, id) == out.end()) out.push_back(std::move(id));
  }
  return out;
}

std::optional<Id> parent_of(const api::es::ExternalSecret& es) {
  for (const kube::OwnerReference& owner : es.metadata.owner_references) {
    if (owner.controller.value_or(false) && owner.kind == "ClusterExternalSecret") {
      return Id{Kind::kClusterExternalSecret, "", owner.name};
    }
  }
  return std::nullopt;
}

bool makes_secret(const api::es::ExternalSecret& es) { return secrets::writes(es) && !secrets::is_generic(es); }

Id target_of(const api::es::ExternalSecret& es) { return {Kind::kSecret, es.metadata.ns, es.target_name()}; }

Sight::Sight(const Cluster& cluster) : cluster_(cluster) {
  for (const Store& store : cluster.stores) stores_.emplace(id_of(store), &store);
  for (const auto& es : cluster.external_secrets) {
    external_secrets_.emplace(es.metadata.key(), &es);
    if (makes_secret(es)) makers_.emplace(key_of(target_of(es)), &es);
  }
  for (const auto& secret : cluster.secrets) secrets_.emplace(secret.key(), &secret);
  for (const Instance& instance : cluster.instances) instances_.emplace(instance.metadata.key(), &instance);
  for (const Workload& workload : cluster.workloads) workloads_.emplace(workload.metadata.key(), &workload);
  for (const Pod& pod : cluster.pods) {
    for (const Id& secret : read_by(pod)) users_.emplace(key_of(secret), &pod);
    if (const Instance* owner = owner_of(pod)) pods_.emplace(owner->metadata.key(), &pod);
  }
  for (const kube::Event& event : cluster.events) {
    const auto kind = kind_called(event.involved_object.kind);
    if (!kind) continue;
    events_.emplace(Id{*kind, of_the_cluster(*kind) ? "" : event.involved_object.ns, event.involved_object.name},
                    &event);
  }
}

const Store* Sight::store(const Id& id) const { return at(stores_, id); }
const api::es::ClusterExternalSecret* Sight::cluster_external_secret(const Id& id) const {
  const auto& all = cluster_.cluster_external_secrets;
  const auto found = std::ranges::find_if(all, [&id](const auto& ces) { return ces.metadata.name == id.name; });
  return found == all.end() ? nullptr : &*found;
}
const api::es::ExternalSecret* Sight::external_secret(const Id& id) const { return at(external_secrets_, key_of(id)); }
const kube::ObjectMeta* Sight::secret(const Id& id) const { return at(secrets_, key_of(id)); }
const Instance* Sight::instance(const Id& id) const { return at(instances_, key_of(id)); }
const Workload* Sight::workload(const kube::Key& key) const { return at(workloads_, key); }

std::vector<const api::es::ExternalSecret*> Sight::makers_of(const Id& secret) const {
  return all_at(makers_, key_of(secret));
}
std::vector<const Pod*> Sight::users_of(const Id& secret) const { return all_at(users_, key_of(secret)); }
std::vector<const Pod*> Sight::pods_of(const Id& instance) const { return all_at(pods_, key_of(instance)); }

// A copy of another Secret is none that it makes up itself.
bool Sight::made_by_instance(const Id& secret) const {
  const kube::ObjectMeta* metadata = this->secret(original_of(secret).value_or(secret));
  if (metadata == nullptr) return false;
  return std::ranges::any_of(metadata->owner_references,
                             [](const kube::OwnerReference& owner) { return owner.kind == "OpenClawInstance"; });
}

std::optional<Id> Sight::original_of(const Id& secret) const {
  const kube::ObjectMeta* metadata = at(secrets_, key_of(secret));
  if (metadata == nullptr) return std::nullopt;
  const std::string instance = text_at(metadata->labels, openclaw::kLastGoodOf);
  const std::string original = text_at(metadata->annotations, openclaw::kCopyOf);
  if (instance.empty() || original.empty() || !secret.name.starts_with(openclaw::copy_prefix(instance))) {
    return std::nullopt;
  }
  return Id{Kind::kSecret, secret.ns, original};
}

std::set<Id> Sight::read_by(const Pod& pod) const {
  std::set<Id> out;
  for (const std::string& name : pod.secrets()) {
    Id secret{Kind::kSecret, pod.metadata.ns, name};
    if (auto original = original_of(secret)) out.insert(*std::move(original));
    out.insert(std::move(secret));
  }
  return out;
}

// One that is not there counts when something is to make it.
bool Sight::may_be_made(const Id& secret) const {
  return this->secret(secret) != nullptr || makers_.contains(key_of(secret));
}

std::vector<Id> Sight::secrets_of(const Instance& instance) const {
  const Workload* made = workload(instance.metadata.key());
  std::vector<Id> out;
  const auto add = [this, &out](Id id) {
    if (!made_by_instance(id) && std::ranges::find(out, id) == out.end()) out.push_back(std::move(id));
  };
  for (const auto& [name, reference] : made != nullptr ? made->references : instance.references) {
    Id id{Kind::kSecret, instance.metadata.ns, name};
    if (const auto original = original_of(id); original && may_be_made(*original)) add(*original);
    add(std::move(id));
  }
  return out;
}

// Its pods belong to the StatefulSet that has the instance's name.
const Instance* Sight::owner_of(const Pod& pod) const {
  for (const kube::OwnerReference& owner : pod.metadata.owner_references) {
    if (owner.kind != "StatefulSet") continue;
    const kube::Key key{pod.metadata.ns, owner.name};
    const Workload* set = workload(key);
    const bool managed =
        set == nullptr || std::ranges::any_of(set->metadata.owner_references, [](const kube::OwnerReference& o) {
          return o.kind == "OpenClawInstance";
        });
    if (managed) return at(instances_, key);
  }
  return nullptr;
}

std::vector<const kube::Event*> Sight::warnings(const Id& id) const {
  auto out = all_at(events_, id);
  std::erase_if(out, [](const kube::Event* event) { return event->type != "Warning"; });
  std::ranges::sort(out, [](const auto* a, const auto* b) { return secrets::earlier_event(b, a); });
  return out;
}

std::string Sight::remarks(const Id& id) const { return secrets::standing_remarks(all_at(events_, id)); }

}  // namespace rotor::inspect
