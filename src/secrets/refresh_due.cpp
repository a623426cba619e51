#include "secrets/refresh_due.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/time.hpp"
#include "secrets/ending.hpp"
#include "secrets/force_sync.hpp"
#include "secrets/items.hpp"
#include "secrets/sync_windows.hpp"

namespace rotor::secrets {
namespace {

constexpr Duration kLongest = std::chrono::hours(24 * 365 * 100);

std::optional<WallTime> refreshed_at(const ExternalSecret& es) {
  if (es.status.refresh_time.empty()) return std::nullopt;
  const auto time = parse_time(es.status.refresh_time);
  return time ? std::optional(*time) : std::nullopt;
}

RefreshDecision periodic(const ExternalSecret& es, Duration interval, WallTime now, const Slot& slot) {
  if (interval <= Duration::zero() && !es.status.synced_resource_version.empty()) {
    return {false, "refreshInterval is 0 and it was synced once"};
  }
  if (was_edited(es)) return {true, "spec, labels or annotations changed"};
  const auto last = refreshed_at(es);
  if (!last) return {true, "never refreshed"};
  if (*last > now) return {true, "last refresh lies in the future"};
  if (*due_at(es, interval, slot) > now) return {false, "not due yet"};
  if (!in_sync_window(es, now)) return {false, "outside of spec.syncWindows"};
  return {true, "refreshInterval has passed", true};
}

bool refreshes_by_time(const ExternalSecret& es, Duration interval) {
  const std::string& policy = es.spec.refresh_policy;
  return interval > Duration::zero() && policy != "CreatedOnce" && policy != "OnChange";
}

// Those that wait for the same edge of a window do not all begin at it: a twentieth of the interval, at most half a
// minute, and half of the time until the next edge.
Duration behind_the_edge(const ExternalSecret& es, Duration interval, WallTime edge) {
  const Duration lasts = until_window_changes(es, edge).value_or(interval);
  return moment_within({es.metadata.uid}, std::min<Duration>({interval / 20, std::chrono::seconds(30), lasts / 2}));
}

// Nobody says when there is one to merge into: what others make is not watched.
bool waits_for_its_target(const ExternalSecret& es) {
  const auto* ready = kube::find_condition(es.status.conditions, "Ready");
  return ready != nullptr && ready->reason == ready_words(Ending::kMissing).reason;
}

}  // namespace

Result<Duration> refresh_interval(const ExternalSecret& es) {
  if (!es.spec.refresh_interval) return std::chrono::hours(1);
  auto parsed = parse_duration(*es.spec.refresh_interval);
  if (!parsed) {
    return fail(Code::kInvalid,
                fmt::format("invalid spec.refreshInterval \"{}\": {}; write a duration in h, m and s, such "
                            "as 1h or 90s (a day is 24h)",
                            *es.spec.refresh_interval, parsed.error().message));
  }
  // A century is as good as never, and sums with it do not overflow.
  return std::clamp<Duration>(*parsed, -kLongest, kLongest);
}

std::optional<WallTime> due_at(const ExternalSecret& es, Duration interval, const Slot& slot) {
  const auto last = refreshed_at(es);
  if (!last) return std::nullopt;
  // refreshTime has whole seconds and "passed" means strictly later: a millisecond on top.
  if (!is_spread(interval)) return *last + interval + std::chrono::milliseconds(1);
  return next_slot(slot.id.empty() ? Slot{es.metadata.uid} : slot, interval, *last);
}

RefreshDecision should_refresh(const ExternalSecret& es, Duration interval, WallTime now, const Slot& slot) {
  const std::string& policy = es.spec.refresh_policy;
  const bool synced = !es.status.synced_resource_version.empty() && refreshed_at(es).has_value();
  if (policy == "CreatedOnce") return {!synced, synced ? "refreshPolicy is CreatedOnce" : "never synced"};
  if (policy == "OnChange") {
    if (!synced) return {true, "never synced"};
    const bool changed = was_edited(es);
    return {changed, changed ? "spec, labels or annotations changed" : "refreshPolicy is OnChange"};
  }
  return periodic(es, interval, now, slot);
}

RefreshDecision target_needs_repair(const ExternalSecret& es, const Target* target) {
  if (es.spec.target.creation_policy == "Orphan") return {false, "creationPolicy is Orphan"};
  if (target == nullptr) return {true, "the Secret does not exist"};
  if (!target->managed()) return {true, "the Secret is not labelled as managed"};
  if (!target->hash_matches()) return {true, "the Secret's data or data hash was edited"};
  return {false, "the Secret is as it was left"};
}

bool reads_once(const ExternalSecret& es, Duration interval) {
  if (es.spec.refresh_policy == "CreatedOnce") return true;
  return interval <= Duration::zero() && es.spec.refresh_policy != "OnChange";
}

bool follows_store(const ExternalSecret& es, Duration interval) {
  const bool reads = !es.spec.data.empty() || !std::ranges::all_of(es.spec.data_from, generates);
  return reads && refreshes_by_time(es, interval);
}

std::optional<Duration> next_look(const ExternalSecret& es, Duration interval, WallTime now, const Slot& slot) {
  if (!refreshes_by_time(es, interval)) {
    const bool looks = interval > Duration::zero() && waits_for_its_target(es);
    return looks ? std::optional(interval) : std::nullopt;
  }
  const auto due = due_at(es, interval, slot);
  if (!due) return interval;
  const Duration left = *due - now;
  if (left <= Duration::zero() && !in_sync_window(es, now)) {
    const Duration edge = until_window_changes(es, now).value_or(interval);
    const auto wait = std::max<Duration>(std::min(edge, interval), std::chrono::seconds(1));
    return wait + behind_the_edge(es, interval, now + wait);
  }
  const Duration begins = is_spread(interval) ? within_second(slot, es.metadata.uid) : Duration::zero();
  return std::max<Duration>(left, Duration::zero()) + begins;
}

}  // namespace rotor::secrets
