#include "secrets/gather.hpp"

#include <algorithm>

#include "base/time.hpp"
#include "secrets/made_mark.hpp"
#include "secrets/ownership.hpp"
#include "secrets/policies.hpp"

namespace rotor::secrets {
namespace {

// An ordinary start is no failure: a store may be applied just after what reads from it, and somebody has to look at
// it.
constexpr auto kForAMissingStore = std::chrono::seconds(2);
constexpr auto kForANewStore = std::chrono::seconds(30);

ExternalSecretPtr name_alone(const kube::Key& key) {
  ExternalSecret shell;
  shell.metadata.ns = key.ns;
  shell.metadata.name = key.name;
  return std::make_shared<const ExternalSecret>(std::move(shell));
}

// As of the last refresh, which status may not tell yet.
ExternalSecretPtr up_to_date(ExternalSecretPtr es, const PassState& state) {
  const auto known = state.refreshed.find(es->metadata.key());
  if (known == state.refreshed.end()) return es;
  const auto written = parse_time(es->status.refresh_time);
  if (!written || *written >= parse_time(known->second).value_or(*written)) return es;
  ExternalSecret later = *es;
  later.status.refresh_time = known->second;
  return std::make_shared<const ExternalSecret>(std::move(later));
}

void look_at_stores(const Parts& parts, const ExternalSecret& es, Observed& out) {
  const Options& options = parts.options;
  const auto& main = es.spec.secret_store_ref;
  if (!options.cluster_stores && main && main->kind == providers::kClusterSecretStoreKind) out.ours = false;
  for (const auto& ref : store_refs(es)) {
    const auto store = parts.world.find(store_kind(ref), es.metadata.ns, ref.name);
    if (store && !managed_by(*store, options.controller_class)) out.ours = false;
    if (out.slot.id.empty() && store) out.slot = slot_of(es, store.get(), batches(parts, *store));
    if (store && (store->judged() || !options.flood_gate)) continue;
    const Duration most = store ? kForANewStore : kForAMissingStore;
    out.patience = std::min(out.patience.value_or(most), most);
  }
}

void look_at_target(const Parts& parts, const ExternalSecret& es, Observed& out) {
  if (!is_generic(es)) {
    out.target = parts.world.target({es.metadata.ns, es.target_name()});
    return;
  }
  const ManifestWatches::Sight sight = parts.world.manifests().see(es.metadata.key());
  out.target = sight.target;
  out.target_known = sight.known;
}

// What came of earlier target names is still to be removed: that needs the whole pass.
void look_at_mark(const Parts& parts, const PassState& state, const ExternalSecret& es, Observed& out) {
  if (is_generic(es) || !out.target || !has_generators(es)) return;
  MadeMark mark = read_made_mark(out.target.get());
  const auto taken_back = state.taken_back.find(es.metadata.key());
  out.taken_back = taken_back != state.taken_back.end() && taken_back->second == mark.at;
  out.made = made_for(es, *out.target, mark);
  if (out.made && owns(es) && !orphans_of(parts.world, es).empty()) out.made.reset();
  out.made_of = std::move(mark.inputs);
}

// What a store holds is read again for another name; what a generator made is all there is of it.
TargetPtr made_once_before(const World& world, const ExternalSecret& es) {
  const auto& made = es.status.binding;
  if (!made || !has_generators(es) || made->name == es.target_name() || es.spec.refresh_policy != "CreatedOnce")
    return nullptr;
  TargetPtr earlier = world.target({es.metadata.ns, made->name});
  return earlier && controls(es, *earlier) && earlier->hash_matches() ? earlier : nullptr;
}

}  // namespace

Observed gather(const Parts& parts, const PassState& state, const kube::Key& key) {
  Observed out;
  out.now = parts.clock.now();
  out.least_interval = parts.options.least_interval;
  out.generic_targets = parts.options.generic_targets;
  World::Reading reading = parts.world.read(key);
  if (!reading.unreadable.empty()) {
    out.unreadable = std::move(reading.unreadable);
    out.es = name_alone(key);
    return out;
  }
  if (!reading.es) return out;
  out.es = up_to_date(std::move(reading.es), state);
  look_at_target(parts, *out.es, out);
  look_at_mark(parts, state, *out.es, out);
  if (!is_generic(*out.es)) out.earlier = made_once_before(parts.world, *out.es);
  out.ask = state.asks.of(key);
  look_at_stores(parts, *out.es, out);
  const auto waiting = state.waiting.find(key);
  if (state.started) out.since_start = parts.clock.steady() - *state.started;
  out.objects = parts.world.external_secrets().size() / static_cast<std::size_t>(parts.ownership.replicas());
  if (waiting != state.waiting.end()) out.waited = parts.clock.steady() - waiting->second;
  return out;
}

bool batches(const Parts& parts, const StoreView& store) {
  if (store.spec.provider.empty()) return false;
  const providers::Provider* provider = parts.registry.find(store.spec.provider.begin()->first);
  return provider != nullptr && provider->batches();
}

std::vector<TargetPtr> orphans_of(const World& world, const ExternalSecret& es) {
  std::vector<TargetPtr> orphans;
  for (const std::string& name : world.owned_by(es.metadata.key())) {
    if (name == es.target_name()) continue;
    auto target = world.target({es.metadata.ns, name});
    if (target && !target->metadata.deleting()) orphans.push_back(std::move(target));
  }
  return orphans;
}

}  // namespace rotor::secrets
