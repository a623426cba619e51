#include "openclaw/reconciler.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/openclaw/name.hpp"
#include "base/log.hpp"
#include "json/document.hpp"
#include "kube/client/retry.hpp"
#include "kube/events/events.hpp"
#include "kube/object/own_fields.hpp"
#include "openclaw/builders/config.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/fixed_fields.hpp"
#include "openclaw/legacy_deployment.hpp"
#include "openclaw/live_stateful_set.hpp"
#include "openclaw/names.hpp"
#include "openclaw/proof/permit.hpp"
#include "openclaw/secret_events.hpp"
#include "openclaw/status_events.hpp"
#include "openclaw/storage.hpp"
#include "openclaw/unbuilt.hpp"
#include "openclaw/way_out.hpp"

namespace rotor::openclaw {
namespace {

using kube::Lane;
using kube::Outcome;
using EventType = kube::EventRecorder::Type;

// A pass that fails for an object of the user's which is not watched: nothing tells of its arrival.
constexpr Duration kLookForAwaited = std::chrono::seconds(30);

// 0.2 s, 0.4 s, … 25.6 s: the watch shows soon what somebody else wrote, unless it is down.
Duration after_conflict(Memory& memory) {
  return std::chrono::milliseconds(200) * (1LL << std::min(memory.conflicts++, 7));
}

// By the spec as a document: what is asked of it here is asked of blocks that are carried as written, too.
Examined examine(const api::InstanceSpec& spec) {
  const json::Value document = json::parse(json::write(spec)).value_or(json::Value(json::Object{}));
  return {admission::examine_instance(document), unbuilt_features(document)};
}

std::vector<Finding> findings_of(const Memory& memory, std::vector<Finding> kept = {}) {
  std::vector<Finding> all = memory.settled.findings.value_or(std::vector<Finding>());
  std::ranges::move(kept, std::back_inserter(all));
  if (memory.obstacle) all.push_back(*memory.obstacle);
  return all;
}

// A refusal of the API server's is looked at as often as any other failure.
Outcome after_failed_pass(Code code, Duration at_most) {
  Outcome next = kube::after_failed_write(code);
  if (next.kind == Outcome::Kind::kAfter) next.after = std::min(next.after, at_most);
  return next;
}

double seconds(SteadyTime::duration d) { return std::chrono::duration<double>(d).count(); }

// Rows that the API server does not let us write have a condition that says so.
Result<void> got_through(Converged converged, Memory& memory) {
  if (converged) return {};
  const auto& [error, at] = converged.error();
  if (error.code == Code::kDenied && !at->denied.type.empty()) {
    memory.obstacle = obstacle(at->denied.type, at->denied.reason, error.message);
  }
  return std::unexpected(error);
}

}  // namespace

Reconciler::Reconciler(kube::Client& client, Clock& clock, View& view, kube::EventRecorder& events,
                       ReferenceIndex& index, ReferenceIndex& config_maps, Metrics& metrics, RotationPermits& permits,
                       const ControllerOptions& options, ManagedKinds kinds,
                       std::function<bool(const kube::Key&)> came_lately)
    : client_(client),
      clock_(clock),
      view_(view),
      events_(events),
      index_(index),
      config_maps_(config_maps),
      metrics_(metrics),
      permits_(permits),
      options_(options),
      kinds_(kinds),
      applier_(client, view, std::move(came_lately)),
      writer_(client, view),
      converger_(applier_, view, events, kinds),
      surroundings_(client, view),
      workload_(client, clock, view, applier_, events, permits, options),
      deletion_(client, clock, view, applier_, writer_, events, options) {
  workload_.on_rotation = [this](const kube::Key& key, const std::string& result) {
    metrics_.rotated(key, result);
    const auto memory = memory_.find(key);
    if (memory == memory_.end() || !memory->second->secret_event) return;
    metrics_.rollout_latency(seconds(clock_.steady() - *memory->second->secret_event));
    memory->second->secret_event.reset();
  };
}

void Reconciler::touched(const kube::Key& instance) {
  const auto memory = memory_.find(instance);
  if (memory != memory_.end()) memory->second->full_pass = true;
}

void Reconciler::secret_changed(const kube::Key& instance) {
  const auto memory = memory_.find(instance);
  if (memory != memory_.end() && !memory->second->secret_event) memory->second->secret_event = clock_.steady();
}

void Reconciler::forget(const kube::Key& instance) {
  memory_.erase(instance);
  index_.erase(instance);
  config_maps_.erase(instance);
  permits_.withdrawn(instance);
  metrics_.forget(instance);
}

bool Reconciler::looked_at_all(const std::function<bool(const kube::Key&)>& of) const {
  return std::ranges::all_of(view_.instances.all(), [&](const auto& entry) {
    return memory_.contains(entry.first) || entry.second->unreadable || !of(entry.first);
  });
}

Task<Outcome> Reconciler::reconcile(kube::Key key) {
  if (view_.instances.get(key) == nullptr) {
    forget(key);
    co_return Outcome::done();
  }
  auto& slot = memory_[key];
  if (slot == nullptr) slot = std::make_shared<Memory>();
  const std::shared_ptr<Memory> memory = slot;
  const SteadyTime started = clock_.steady();
  Result<Outcome> outcome = co_await pass(key, memory);
  const double took = seconds(clock_.steady() - started);
  if (!outcome) outcome = std::unexpected(with_way_out(std::move(outcome).error()));
  if (outcome) {
    memory->conflicts = 0;
    metrics_.reconciled(key, "success", took);
    co_return *outcome;
  }
  memory->full_pass = true;
  if (outcome.error().code == Code::kConflict) {
    metrics_.reconciled(key, "conflict", took);
    co_return Outcome::again_after(after_conflict(*memory), Lane::kRetry);
  }
  metrics_.reconciled(key, "error", took);
  const bool awaited = memory->obstacle && memory->obstacle->stops;
  const Outcome next = awaited ? Outcome::again_after(std::min(kLookForAwaited, options_.retry_at_most), Lane::kRetry)
                               : after_failed_pass(outcome.error().code, options_.retry_at_most);
  if (next.kind == Outcome::Kind::kDone) {
    log::info("nothing more is done for an instance", {{"instance", key.text()}, {"why", outcome.error().message}});
    co_return next;
  }
  log::error("cannot reconcile an instance", {{"instance", key.text()}, {"error", outcome.error().message}});
  co_await report_failure(key, outcome.error().message, memory);
  co_return next;
}

Task<Result<Outcome>> Reconciler::pass(kube::Key key, std::shared_ptr<Memory> memory) {
  InstancePtr instance = view_.instances.get(key);
  memory->obstacle.reset();
  if (instance->metadata.deleting()) co_return co_await deletion_.run(std::move(instance));
  if (std::string problem = api::instance_name_problem(key.name); !problem.empty()) {
    co_return co_await refuse(std::move(instance), {kNameUsable, kNameUnusable, std::move(problem)}, memory);
  }
  if (!memory->full_pass) {
    const bool changed = co_await workload_.secrets_changed(instance, memory);
    if (!changed) {
      memory->secret_event.reset();
      co_return Outcome::again_after(options_.resync);
    }
  }
  memory->full_pass = false;
  memory->settled.look_at(*instance);
  if (!memory->settled.examined) memory->settled.examined = examine(instance->spec);
  if (const auto& obstacles = memory->settled.examined->findings.obstacles; !obstacles.empty()) {
    std::string problem = fmt::format("{}", fmt::join(obstacles, "; "));
    co_return co_await refuse(std::move(instance), {kSpecValid, kSpecInvalid, std::move(problem)}, memory);
  }
  if (!std::exchange(memory->settled.indexed, true)) index_references(*instance, memory->settled);
  CO_TRY(instance, co_await ensure_finalizer(std::move(instance)));
  CO_TRY(instance, co_await announce(std::move(instance)));
  CO_TRY(WorkloadOutcome outcome, co_await converge(instance, memory));
  if (memory->settled.examined) {
    outcome.report.spec_problems = memory->settled.examined->findings.ignored;
    outcome.report.unbuilt = memory->settled.examined->unbuilt;
  }
  tell_trouble(events_, *instance, outcome.report.rotation, *memory);
  tell_permit(events_, *instance, outcome.report.permit, *memory);
  tell_proof_settings(events_, *instance, *memory);
  api::InstanceStatus after = status_after(*instance, outcome.report, clock_.now(), kinds_);
  if (outcome.kept.empty()) {  // else the pods have another claim
    if (auto kept = claim_kept(*instance, outcome.report.claim)) outcome.kept.push_back(*std::move(kept));
  }
  set_findings(after.conditions, findings_of(*memory, std::move(outcome.kept)), instance->status.conditions,
               instance->metadata.generation, clock_.now());
  CO_TRY_VOID(co_await report(instance, std::move(after)));
  if (outcome.look_again) {
    memory->full_pass = true;
    co_return Outcome::again_after(*outcome.look_again, Lane::kUser);
  }
  if (!outcome.report.permit.goes()) {
    memory->full_pass = true;  // whatever wakes it, leave is asked for again
    co_return Outcome::again_after(options_.resync);
  }
  memory->secret_event.reset();
  co_return Outcome::again_after(options_.resync);
}

Task<Result<WorkloadOutcome>> Reconciler::converge(InstancePtr instance, std::shared_ptr<Memory> memory) {
  CO_TRY_VOID(got_through(co_await converger_.make(instance, memory), *memory));
  CO_TRY_VOID(co_await look_around(instance, memory));
  CO_TRY_VOID(got_through(co_await converger_.keep(instance, memory), *memory));
  CO_TRY_VOID(co_await claim_is_there(instance, memory));
  if (!memory->looked_for_deployment) {
    CO_TRY_VOID(co_await remove_legacy_deployment(client_, events_, instance));
    memory->looked_for_deployment = true;
  }
  co_return co_await workload_.run(std::move(instance), std::move(memory));
}

// Nothing is made of an instance that cannot work, and a pod that runs of it keeps running.
Task<Result<Outcome>> Reconciler::refuse(InstancePtr instance, Refusal refusal, std::shared_ptr<Memory> memory) {
  memory->full_pass = true;
  constexpr kube::Resource kStatefulSets = kube::kResource<api::StatefulSet>;
  CO_TRY(const LivePtr live, co_await applier_.find(kStatefulSets, instance->metadata.key()));
  if (live != nullptr) CO_TRY_VOID(check_owner(kStatefulSets, *live, instance->metadata));
  const std::optional<WorkloadState> runs = live == nullptr ? std::nullopt : std::optional(workload_state(*live));
  CO_TRY_VOID(co_await report(instance, status_refused(*instance, refusal, runs, clock_.now())));
  co_return Outcome::again_after(options_.resync);
}

// The Secrets of its own, and what the pod would use if the gateway's were there, of ConfigMaps too: their arrival is
// an event that concerns us.
void Reconciler::index_references(const api::OpenClawInstance& instance, Settled& settled) {
  const api::StatefulSet widest = build_stateful_set(instance, {.inject_token = true});
  std::set<std::string> names;
  for (const ManagedKind& kind : kinds_) {
    const bool secret = kind.resource == kube::kResource<api::Secret> && kind.place(instance) != Place::kEmpty;
    if (secret) names.insert(kind.name(instance));
  }
  for (const auto& [name, reference] : secret_references(widest.spec.pod_template.spec, rolls_on_volumes(instance))) {
    names.insert(name);
  }
  index_.set(instance.metadata.key(), names);
  settled.config_maps = named_config_maps(instance.spec);
  settled.read_at_start = others_config_maps(instance, widest.spec.pod_template.spec);
  for (const auto& [name, reference] : settled.read_at_start) settled.config_maps.insert(name);
  config_maps_.set(instance.metadata.key(), settled.config_maps);
}

Task<Result<void>> Reconciler::look_around(InstancePtr instance, std::shared_ptr<Memory> memory) {
  CO_TRY(SurroundingsPtr gathered, co_await surroundings_.gather(instance, memory));
  Settled& settled = memory->settled;
  const SurroundingsPtr around = settled.look_around(std::move(gathered));
  if (!settled.findings) settled.findings = look_over(*instance, *around, settled.read_at_start);
  std::set<std::string> said;
  for (const Finding& finding : *settled.findings) {
    if (finding.event.empty() || !said.insert(finding.message).second) continue;
    if (memory->said_findings.contains(finding.message)) continue;
    events_.record(kube::reference_to(*instance), EventType::kWarning, finding.event, finding.message);
  }
  memory->said_findings = std::move(said);
  const Finding* finding = stopping(*settled.findings);
  if (finding == nullptr) co_return Result<void>{};
  if (finding->of_text) {
    CO_TRY(const bool would_lose, co_await pods_have_other_config(instance, around));
    if (!would_lose) co_return Result<void>{};
  }
  co_return fail(Code::kInvalid, finding->message);
}

// A configuration that the program refuses is written as it was asked for, but not over one that pods run with.
Task<Result<bool>> Reconciler::pods_have_other_config(InstancePtr instance, SurroundingsPtr around) {
  const kube::Key key = instance->metadata.key();
  CO_TRY(const LivePtr pods, co_await applier_.find(kube::kResource<api::StatefulSet>, key));
  if (pods == nullptr) co_return false;
  CO_TRY(const LivePtr config,
         co_await applier_.find(kube::kResource<api::ConfigMap>, {key.ns, config_map_name(*instance)}));
  co_return config == nullptr || !has_config(config->text.unpack(), *instance, *around);
}

Task<Result<InstancePtr>> Reconciler::ensure_finalizer(InstancePtr instance) {
  auto patch = kube::add_finalizer_patch(instance->metadata, kFinalizer);
  if (!patch) co_return instance;
  co_return co_await writer_.patch(std::move(instance), *std::move(patch));
}

Task<Result<InstancePtr>> Reconciler::announce(InstancePtr instance) {
  if (!instance->status.phase.empty()) co_return instance;
  co_return co_await writer_.status(instance, status_with_phase(*instance, "Pending"));
}

// Status and the events of what changed in it: none when nothing did.
Task<Result<void>> Reconciler::report(InstancePtr instance, api::InstanceStatus after) {
  const std::vector<StatusEvent> news = status_events(instance->status, after);
  CO_TRY_VOID(co_await writer_.status(instance, std::move(after)));
  for (const StatusEvent& event : news) {
    events_.record(kube::reference_to(*instance), event.type, event.reason, event.message);
  }
  co_return Result<void>{};
}

// Pods would wait for a claim that nobody makes, and those that are there would stop for it.
Task<Result<void>> Reconciler::claim_is_there(InstancePtr instance, std::shared_ptr<Memory> memory) {
  const std::string claim = existing_claim(instance->spec);
  if (claim.empty() || !persists(instance->spec)) co_return Result<void>{};
  CO_TRY(const LivePtr found,
         co_await applier_.find(kube::kResource<api::PersistentVolumeClaim>, {instance->metadata.ns, claim}));
  if (found != nullptr) co_return Result<void>{};
  memory->obstacle = obstacle(
      "StorageReady", "ExistingClaimNotFound",
      fmt::format("storage.persistence.existingClaim: PersistentVolumeClaim \"{}\" not found: make it, or take "
                  "the field out and one is made",
                  claim));
  co_return fail(Code::kNotFound, memory->obstacle->message);
}

// What the claim that was made for it has, and the spec says otherwise by now.
std::optional<Finding> Reconciler::claim_kept(const api::OpenClawInstance& instance, const std::string& in_use) {
  constexpr kube::Resource kClaims = kube::kResource<api::PersistentVolumeClaim>;
  if (in_use != claim_name(instance) || !existing_claim(instance.spec).empty()) return std::nullopt;
  const LivePtr claim = view_.live(kClaims).get({instance.metadata.ns, in_use});
  if (claim == nullptr) return std::nullopt;
  const auto there = json::parse(claim->text.unpack());
  const auto wanted = json::parse(json::write(asked_claim(instance)));
  return there && wanted ? kept_fields(kClaims, *there, *wanted) : std::nullopt;
}

// While it is deleted its phase says so, whatever goes wrong.
Task<void> Reconciler::report_failure(kube::Key key, std::string message, std::shared_ptr<Memory> memory) {
  const InstancePtr instance = view_.instances.get(key);
  if (instance == nullptr) co_return;
  events_.record(kube::reference_to(*instance), EventType::kWarning, "ReconcileFailed", message);
  if (memory->obstacle) tell_missing(events_, *instance, *memory->obstacle, *memory);
  if (instance->metadata.deleting()) co_return;
  api::InstanceStatus after = status_failed(*instance, message, clock_.now());
  set_findings(after.conditions, findings_of(*memory), instance->status.conditions, instance->metadata.generation,
               clock_.now());
  const auto written = co_await writer_.status(instance, std::move(after));
  if (!written) {
    log::warn("cannot write a status", {{"instance", key.text()}, {"error", written.error().message}});
  }
}

}  // namespace rotor::openclaw
