#include "openclaw/workload_sight.hpp"

#include <utility>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "openclaw/apply_diff.hpp"
#include "openclaw/builders/in_place.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/converge.hpp"
#include "openclaw/fixed_fields.hpp"
#include "openclaw/in_place/told_pods.hpp"
#include "openclaw/last_good/pointing.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

constexpr kube::Resource kStatefulSets = kube::kResource<api::StatefulSet>;

// The marks alone, for pods that are not ours.
std::string marks_text(const kube::Key& key, const std::string& hash, const std::string& state,
                       const std::string& history) {
  json::Object metadata{{"name", key.name}, {"namespace", key.ns}};
  json::Object annotations;
  if (!state.empty()) annotations[kSecretState] = state;
  if (!history.empty()) annotations[kSecretHistory] = history;
  if (!annotations.empty()) metadata["annotations"] = std::move(annotations);
  json::Object out{{"apiVersion", "apps/v1"}, {"kind", "StatefulSet"}, {"metadata", metadata}};
  if (!hash.empty()) {
    const json::Object marked{{"annotations", json::Object{{kSecretHash, hash}}}};
    out["spec"] = json::Object{{"template", json::Object{{"metadata", marked}}}};
  }
  return json::serialize(out);
}

bool same_template(const json::Value& a, const json::Value& b) {
  const json::Value* one = json::find(a, "spec.template");
  const json::Value* other = json::find(b, "spec.template");
  return one != nullptr && other != nullptr ? *one == *other : one == other;
}

bool scaled_to_zero(const json::Value& stateful_set) {
  const json::Value* replicas = json::find(stateful_set, "spec.replicas");
  return replicas != nullptr && *replicas == 0;
}

// Might fields of its template go that another operator wrote? They become ours, and ours are what we want alone.
bool loses_fields(const LiveStatefulSet& live, const json::Value& wanted) {
  const kube::FieldSet* left = live.left.below(kube::PathElement::field("spec"));
  if (left != nullptr) left = left->below(kube::PathElement::field("template"));
  const json::Value* pods = json::find(wanted, "spec.template");
  return left != nullptr && pods != nullptr && owns_more(*left, *pods);
}

// Would applying all of it change what another operator's pods are made of?
bool changes_pods(const LiveStatefulSet& live, const std::string& text) {
  const auto wanted = json::parse(text);
  const json::Value* have = json::find(live.document, "spec.template");
  const json::Value* want = wanted ? json::find(*wanted, "spec.template") : nullptr;
  if (have == nullptr || want == nullptr) return true;
  return !contains(json::type_of<api::PodTemplate>(), *have, *want) || loses_fields(live, *wanted);
}

// Pods of another operator become ours with an edit of the instance, or when the user says so.
bool left_to_others(const api::OpenClawInstance& instance, const WorkloadSight& sight) {
  const auto adopt = instance.metadata.annotations.find(kAdopt);
  const bool asked = adopt != instance.metadata.annotations.end() && adopt->second == "now";
  const bool edited = instance.status.observed_generation != instance.metadata.generation;
  if (sight.live.object == nullptr || sight.live.ours || asked || edited) return false;
  return changes_pods(sight.live, sight.text(sight.live.hash, sight.live_state(), sight.live.history, sight.last_good));
}

// Pods that never started for want of one are nobody's to spare.
bool lacks_config_map(const WorkloadSight& sight, const Memory& memory) {
  const bool run =
      sight.live.object != nullptr && sight.live.config.read != kAwaited && sight.wanted.spec.replicas != 0;
  const SurroundingsPtr& around = memory.settled.around();
  return run && around != nullptr && !lacking_config_maps(memory.settled.read_at_start, *around).empty();
}

// Pods of an older template, which go, count until the StatefulSet's controller has seen the new one: not by then.
bool delivery_open(const LiveStatefulSet& live, const kube::Key& key, const View& view) {
  const json::Value* seen = json::find(live.document, "status.observedGeneration");
  const json::Value* now = json::find(live.document, "metadata.generation");
  if (live.state == nullptr || seen == nullptr || now == nullptr || *seen != *now) return false;
  const std::string_view newest = json::find_string(live.document, "status.updateRevision");
  return delivery_is_open(pods_of_revision(view, key, newest), live.state->delivered);
}

}  // namespace

std::string template_digest(const api::StatefulSet& stateful_set) {
  return sha256(json::write(stateful_set.spec.pod_template));
}

bool WorkloadSight::renewed_by_us() const {
  const bool edited = instance->status.observed_generation != instance->metadata.generation;
  return template_changes && live.object != nullptr && !edited && wanted.spec.replicas != 0;
}

bool WorkloadSight::starts_pods() const {
  if (marks_only || wanted.spec.replicas == 0) return false;
  return pods_start_anyway() || scaled_to_zero(live.document);
}

bool WorkloadSight::replaces_pods() const {
  return template_changes && wanted.spec.replicas != 0 && !scaled_to_zero(live.document);
}

std::string WorkloadSight::live_state() const {
  return live.state == nullptr ? std::string() : state_text(*live.state);
}

std::string WorkloadSight::text(std::string hash, std::string state, std::string history,
                                const LastGood& record) const {
  if (marks_only) return marks_text(key, hash, state, history);
  return json::write(marked(std::move(hash), std::move(state), std::move(history), record));
}

api::StatefulSet WorkloadSight::marked(std::string hash, std::string state, std::string history,
                                       const LastGood& record) const {
  api::StatefulSet marked = wanted;
  point_at_copies(record, marked.spec.pod_template.spec);
  auto& annotations = marked.metadata.annotations;
  if (!record.empty()) annotations.insert_or_assign(std::string(kLastGood), last_good_text(record));
  if (!history.empty()) annotations.insert_or_assign(std::string(kSecretHistory), std::move(history));
  set_marks(marked, std::move(hash), std::move(state));
  return marked;
}

Task<Result<std::shared_ptr<const Digester>>> WorkloadGatherer::digester() {
  auto key = co_await key_.get();
  tell_of_key(key);
  if (!key) co_return std::unexpected(std::move(key).error());
  co_return std::make_shared<const Digester>(*std::move(key));
}

// Once, and not of each instance, whose condition says it too.
void WorkloadGatherer::tell_of_key(const Result<std::shared_ptr<const kube::DigestKey>>& key) {
  if (std::exchange(without_key_, !key) == !key) return;
  if (key) return log::info("there is a key to compare Secrets by: agents restart for changed ones again");
  log::warn("no agent restarts for a changed Secret: there is no key to compare them by",
            {{"error", key.error().message},
             {"way_out", "let Rotor create Secrets in its own namespace, and get rotor-rotation-key there"}});
}

Task<bool> WorkloadGatherer::secrets_changed(InstancePtr instance, std::shared_ptr<Memory> memory) {
  const auto before = memory->secrets;
  const Result<std::shared_ptr<const Digester>> digester = co_await this->digester();
  const ObservedSecrets now = co_await secrets_.observe(instance->metadata.ns, memory->references, nullptr,
                                                        digester ? *digester : nullptr, memory);
  for (const auto& [name, seen] : now) {
    const auto old = before.find(name);
    if (old == before.end()) co_return true;
    ObservedSecret then = old->second.observed;
    then.resource_version = seen.resource_version;  // a version alone is no difference,
    then.content = seen.content;                    // nor are keys that are not consumed,
    then.store_versions = seen.store_versions;      // nor is what a store calls the same value
    if (!(then == seen)) co_return true;
  }
  co_return false;
}

Task<Result<SightPtr>> WorkloadGatherer::gather(InstancePtr instance, std::shared_ptr<Memory> memory) {
  auto sight = std::make_shared<WorkloadSight>();
  sight->instance = instance;
  sight->key = instance->metadata.key();
  sight->seen_at = clock_.now();
  CO_TRY(LivePtr found, co_await applier_.find(kStatefulSets, sight->key));
  if (found != nullptr) CO_TRY_VOID(check_owner(kStatefulSets, *found, instance->metadata));
  CO_TRY(sight->live, read_stateful_set(std::move(found), memory->applied));
  if (wants_rollback(*instance)) sight->last_good = sight->live.last_good;
  CO_TRY(const bool inject_token, co_await secrets_.has_token(instance, sight->live.state, memory));
  sight->wanted = build_stateful_set(*instance, {.inject_token = inject_token,
                                                 .present_claim = sight->live.claim,
                                                 .around = memory->settled.around(),
                                                 .present_config = sight->live.config});
  sight->references = secret_references(sight->wanted.spec.pod_template.spec, rolls_on_volumes(*instance));
  memory->references = sight->references;
  sight->marks_only = left_to_others(*instance, *sight);
  sight->delivery_open = wants_reload(*instance) && delivery_open(sight->live, sight->key, view_);
  sight->lacks_config_map = lacks_config_map(*sight, *memory);
  CO_TRY(sight->template_changes, co_await template_changes(sight, memory));

  const Result<std::shared_ptr<const Digester>> answer = co_await this->digester();
  if (answer) sight->digester = *answer;
  if (!answer) sight->key_error = answer.error().message;
  // Pods that start anew may see other keys of a Secret than those the state was written for.
  const auto believed = sight->pods_start_anyway() ? nullptr : sight->live.state;
  sight->observed = co_await secrets_.observe(sight->key.ns, sight->references, believed, sight->digester, memory);
  CO_TRY(sight->missed_before_us, co_await missed_before_us(sight));
  co_return sight;
}

// Whether the pods restart for a reason of the spec's own. An object that only seems to differ (the API server writes
// some values in its own way) must not look like that, or changed Secrets would be adopted without a restart: so the
// API server is asked, once per text. What differs from a text that it took before is somebody else's edit: putting
// that back is no promise of a restart either.
Task<Result<bool>> WorkloadGatherer::template_changes(SightPtr sight, std::shared_ptr<Memory> memory) {
  const LiveStatefulSet& live = sight->live;
  if (live.object == nullptr || sight->marks_only) co_return false;
  const api::StatefulSet marked = sight->marked(live.hash, sight->live_state(), live.history, sight->last_good);
  std::string digest = template_digest(marked);
  const std::string& uid = live.object->metadata.uid;
  if (memory->applied.uid == uid && memory->applied.template_digest == digest) co_return false;
  const std::string as_it_is = json::write(marked);
  CO_TRY(const json::Value wanted, json::parse(as_it_is));
  if (apply_changes_part(json::type_of<api::StatefulSet>(), live.document, wanted, live.owned, {"spec", "template"})) {
    const auto rehearsed = co_await applier_.rehearse(kStatefulSets, sight->key, live.object, as_it_is);
    if (!rehearsed) {
      co_return std::unexpected(
          explain_refusal(kStatefulSets, live.object, as_it_is, rehearsed.error(), memory->obstacle));
    }
    CO_TRY(const json::Value after, json::parse(*rehearsed));
    if (!same_template(after, live.document)) co_return true;
  }
  if (loses_fields(live, wanted)) co_return true;
  memory->applied = {uid, live.hash, sight->live_state(), std::move(digest)};
  co_return false;
}

Task<Result<bool>> WorkloadGatherer::missed_before_us(SightPtr sight) {
  const LiveStatefulSet& live = sight->live;
  if (live.object == nullptr || live.state != nullptr || live.hash.empty() || live.ours) co_return false;
  CO_TRY(const bool matches, co_await secrets_.matches_unkeyed_hash(sight->instance, live.hash));
  co_return !matches;
}

}  // namespace rotor::openclaw
