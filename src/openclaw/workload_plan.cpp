#include "openclaw/workload_plan.hpp"

#include "base/time.hpp"
#include "openclaw/annotation_patch.hpp"
#include "openclaw/apply_diff.hpp"
#include "openclaw/in_place/mark.hpp"
#include "openclaw/last_good/pointing.hpp"
#include "openclaw/names.hpp"
#include "openclaw/rollout/history.hpp"

namespace rotor::openclaw {
namespace {

using Action = RotationDecision::Action;

Changes changes_of(const RotationDecision& rotation, const ObservedSecrets& observed) {
  Changes changes;
  for (const std::string& name : rotation.changed) {
    const auto seen = observed.find(name);
    changes.emplace(name, seen == observed.end() ? std::string() : seen->second.digest);
  }
  return changes;
}

// A template that is renewed starts pods with what the Secrets hold by now, too.
Changes other_values(const WorkloadSight& sight, const RotationDecision& rotation) {
  Changes changes;
  if (sight.live.state == nullptr) return changes;
  for (const auto& [name, next] : rotation.next.secrets) {
    const auto before = sight.live.state->secrets.find(name);
    const bool known = before != sight.live.state->secrets.end() && !before->second.digest.empty();
    if (known && before->second.digest != next.digest) changes.emplace(name, next.digest);
  }
  return changes;
}

// All that one restart would bring. The template stands under a name that no Secret has.
Changes burst_of(const WorkloadSight& sight, const RotationDecision& rotation) {
  Changes changes = changes_of(rotation, sight.observed);
  if (!sight.renewed_by_us()) return changes;
  changes.merge(other_values(sight, rotation));
  changes.emplace("", template_digest(sight.wanted));
  return changes;
}

RotationDecision rotation_of(const WorkloadSight& sight, const ControllerOptions& options) {
  return decide_rotation({.references = sight.references,
                          .observed = sight.observed,
                          .state = sight.live.state.get(),
                          .has_key = sight.digester != nullptr,
                          .pods_start_anyway = sight.pods_start_anyway(),
                          .starts_pods = sight.starts_pods() && !options.node_refuses_unusable,
                          .replaces_pods = sight.replaces_pods(),
                          .missed_before_us = sight.missed_before_us,
                          .lacks_config_map = sight.lacks_config_map,
                          .delivery_open = sight.delivery_open});
}

// Pods that run are not replaced for a reason of ours onto Secrets that cannot be seen.
bool waits_for_secrets(const WorkloadSight& sight, const RotationDecision& rotation) {
  return rotation.held_back || (sight.renewed_by_us() && !rotation.unreadable.empty());
}

// A restart of ours begins once its burst of changes is over; one that is held keeps what is known of the burst.
void await_quiet(const WorkloadSight& sight, const QuietPeriod& before, SteadyTime now,
                 const ControllerOptions& options, WorkloadPlan& plan) {
  const bool held = plan.rotation.action == Action::kHold || waits_for_secrets(sight, plan.rotation);
  const bool due = plan.rotation.action == Action::kRotate || sight.renewed_by_us();
  const QuietLimits limits{options.quiet, options.quiet_at_most};
  if (held) plan.quiet = hold_at(before, now);
  if (held || !due || sight.goes_back) return;
  plan.quiet = look_at(before, burst_of(sight, plan.rotation), now, limits);
  const Duration left = time_left(plan.quiet, now, limits);
  if (left > Duration::zero()) plan.wait = left;
}

// The mark for the template that is written now: another one when pods are to start with other values than before,
// also where the template changes for another reason, as it may change back to what the pods already run with.
std::string new_hash(const WorkloadSight& sight, const RotationDecision& rotation) {
  const LiveStatefulSet& live = sight.live;
  const Digester& digester = *sight.digester;
  const bool other_values = sight.pods_start_anyway() && live.state != nullptr &&
                            digester.template_hash(rotation.next, "") != digester.template_hash(*live.state, "");
  const bool anew =
      live.object == nullptr || rotation.action == Action::kRotate || other_values || sight.missed_before_us;
  return anew ? digester.template_hash(rotation.next, live.hash) : live.hash;
}

// What is known of good values once the marks are written: pods that start with others are tried from now on, and a
// refusal ends with the value that it was about.
LastGood record_after(const WorkloadSight& sight, const WorkloadPlan& plan, bool keeps) {
  if (sight.goes_back && !plan.rotates) return sight.live.last_good;  // another Secret is in the way: later
  LastGood out = sight.last_good;
  if (keeps || sight.goes_back || sight.live.state == nullptr) return out;
  for (auto& [name, kept] : out.secrets) {
    const auto before = sight.live.state->secrets.find(name);
    const auto after = plan.rotation.next.secrets.find(name);
    if (before == sight.live.state->secrets.end() || after == plan.rotation.next.secrets.end()) continue;
    if (before->second.digest == after->second.digest) continue;
    kept.refused.clear();
    out.trying = format_time(sight.seen_at);
  }
  if (!out.refuses()) out.why.clear();
  return out;
}

// What pods start with for the first time by that plan.
Changes new_values(const WorkloadSight& sight, const WorkloadPlan& plan) {
  Changes changes;
  if (plan.brings_values()) changes = changes_of(plan.rotation, sight.observed);
  if (plan.renews) changes.merge(other_values(sight, plan.rotation));
  return changes;
}

WishPtr wish_of(const WorkloadSight& sight, const WorkloadPlan& plan) {
  RotationWish wish;
  wish.instance = sight.instance;
  for (auto& [name, digest] : new_values(sight, plan)) {
    wish.changed.emplace(name, digest);
    const auto seen = sight.observed.find(name);
    if (seen == sight.observed.end()) continue;
    wish.contents.emplace(name, SecretContent{seen->second.content, seen->second.resource_version});
    wish.store_versions.emplace(name, seen->second.store_versions);
  }
  for (const std::string& name : plan.rotation.frozen) {
    if (wish.changed.contains(name)) wish.frozen.insert(name);
  }
  wish.references = sight.references;
  wish.in_place = plan.rotation.in_place && !plan.renews && !sight.marks_only && !sight.goes_back &&
                  !sight.last_good.refuses();  // else the pods read a copy
  wish.wanted = sight.wanted;
  point_at_copies(record_after(sight, plan, false), wish.wanted.spec.pod_template.spec);
  wish.live = sight.live.object;
  wish.hash_before = sight.live.hash;
  wish.marks_only = sight.marks_only;
  return std::make_shared<const RotationWish>(std::move(wish));
}

// A restart of ours is put down in the history by the very write that begins it, and its failure as soon as it is
// known.
std::string history_of(const WorkloadSight& sight, const WorkloadPlan& plan) {
  const LiveStatefulSet& live = sight.live;
  if (live.object == nullptr) return live.history;
  History history = parse_history(live.history);
  const History as_told = history;
  if (sight.failure && !sight.goes_back) history = with_failure(std::move(history), *sight.failure);
  if (plan.wish == nullptr) return history == as_told ? live.history : history_text(history);
  PastRestart news = past_restart(*plan.wish, sight.seen_at);
  if (plan.reloads) news.result = kReloadedResult;
  if (sight.goes_back) {
    news = to_copies(std::move(news), sight.last_good, sight.rolled_back, history);
    history = with_refusals(std::move(history), sight.last_good, sight.rolled_back);
  }
  return history_text(with_restart(std::move(history), std::move(news), rolled_out(workload_state(live.document))));
}

void write_marks(const WorkloadSight& sight, WorkloadPlan& plan) {
  const LiveStatefulSet& live = sight.live;
  const bool keeps = plan.wait.has_value() || !plan.permit.goes();
  std::string hash = sight.digester == nullptr || keeps || plan.reloads ? live.hash : new_hash(sight, plan.rotation);
  if (hash != live.hash) plan.rotation.next.hash = hash;
  std::string state = keeps ? sight.live_state() : state_text(plan.rotation.next);
  const LastGood record = record_after(sight, plan, keeps);
  if (sight.marks_only) {
    plan.text = sight.text(hash, state, history_of(sight, plan), record);
  } else {
    const api::StatefulSet marked = sight.marked(hash, state, history_of(sight, plan), record);
    plan.text = json::write(marked);
    plan.marks.template_digest = template_digest(marked);
  }
  const json::Type& type = json::type_of<api::StatefulSet>();
  const json::Value document = json::parse(plan.text).value_or(nullptr);
  plan.writes = live.object == nullptr || apply_changes(type, live.document, document, live.owned);
  // What another operator left is taken over with the whole of it.
  const bool ours = live.object != nullptr && (sight.marks_only || live.left.empty());
  if (plan.writes && ours) plan.patch = annotation_patch(type, live.document, document, live.owned);
  plan.marks.hash = std::move(hash);
  plan.marks.state = std::move(state);
}

}  // namespace

WorkloadPlan plan_workload(const WorkloadSight& sight, const QuietPeriod& before, SteadyTime now,
                           const ControllerOptions& options, AnsweredWish answered) {
  WorkloadPlan plan;
  plan.permit = std::move(answered.permit);
  plan.rotation = rotation_of(sight, options);
  await_quiet(sight, before, now, options, plan);
  const bool goes = plan.permit.goes();
  const bool delivers = goes && plan.rotation.action == Action::kRotate && !plan.wait;
  plan.rotates = delivers && !plan.permit.in_place;
  plan.reloads = delivers && plan.permit.in_place;
  const bool held = waits_for_secrets(sight, plan.rotation);
  plan.held = held || plan.rotation.action == Action::kHold;
  plan.renews = goes && !held && !plan.wait && sight.renewed_by_us();
  plan.blind = !sight.key_error.empty() || !plan.rotation.unreadable.empty();
  if (plan.restarts() || plan.reloads) plan.wish = answered.wish ? std::move(answered.wish) : wish_of(sight, plan);
  if (plan.reloads) plan.rotation.next.delivered = in_place_digest(plan.wish->changed);
  const bool template_waits = (!goes || plan.wait) && sight.renewed_by_us();
  if (!held && !template_waits) write_marks(sight, plan);
  return plan;
}

}  // namespace rotor::openclaw
