#include "openclaw/workload.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log.hpp"
#include "openclaw/apply_diff.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/converge.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

using Action = RotationDecision::Action;

constexpr kube::Resource kStatefulSets = kube::kResource<api::StatefulSet>;

// 1 s, 2 s, … 60 s.
Duration read_again(Memory& memory) {
  const int doublings = std::min(memory.failed_looks++, 6);
  return std::min<Duration>(std::chrono::seconds(1LL << doublings), std::chrono::seconds(60));
}

std::string template_text(const json::Value& workload) {
  const json::Value* part = json::find(workload, "spec.template");
  return part == nullptr ? std::string() : json::serialize(*part);
}

// What is on the cluster in the words of a rotation: digests by Secret, to notice when a burst goes on.
std::map<std::string, std::string> changes_of(const RotationDecision& decision, const Memory& memory) {
  std::map<std::string, std::string> changes;
  for (const std::string& name : decision.changed) {
    const auto seen = memory.secrets.find(name);
    changes.emplace(name, seen == memory.secrets.end() ? std::string() : seen->second.observed.digest);
  }
  return changes;
}

}  // namespace

struct WorkloadPass::Plan {
  InstancePtr instance;
  kube::Key key;
  LiveStatefulSet live;
  PodInput pod;
  api::StatefulSet wanted;  // without marks
  References references;
  bool marks_only = false;  // another operator's pods: restarting them is not ours to begin
  bool pods_start_anyway = false;

  bool starts_pods() const {
    if (marks_only || wanted.spec.replicas == 0) return false;
    const json::Value* replicas = json::find(live.document, "spec.replicas");
    return pods_start_anyway || (replicas != nullptr && *replicas == 0);
  }
  std::string text(std::string hash, std::string state) const {
    if (marks_only) {
      json::Object metadata{{"name", key.name}, {"namespace", key.ns}};
      if (!state.empty()) metadata["annotations"] = json::Object{{kSecretState, state}};
      json::Object out{{"apiVersion", "apps/v1"}, {"kind", "StatefulSet"}, {"metadata", metadata}};
      if (!hash.empty()) {
        const json::Object annotations{{"annotations", json::Object{{kSecretHash, hash}}}};
        out["spec"] = json::Object{{"template", json::Object{{"metadata", annotations}}}};
      }
      return json::serialize(out);
    }
    api::StatefulSet marked = wanted;
    set_marks(marked, std::move(hash), std::move(state));
    return json::write(marked);
  }
  std::string live_state() const { return live.state == nullptr ? std::string() : state_text(*live.state); }
};

namespace {

// Would applying all of it change what another operator's pods are made of?
bool changes_pods(const LiveStatefulSet& live, const std::string& text) {
  const auto wanted = json::parse(text);
  const json::Value* have = json::find(live.document, "spec.template");
  const json::Value* want = wanted ? json::find(*wanted, "spec.template") : nullptr;
  return have == nullptr || want == nullptr || !contains(json::type_of<api::PodTemplate>(), *have, *want);
}

void remember(bool whole, const std::string& text, Applied applied, Memory& memory) {
  const auto document = whole ? json::parse(text) : Result<json::Value>();
  if (whole && document) applied.template_text = template_text(*document);
  memory.applied = std::move(applied);
}

}  // namespace

Task<Result<std::shared_ptr<const Digester>>> WorkloadPass::digester() {
  CO_TRY(auto key, co_await key_.get());
  co_return std::make_shared<const Digester>(std::move(key));
}

Task<bool> WorkloadPass::secrets_changed(InstancePtr instance, std::shared_ptr<Memory> memory) {
  const auto before = memory->secrets;
  const Result<std::shared_ptr<const Digester>> digester = co_await this->digester();
  Result<LiveStatefulSet> live =
      read_stateful_set(view_.live(kStatefulSets).get(instance->metadata.key()), memory->applied);
  const ObservedSecrets now = co_await secrets_.observe(
      instance->metadata.ns, memory->references, live ? live->state : nullptr, digester ? *digester : nullptr, memory);
  for (const auto& [name, seen] : now) {
    const auto old = before.find(name);
    if (old == before.end()) co_return true;
    ObservedSecret then = old->second.observed;
    then.resource_version = seen.resource_version;  // a version alone is no difference
    if (!(then == seen)) co_return true;
  }
  co_return false;
}

Task<Result<WorkloadOutcome>> WorkloadPass::run(InstancePtr instance, std::shared_ptr<Memory> memory) {
  auto plan = std::make_shared<Plan>();
  plan->instance = instance;
  plan->key = instance->metadata.key();
  CO_TRY(LivePtr found, co_await applier_.find(kStatefulSets, plan->key));
  if (found != nullptr) CO_TRY_VOID(check_owner(kStatefulSets, *found, instance->metadata.uid));
  CO_TRY(plan->live, read_stateful_set(std::move(found), memory->applied));
  const LiveStatefulSet& live = plan->live;
  const auto adopt = instance->metadata.annotations.find(kAdopt);
  const bool asked = adopt != instance->metadata.annotations.end() && adopt->second == "now";
  const bool edited = instance->status.observed_generation != instance->metadata.generation;

  CO_TRY(plan->pod.inject_token, co_await secrets_.has_token(instance, live.state, memory));
  plan->pod.present_claim = live.claim;
  plan->wanted = build_stateful_set(*instance, plan->pod);
  plan->references = secret_references(plan->wanted.spec.pod_template.spec);
  memory->references = plan->references;
  plan->marks_only = live.object != nullptr && !live.ours && !asked && !edited &&
                     changes_pods(live, plan->text(live.hash, plan->live_state()));
  CO_TRY(const bool changes, co_await template_changes(plan, memory));
  plan->pods_start_anyway = live.object == nullptr || changes;

  const Result<std::shared_ptr<const Digester>> answer = co_await this->digester();
  const std::shared_ptr<const Digester> digester = answer ? *answer : nullptr;
  // Pods that start anew may see other keys of a Secret than those the state was written for.
  const auto believed = plan->pods_start_anyway ? nullptr : live.state;
  const ObservedSecrets observed =
      co_await secrets_.observe(plan->key.ns, plan->references, believed, digester, memory);
  CO_TRY(const bool missed, co_await missed_before_us(plan));
  RotationDecision decision = decide_rotation({.references = plan->references,
                                               .observed = observed,
                                               .state = live.state.get(),
                                               .has_key = digester != nullptr,
                                               .pods_start_anyway = plan->pods_start_anyway,
                                               .starts_pods = plan->starts_pods() && !options_.node_refuses_unusable,
                                               .missed_before_us = missed});
  co_return co_await write(plan, std::move(decision), answer ? std::string() : answer.error().message, digester,
                           memory);
}

// Whether the pods restart for a reason of the spec's own. An object that only seems to differ (the API server writes
// some values in its own way) must not look like that, or changed Secrets would be adopted without a restart: so the
// API server is asked, once per text. What differs from a text that it took before is somebody else's edit: putting
// that back is no promise of a restart either.
Task<Result<bool>> WorkloadPass::template_changes(std::shared_ptr<const Plan> plan, std::shared_ptr<Memory> memory) {
  const LiveStatefulSet& live = plan->live;
  if (live.object == nullptr || plan->marks_only) co_return false;
  const std::string as_it_is = plan->text(live.hash, plan->live_state());
  CO_TRY(const json::Value wanted, json::parse(as_it_is));
  std::string text = template_text(wanted);
  const std::string& uid = live.object->metadata.uid;
  if (memory->applied.uid == uid && memory->applied.template_text == text) co_return false;
  if (apply_changes_part(json::type_of<api::StatefulSet>(), live.document, wanted, kFieldManager,
                         {"spec", "template"})) {
    CO_TRY(const std::string rehearsed, co_await applier_.rehearse(kStatefulSets, plan->key, live.object, as_it_is));
    CO_TRY(const json::Value after, json::parse(rehearsed));
    if (template_text(after) != template_text(live.document)) co_return true;
  }
  memory->applied = {uid, live.hash, plan->live_state(), std::move(text)};
  co_return false;
}

Task<Result<bool>> WorkloadPass::missed_before_us(std::shared_ptr<const Plan> plan) {
  const LiveStatefulSet& live = plan->live;
  if (live.object == nullptr || live.state != nullptr || live.hash.empty() || live.ours) co_return false;
  CO_TRY(const bool matches, co_await secrets_.matches_unkeyed_hash(plan->instance, live.hash));
  co_return !matches;
}

std::optional<Duration> WorkloadPass::must_wait(const Plan& plan, const RotationDecision& decision, Memory& memory) {
  if (decision.action != Action::kRotate) {
    if (decision.action != Action::kHold) memory.quiet.clear();
    return std::nullopt;
  }
  if (plan.live.object == nullptr) return std::nullopt;
  // The limiter of concurrent rollouts will be asked here, once the quiet period is over.
  const Duration left =
      memory.quiet.wait(changes_of(decision, memory), clock_.steady(), options_.quiet, options_.quiet_at_most);
  if (left <= Duration::zero()) return std::nullopt;
  return left;
}

// The mark for the template that is written now: another one when pods are to start with other values than before,
// also where the template changes for another reason, as it may change back to what the pods already run with.
std::string WorkloadPass::new_hash(const Plan& plan, const RotationDecision& decision, const Digester& digester) const {
  const LiveStatefulSet& live = plan.live;
  const bool other_values = plan.pods_start_anyway && live.state != nullptr &&
                            digester.template_hash(decision.next, "") != digester.template_hash(*live.state, "");
  const bool anew = live.object == nullptr || decision.action == Action::kRotate || other_values;
  return anew ? digester.template_hash(decision.next, live.hash) : live.hash;
}

Task<Result<WorkloadOutcome>> WorkloadPass::write(std::shared_ptr<const Plan> plan, RotationDecision decision,
                                                  std::string key_error, std::shared_ptr<const Digester> digester,
                                                  std::shared_ptr<Memory> memory) {
  const LiveStatefulSet& live = plan->live;
  WorkloadOutcome out;
  out.look_again = must_wait(*plan, decision, *memory);
  const bool waits = out.look_again.has_value();
  Result<LivePtr> applied = live.object;
  if (!decision.held_back) {
    std::string hash = digester == nullptr || waits ? live.hash : new_hash(*plan, decision, *digester);
    if (hash != live.hash) decision.next.hash = hash;
    std::string state = waits ? plan->live_state() : state_text(decision.next);
    const std::string text = plan->text(hash, state);
    CO_TRY(const json::Value document, json::parse(text));
    const bool changes = live.object == nullptr ||
                         apply_changes(json::type_of<api::StatefulSet>(), live.document, document, kFieldManager);
    if (changes) applied = co_await applier_.apply(kStatefulSets, plan->key, live.object, text);
    if (applied) remember(!plan->marks_only, text, {(*applied)->metadata.uid, hash, state, {}}, *memory);
  }
  const bool rotates = decision.action == Action::kRotate && !waits;
  if (!applied) {
    if (rotates && on_rotation) on_rotation(plan->key, "error");
    co_return std::unexpected(std::move(applied).error());
  }
  if (rotates) tell_rotation(*plan, decision, *memory);
  if (*applied != nullptr) {
    CO_TRY(const LiveStatefulSet now, read_stateful_set(*applied, memory->applied));
    out.report.has_claim = !now.claim.empty();
    out.report.workload = workload_state(now.document);
  }
  const bool blind = !key_error.empty() || !decision.unreadable.empty();
  if (!blind) memory->failed_looks = 0;
  if (!out.look_again && blind) out.look_again = read_again(*memory);
  out.report.rotation = std::move(decision);
  out.report.key_error = std::move(key_error);
  co_return out;
}

void WorkloadPass::tell_rotation(const Plan& plan, const RotationDecision& decision, Memory& memory) {
  const std::string names = fmt::format("{}", fmt::join(decision.changed, ", "));
  log::info("restarting on changed secrets", {{"instance", plan.key.text()}, {"secrets", names}});
  events_.record(reference_to(*plan.instance), kube::EventRecorder::Type::kNormal, "SecretRotated",
                 fmt::format("Restarting the pod with the new values of: {}", names));
  if (on_rotation) on_rotation(plan.key, "success");
  memory.quiet.clear();
}

}  // namespace rotor::openclaw
