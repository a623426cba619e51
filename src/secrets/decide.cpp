#include "secrets/decide.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "secrets/limits.hpp"
#include "secrets/marks.hpp"
#include "secrets/refresh.hpp"
#include "secrets/render.hpp"

namespace rotor::secrets {
namespace {

// What no retry can make right: only an edit.
std::optional<std::string> refusal_of(const api::es::ExternalSecret& es, const Result<Duration>& interval) {
  if (!interval) return interval.error().message;
  if (auto limit = not_built_yet(es)) return limit;
  if (es.spec.target.tmpl) {
    if (auto allowed = check_template(*es.spec.target.tmpl); !allowed) return std::move(allowed).error().message;
  }
  return std::nullopt;
}

}  // namespace

Decision decide_sync(const SyncInput& in) {
  const auto& finalizers = in.es.metadata.finalizers;
  const bool has_finalizer = std::ranges::find(finalizers, kFinalizer) != finalizers.end();
  if (in.es.metadata.deleting()) return {SyncAction::kCleanUp, "being deleted", false, {}};

  Decision decision{SyncAction::kSkip, {}, !has_finalizer, {}};
  if (!in.ours) {
    decision.action = SyncAction::kIgnore;
    decision.why = "a store it names is served by another controller";
    return decision;
  }
  const auto interval = refresh_interval(in.es);
  if (auto refusal = refusal_of(in.es, interval)) {
    decision.action = SyncAction::kRefuse;
    decision.why = *std::move(refusal);
    return decision;
  }
  decision.interval = *interval > Duration::zero() ? std::max(*interval, in.least_interval) : *interval;
  if (decision.interval != *interval) {
    decision.note = fmt::format("spec.refreshInterval {} is raised to {}, the shortest that is allowed here",
                                in.es.spec.refresh_interval.value_or(""), format_duration(decision.interval));
  }
  const RefreshDecision due = should_refresh(in.es, decision.interval, in.now);
  const RefreshDecision repair = target_needs_repair(in.es, in.target);
  // A change in the store is news as soon as its time has come, never for who does not follow the store.
  const bool asked = in.asked && follows_store(in.es, decision.interval);
  if (asked || due.refresh || repair.refresh) decision.action = SyncAction::kRefresh;
  decision.why = due.refresh ? due.why : repair.refresh ? repair.why : asked ? "its store's values changed" : due.why;
  return decision;
}

}  // namespace rotor::secrets
