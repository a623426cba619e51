#include "secrets/refresh_due.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "base/time.hpp"
#include "secrets/force_sync.hpp"
#include "secrets/sync_windows.hpp"

namespace rotor::secrets {
namespace {

constexpr Duration kLongest = std::chrono::hours(24 * 365 * 100);

std::optional<WallTime> refreshed_at(const ExternalSecret& es) {
  if (es.status.refresh_time.empty()) return std::nullopt;
  const auto time = parse_time(es.status.refresh_time);
  return time ? std::optional(*time) : std::nullopt;
}

RefreshDecision periodic(const ExternalSecret& es, Duration interval, WallTime now) {
  if (interval <= Duration::zero() && !es.status.synced_resource_version.empty()) {
    return {false, "refreshInterval is 0 and it was synced once"};
  }
  if (was_edited(es)) return {true, "spec, labels or annotations changed"};
  const auto last = refreshed_at(es);
  if (!last) return {true, "never refreshed"};
  if (*last > now) return {true, "last refresh lies in the future"};
  if (*last + interval >= now) return {false, "not due yet"};
  if (!in_sync_window(es, now)) return {false, "outside of spec.syncWindows"};
  return {true, "refreshInterval has passed"};
}

// A part of the interval that is always the same for one object: a twentieth, at most half a minute.
Duration spread(const ExternalSecret& es, Duration interval) {
  const Duration most = std::min<Duration>(interval / 20, std::chrono::seconds(30));
  const auto hash = std::hash<std::string>{}(es.metadata.uid) % 1000;
  return most * static_cast<std::int64_t>(hash) / 1000;
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

RefreshDecision should_refresh(const ExternalSecret& es, Duration interval, WallTime now) {
  const std::string& policy = es.spec.refresh_policy;
  const bool synced = !es.status.synced_resource_version.empty() && refreshed_at(es).has_value();
  if (policy == "CreatedOnce") return {!synced, synced ? "refreshPolicy is CreatedOnce" : "never synced"};
  if (policy == "OnChange") {
    if (!synced) return {true, "never synced"};
    const bool changed = was_edited(es);
    return {changed, changed ? "spec, labels or annotations changed" : "refreshPolicy is OnChange"};
  }
  return periodic(es, interval, now);
}

RefreshDecision target_needs_repair(const ExternalSecret& es, const Target* target) {
  if (es.spec.target.creation_policy == "Orphan") return {false, "creationPolicy is Orphan"};
  if (target == nullptr) return {true, "the Secret does not exist"};
  if (!target->managed()) return {true, "the Secret is not labelled as managed"};
  if (!target->hash_matches()) return {true, "the Secret's data or data hash was edited"};
  return {false, "the Secret is as it was left"};
}

bool follows_store(const ExternalSecret& es, Duration interval) {
  const std::string& policy = es.spec.refresh_policy;
  return interval > Duration::zero() && policy != "CreatedOnce" && policy != "OnChange";
}

std::optional<Duration> next_look(const ExternalSecret& es, Duration interval, WallTime now) {
  if (!follows_store(es, interval)) return std::nullopt;
  const auto last = refreshed_at(es);
  if (!last) return interval;
  // refreshTime has whole seconds and "due" means strictly later: a millisecond on top reaches it at the first look.
  const Duration left = *last + interval - now + std::chrono::milliseconds(1);
  if (left <= Duration::zero() && !in_sync_window(es, now)) {
    const Duration edge = until_window_changes(es, now).value_or(interval);
    return std::max<Duration>(std::min(edge, interval), std::chrono::seconds(1)) + spread(es, interval);
  }
  return std::max<Duration>(left, Duration::zero()) + spread(es, interval);
}

}  // namespace rotor::secrets
