#include "openclaw/workload.hpp"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log.hpp"
#include "openclaw/fixed_fields.hpp"
#include "openclaw/secret_events.hpp"
#include "openclaw/storage.hpp"

namespace rotor::openclaw {
namespace {

// 1 s, 2 s, … 60 s.
Duration read_again(Memory& memory) {
  const int doublings = std::min(memory.failed_looks++, 6);
  return std::min<Duration>(std::chrono::seconds(1LL << doublings), std::chrono::seconds(60));
}

std::optional<Duration> next_look(const WorkloadPlan& plan, Memory& memory) {
  if (!plan.blind) memory.failed_looks = 0;
  if (plan.wait) return plan.wait;
  if (plan.permit.look_again) return plan.permit.look_again;
  return plan.blind ? std::optional(read_again(memory)) : std::nullopt;
}

std::optional<Duration> earlier(std::optional<Duration> a, std::optional<Duration> b) {
  return a && b ? std::min(a, b) : a ? a : b;
}

SightPtr with_failure_of(SightPtr sight, const RotationPermits& permits) {
  auto failure = permits.failure_of(sight->key);
  if (!failure) return sight;
  auto out = std::make_shared<WorkloadSight>(*sight);
  out->failure = *std::move(failure);
  return out;
}

}  // namespace

Task<Result<WorkloadOutcome>> WorkloadPass::run(InstancePtr instance, std::shared_ptr<Memory> memory) {
  CO_TRY(SightPtr sight, co_await gatherer_.gather(std::move(instance), memory));
  CO_TRY(sight, co_await keeper_.look(sight));
  sight = with_failure_of(std::move(sight), permits_);
  CO_TRY(const PlanPtr plan, co_await decide(sight, memory));
  Result<LivePtr> now = co_await act(sight, plan);
  if (!now) {
    now = std::unexpected(explain_refusal(kube::kResource<api::StatefulSet>, sight->live.object, plan->text,
                                          now.error(), memory->obstacle));
  }
  co_return report(*sight, *plan, std::move(now), *memory);
}

// A restart that is due is asked for first; what does not get leave is planned again as one that waits.
Task<Result<WorkloadPass::PlanPtr>> WorkloadPass::decide(SightPtr sight, std::shared_ptr<Memory> memory) {
  const SteadyTime now = clock_.steady();
  WorkloadPlan plan = plan_workload(*sight, memory->quiet, now, options_);
  if (sight->goes_back) {
    // Back to what ran well: nobody's leave is needed, and nobody else is to get what made it go.
    permits_.failed(sight->key, "went back to the values that ran well");
  } else if (plan.restarts()) {
    CO_TRY(Permit permit, co_await permits_.ask(plan.wish));
    if (!permit.goes() || permit.in_place) {
      plan = plan_workload(*sight, memory->quiet, now, options_, {std::move(permit), plan.wish});
    }
  } else if (plan.held) {
    permits_.held(sight->key);
  } else if (!plan.wait) {
    permits_.withdrawn(sight->key);
  }
  memory->quiet = plan.quiet;
  co_return std::make_shared<const WorkloadPlan>(std::move(plan));
}

Task<Result<LivePtr>> WorkloadPass::act(SightPtr sight, PlanPtr plan) {
  constexpr kube::Resource kStatefulSets = kube::kResource<api::StatefulSet>;
  const LiveStatefulSet& seen = sight->live;
  if (!plan->writes) co_return seen.object;
  LivePtr live = seen.object;
  if (plan->patch) {
    co_return co_await applier_.patch(kStatefulSets, sight->key, std::move(live), *plan->patch, sight->instance);
  }
  if (live != nullptr && !sight->marks_only && !seen.left.empty()) {
    CO_TRY(live, co_await applier_.take_over(kStatefulSets, std::move(live), sight->instance->metadata.uid));
  }
  co_return co_await applier_.apply(kStatefulSets, sight->key, std::move(live), plan->text, sight->instance);
}

Result<WorkloadOutcome> WorkloadPass::report(const WorkloadSight& sight, const WorkloadPlan& plan, Result<LivePtr> now,
                                             Memory& memory) {
  if (plan.tells_values() && on_rotation) {
    on_rotation(sight.key, !now ? "error" : sight.goes_back ? "rolled_back" : plan.reloads ? "in_place" : "success");
  }
  if (!now) {
    if (now.error().code == Code::kInvalid) permits_.withdrawn(sight.key);  // tried again for long: others go on
    return std::unexpected(std::move(now).error());
  }
  if (!plan.text.empty()) {
    memory.applied = plan.marks;
    memory.applied.uid = (*now)->metadata.uid;
  }
  if (plan.wish != nullptr && !sight.goes_back) permits_.written(*plan.wish);
  if (plan.restarts() || plan.reloads) memory.quiet = {};
  if (plan.tells_values()) tell_rotation(sight, plan);
  if (plan.writes && sight.live.object != nullptr && !sight.marks_only) {
    tell_moved_data(events_, *sight.instance, sight.live.claim, claim_of(sight.wanted.spec.pod_template.spec));
  }
  WorkloadOutcome out;
  if (*now != nullptr) {
    json::Value written;
    if (*now != sight.live.object) {
      TRY(written, json::parse((*now)->text.unpack()));
    }
    const json::Value& document = *now == sight.live.object ? sight.live.document : written;
    out.report.claim = claim_of(document);
    out.report.workload = workload_state(document);
    auto kept = kept_fields(kube::kResource<api::StatefulSet>, document, json::Object());
    if (kept && persists(sight.instance->spec)) out.kept.push_back(*std::move(kept));
  }
  out.look_again = earlier(next_look(plan, memory), sight.look_again);
  if (plan.writes && wants_rollback(*sight.instance)) out.look_again = earlier(out.look_again, options_.proven_after);
  out.report.rotation = plan.rotation;
  out.report.key_error = sight.key_error;
  out.report.permit = plan.permit.goes() && !sight.rolled_back.empty() ? rolled_back(sight) : plan.permit;
  return out;
}

void WorkloadPass::tell_rotation(const WorkloadSight& sight, const WorkloadPlan& plan) {
  const std::string names = fmt::format("{}", fmt::join(std::views::keys(plan.wish->changed), ", "));
  if (sight.goes_back) {
    return log::warn("going back to older values",
                     {{"instance", sight.key.text()}, {"secrets", names}, {"why", sight.last_good.why}});
  }
  if (plan.reloads) {
    log::info("delivered changed secrets in place", {{"instance", sight.key.text()}, {"secrets", names}});
    return events_.record(kube::reference_to(*sight.instance), kube::EventRecorder::Type::kNormal, "ReloadedInPlace",
                          fmt::format("Delivered without a restart: the new values of {}", names));
  }
  log::info("restarting on changed secrets", {{"instance", sight.key.text()}, {"secrets", names}});
  events_.record(kube::reference_to(*sight.instance), kube::EventRecorder::Type::kNormal, "SecretRotated",
                 fmt::format("Restarting the pod with the new values of: {}", names));
  tell_immutable(events_, *sight.instance, *plan.wish);
}

}  // namespace rotor::openclaw
