#include "apiserver/server/garbage.hpp"

#include <algorithm>

namespace rotor::apiserver {

namespace {

// Objects looked at, or deletions of one namespace, before others have their turn: some milliseconds.
constexpr std::size_t kAtOnce = 256;

constexpr std::string_view kForeground = "foregroundDeletion";
constexpr std::string_view kOrphan = "orphan";

void drop_owners(json::Object& object, const std::set<std::string, std::less<>>& uids) {
  json::Object& meta = metadata_of(object);
  json::Value* all = meta.if_contains("ownerReferences");
  if (all == nullptr || !all->is_array()) return;
  json::Array kept;
  for (const json::Value& one : all->get_array()) {
    if (!one.is_object() || !uids.contains(text(one.get_object(), "uid"))) kept.push_back(one);
  }
  if (kept.empty()) {
    meta.erase("ownerReferences");
  } else {
    *all = std::move(kept);
  }
}

// Its owners need not wait for this one any more.
void unblock_owners(json::Object& object) {
  json::Value* all = metadata_of(object).if_contains("ownerReferences");
  if (all == nullptr || !all->is_array()) return;
  for (json::Value& one : all->get_array()) {
    if (one.is_object() && one.get_object().contains("blockOwnerDeletion"))
      one.get_object()["blockOwnerDeletion"] = false;
  }
}

bool waits_in_foreground(const json::Object& object) {
  return is_deleting(object) && has_finalizer(object, kForeground);
}

}  // namespace

GarbageCollector::GarbageCollector(Registry& registry, std::function<void()> wake)
    : registry_(registry), wake_(std::move(wake)) {
  subscription_ = registry_.store().subscribe(
      [this](std::string_view resource, const Change& change) { on_change(resource, change); });
}

GarbageCollector::~GarbageCollector() { registry_.store().unsubscribe(subscription_); }

void GarbageCollector::index(const Ref& ref, const json::Object& object, bool present) {
  const std::string uid(uid_of(object));
  if (present) {
    alive_[uid] = ref;
  } else {
    alive_.erase(uid);
  }
  for (const Owner& owner : owners_of(object)) {
    auto& refs = dependents_[std::string(owner.uid)];
    if (present) {
      refs.insert(ref);
    } else {
      refs.erase(ref);
    }
    if (refs.empty()) dependents_.erase(std::string(owner.uid));
  }
}

void GarbageCollector::enqueue(Ref ref) {
  if (!queued_.insert(ref).second) return;
  queue_.push_back(std::move(ref));
  if (!running_ && queue_.size() == 1) wake_();
}

// Those that this object held up before the change and no longer does.
void GarbageCollector::enqueue_unblocked_owners(const Change& change) {
  const std::vector<Owner> now = owners_of(*change.object);
  for (const Owner& before : owners_of(*change.previous)) {
    const auto still = [&](const Owner& one) { return one.blocks && one.uid == before.uid; };
    if (!before.blocks || std::ranges::any_of(now, still)) continue;
    if (const auto alive = alive_.find(before.uid); alive != alive_.end()) enqueue(alive->second);
  }
}

void GarbageCollector::on_change(std::string_view resource, const Change& change) {
  const Ref ref{std::string(resource),
                {std::string(namespace_of(*change.object)), std::string(name_of(*change.object))}};
  if (change.previous != nullptr) index(ref, *change.previous, false);
  const bool present = change.type != Change::Type::kDeleted;
  if (present) index(ref, *change.object, true);

  const bool interesting = is_deleting(*change.object) || !owners_of(*change.object).empty();
  if (present && interesting) enqueue(ref);
  if (present && change.previous != nullptr) enqueue_unblocked_owners(change);
  if (!present) {
    const auto it = dependents_.find(uid_of(*change.object));
    if (it != dependents_.end()) {
      for (const Ref& dependent : std::set<Ref>(it->second)) enqueue(dependent);
    }
    // The owners that wait for this one, and the namespace that waits to be empty.
    for (const Owner& owner : owners_of(*change.object)) {
      if (const auto alive = alive_.find(owner.uid); alive != alive_.end()) enqueue(alive->second);
    }
    if (!ref.key.ns.empty()) {
      const ObjectPtr ns = registry_.store().get("namespaces", {"", ref.key.ns});
      if (ns != nullptr && is_deleting(*ns)) enqueue({"namespaces", {"", ref.key.ns}});
    }
  }
}

void GarbageCollector::run() {
  if (running_) return;
  running_ = true;
  for (std::size_t n = 0; n < kAtOnce && !queue_.empty(); ++n) {
    const Ref ref = std::move(queue_.front());
    queue_.pop_front();
    queued_.erase(ref);
    examine(ref);
  }
  running_ = false;
  if (!queue_.empty()) wake_();
}

KindPtr GarbageCollector::kind_of(const std::string& resource) const {
  for (const KindPtr& kind : registry_.kinds().all()) {
    if (kind->storage_key == resource) return kind;
  }
  return nullptr;
}

void GarbageCollector::examine(const Ref& ref) {
  const ObjectPtr object = registry_.store().get(ref.resource, ref.key);
  const KindPtr kind = kind_of(ref.resource);
  if (object == nullptr || kind == nullptr) return;
  if (is_deleting(*object)) {
    if (ref.resource == "namespaces") empty_namespace(ref.key.name);
    examine_owner(*kind, ref, *object);
  } else {
    examine_dependent(*kind, ref, *object);
  }
}

bool GarbageCollector::has_dependents(std::string_view uid) const { return dependents_.contains(uid); }

bool GarbageCollector::waits_for_dependents(const Ref& ref) const {
  const ObjectPtr object = registry_.store().get(ref.resource, ref.key);
  return object != nullptr && waits_in_foreground(*object);
}

// One of its own dependents waits already: then they may wait for each other.
bool GarbageCollector::closes_a_circle(std::string_view uid) const {
  const auto it = dependents_.find(uid);
  return it != dependents_.end() &&
         std::ranges::any_of(it->second, [this](const Ref& one) { return waits_for_dependents(one); });
}

void GarbageCollector::remove(const Ref& ref, const ServedKind& kind, std::string_view uid,
                              std::string_view propagation) {
  Target target{.kind = registry_.kinds().find(kind.group, kind.plural), .ns = ref.key.ns, .name = ref.key.name};
  if (target.kind == nullptr) return;
  target.version = target.kind->version(target.kind->storage_version);
  (void)registry_.remove(target, {.propagation = std::string(propagation), .uid = std::string(uid)});
}

void GarbageCollector::examine_owner(const ServedKind& kind, const Ref& ref, const json::Object& object) {
  const auto it = dependents_.find(uid_of(object));
  const std::set<Ref> dependents = it == dependents_.end() ? std::set<Ref>() : it->second;
  const std::set<std::string, std::less<>> self{std::string(uid_of(object))};
  if (has_finalizer(object, kOrphan)) {
    for (const Ref& one : dependents) {
      const KindPtr theirs = kind_of(one.resource);
      if (theirs != nullptr) registry_.amend(*theirs, one.key, [&](json::Object& child) { drop_owners(child, self); });
    }
    registry_.amend(kind, ref.key, [](json::Object& owner) { remove_finalizer(owner, kOrphan); });
    return;
  }
  if (!has_finalizer(object, kForeground)) return;
  bool blocked = false;
  for (const Ref& one : dependents) {
    const ObjectPtr child = registry_.store().get(one.resource, one.key);
    if (child == nullptr || one == ref) continue;  // nothing waits for itself
    for (const Owner& owner : owners_of(*child)) blocked = blocked || (owner.blocks && owner.uid == uid_of(object));
    if (!waits_in_foreground(*child)) enqueue(one);  // the others come back by themselves
  }
  if (!blocked) registry_.amend(kind, ref.key, [](json::Object& owner) { remove_finalizer(owner, kForeground); });
}

GarbageCollector::OwnerState GarbageCollector::state_of(const Owner& owner, std::string_view ns) const {
  const auto [group, version] = split_api_version(owner.api_version);
  const KindPtr kind = registry_.kinds().find_kind(group, owner.kind);
  // A kind that is not served cannot be looked up: nothing is deleted on a guess.
  if (kind == nullptr) return OwnerState::kSolid;
  const ObjectPtr found =
      registry_.store().get(kind->storage_key, {kind->namespaced ? std::string(ns) : "", std::string(owner.name)});
  if (found == nullptr || uid_of(*found) != owner.uid) return OwnerState::kAbsent;
  return waits_in_foreground(*found) ? OwnerState::kWaiting : OwnerState::kSolid;
}

void GarbageCollector::examine_dependent(const ServedKind& kind, const Ref& ref, const json::Object& object) {
  bool solid = false;
  bool waiting = false;
  std::set<std::string, std::less<>> stale;
  for (const Owner& owner : owners_of(object)) {
    const OwnerState state = state_of(owner, ref.key.ns);
    solid = solid || state == OwnerState::kSolid;
    waiting = waiting || state == OwnerState::kWaiting;
    if (state != OwnerState::kSolid) stale.emplace(owner.uid);
  }
  if (stale.empty()) return;
  if (solid) {
    registry_.amend(kind, ref.key, [&](json::Object& child) { drop_owners(child, stale); });
    return;
  }
  const bool foreground = has_finalizer(object, kForeground) || (waiting && has_dependents(uid_of(object)));
  if (foreground && closes_a_circle(uid_of(object))) registry_.amend(kind, ref.key, unblock_owners);
  remove(ref, kind, uid_of(object),
         has_finalizer(object, kOrphan) ? "Orphan"
         : foreground                   ? "Foreground"
                                        : "Background");
}

// What is in it; answered is what is still to be deleted.
std::vector<GarbageCollector::Ref> GarbageCollector::content_of(const std::string& name,
                                                                NamespaceContent& content) const {
  std::vector<Ref> out;
  for (const KindPtr& kind : registry_.kinds().all()) {
    const bool shown_twice = kind->storage_key != resource_key(kind->group, kind->plural);
    if (!kind->namespaced || kind->create_only || shown_twice) continue;
    const ObjectMap& objects = registry_.store().objects(kind->storage_key);
    for (auto it = objects.lower_bound({name, ""}); it != objects.end() && it->first.ns == name; ++it) {
      content.add(kind->storage_key, *it->second);
      if (!is_deleting(*it->second)) out.push_back({kind->storage_key, it->first});
    }
  }
  return out;
}

void GarbageCollector::empty_namespace(const std::string& name) {
  NamespaceContent before;
  std::vector<Ref> found = content_of(name, before);
  if (found.size() > kAtOnce) found.resize(kAtOnce);
  for (const Ref& ref : found) {
    if (const KindPtr kind = kind_of(ref.resource)) remove(ref, *kind, {}, "Background");
  }
  if (!found.empty()) {
    enqueue({"namespaces", {"", name}});  // to see what they left, and for the rest
    return;
  }
  const KindPtr namespaces = registry_.kinds().find("", "namespaces");
  registry_.amend(*namespaces, {"", name}, [&](json::Object& ns) {
    set_namespace_conditions(ns, before, registry_.now_text());
    if (!before.empty()) return;
    if (json::Value* spec = ns.if_contains("spec"); spec != nullptr && spec->is_object())
      spec->get_object().erase("finalizers");
  });
}

}  // namespace rotor::apiserver
