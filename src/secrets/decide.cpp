#include "secrets/decide.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/time.hpp"
#include "secrets/finalizer.hpp"
#include "secrets/force_sync.hpp"
#include "secrets/ownership.hpp"
#include "secrets/policies.hpp"
#include "secrets/refresh_due.hpp"
#include "secrets/refusal.hpp"
#include "secrets/schedule/slots.hpp"
#include "secrets/sync_windows.hpp"

namespace rotor::secrets {
namespace {

// What was overdue before this process began is no older for a moment more, and nobody waits for it: its turn, which
// comes before a sync window closes.
Duration turn_after_start(const Observed& seen, Duration interval) {
  const auto due = due_at(*seen.es, interval, seen.slot);
  if (!seen.since_start || !due || *due > seen.now - *seen.since_start) return Duration::zero();
  if (const auto closes = until_window_changes(*seen.es, seen.now)) {
    interval = std::min(interval, (*seen.since_start + *closes) / 2);
  }
  const Slot slot = seen.slot.id.empty() ? Slot{seen.es->metadata.uid} : seen.slot;
  return cold_delay(slot, interval, seen.objects) - *seen.since_start;
}

// To make it again would give a generator's values anew, which somebody may use by now.
bool made_once(const ExternalSecret& es, const Target* target) {
  return es.spec.refresh_policy == "CreatedOnce" && target != nullptr && controls(es, *target);
}

// Made by the process before this one, which ended before it could tell: no new values before it is time for them.
bool is_made(const Observed& seen, Duration interval) {
  if (!seen.made || seen.taken_back) return false;
  ExternalSecret told = *seen.es;
  told.status.refresh_time = format_time(*seen.made);
  told.status.synced_resource_version = resource_token(told.metadata);
  return !should_refresh(told, interval, seen.now, seen.slot).refresh;
}

// creationPolicy was changed since: whose the target is follows, or an Orphan went with its ExternalSecret.
bool is_owned_otherwise(const ExternalSecret& es, const Target& target) {
  return writes(es) && target.managed() && controls(es, target) != owns(es);
}

Decision refused(const Refusal& refusal, Decision decision) {
  decision.action = SyncAction::kRefuse;
  decision.why = refusal.why;
  decision.refusal = refusal.ending;
  return decision;
}

// Is there something to do, and why?
void judge_need(const Observed& seen, Decision& decision) {
  const RefreshDecision due = should_refresh(*seen.es, decision.interval, seen.now, seen.slot);
  const RefreshDecision repair = seen.target_known ? target_needs_repair(*seen.es, seen.target.get())
                                                   : RefreshDecision{false, "nobody has looked at the target yet"};
  decision.repair = repair.refresh && !seen.es->status.refresh_time.empty();  // before: its first sync
  // A change in the store is news as soon as its time has come, never for who does not follow the store.
  const bool asked = seen.ask > 0 && follows_store(*seen.es, decision.interval);
  decision.why = due.refresh ? due.why : repair.refresh ? repair.why : asked ? "its store's values changed" : due.why;
  if (!asked && !due.refresh && !repair.refresh) {
    const bool otherwise = seen.target && is_owned_otherwise(*seen.es, *seen.target);
    if (otherwise && reads_once(*seen.es, decision.interval)) decision.action = SyncAction::kAround;
    return;
  }
  if (repair.refresh && !due.refresh && !seen.target && seen.earlier) {
    decision.action = SyncAction::kMove;
    return;
  }
  if (!repair.refresh && !asked && is_made(seen, decision.interval)) {
    decision.action = SyncAction::kOnRecord;
    return;
  }
  if (!repair.refresh && !seen.taken_back && made_once(*seen.es, seen.target.get())) {
    decision.action = SyncAction::kOnRecord;
    return;
  }
  const bool waits = seen.patience && seen.waited < *seen.patience;
  decision.action = waits ? SyncAction::kWait : SyncAction::kRefresh;
  if (!due.by_time || repair.refresh || asked) return;
  decision.later = turn_after_start(seen, decision.interval);
  if (decision.later > Duration::zero()) decision.action = SyncAction::kLater;
}

}  // namespace

Decision decide_sync(const Observed& seen) {
  const ExternalSecret& es = *seen.es;
  if (!seen.unreadable.empty()) {
    return {
        SyncAction::kRefuse,
        fmt::format("the ExternalSecret cannot be read: {}; correct the field and apply it again", seen.unreadable)};
  }
  if (es.metadata.deleting()) return {SyncAction::kCleanUp, "being deleted"};

  if (!seen.ours) return {SyncAction::kIgnore, "a store it names is served by another controller"};
  Decision decision{SyncAction::kSkip, {}, deletion_has_work(es) && !has_finalizer(es)};
  const auto refusal = refusal_of(es, seen.generic_targets, seen.target != nullptr);
  if (refusal && !refusal->when_due) return refused(*refusal, std::move(decision));
  const auto interval = refresh_interval(es);
  decision.interval = *interval > Duration::zero() ? std::max(*interval, seen.least_interval) : *interval;
  if (decision.interval != *interval) {
    decision.note = fmt::format("spec.refreshInterval {} is raised to {}, the shortest that is allowed here",
                                es.spec.refresh_interval.value_or(""), format_duration(decision.interval));
  }
  decision.window_note = remark_on_windows(es);
  judge_need(seen, decision);
  if (refusal && decision.action != SyncAction::kSkip) return refused(*refusal, std::move(decision));
  return decision;
}

}  // namespace rotor::secrets
