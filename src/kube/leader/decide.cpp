#include "kube/leader/decide.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/time.hpp"

namespace rotor::kube {

using std::chrono::seconds;

Result<void> check(const LeaderTimings& timings) {
  if (timings.lease < seconds(1) || timings.lease % seconds(1) != Duration::zero()) {
    return fail(Code::kInvalid, fmt::format("--leader-election-lease-duration {}: whole seconds, at least 1s",
                                            format_duration(timings.lease)));
  }
  if (timings.renew >= timings.lease) {
    return fail(Code::kInvalid, fmt::format("--leader-election-renew-deadline {}: shorter than the lease duration, {}",
                                            format_duration(timings.renew), format_duration(timings.lease)));
  }
  if (timings.retry <= Duration::zero() || timings.retry * 6 / 5 >= timings.renew) {
    return fail(Code::kInvalid,
                fmt::format("--leader-election-retry-period {}: more than 0s, and 1.2 times of it less than the renew "
                            "deadline, {}",
                            format_duration(timings.retry), format_duration(timings.renew)));
  }
  return {};
}

LeaseSighting sighted(const LeaseSighting& before, std::optional<Lease> there, SteadyTime now) {
  if (there) {
    const bool as_before = before.lease && before.lease->spec == there->spec;
    return {.lease = std::move(there), .since = as_before ? before.since : now};
  }
  if (!before.lease) return before.vanished_holder.empty() ? LeaseSighting{.since = now} : before;
  const LeaseSpec& spec = before.lease->spec;
  return {.since = now, .vanished_holder = spec.holder_identity, .vanished_seconds = spec.lease_duration_seconds};
}

SteadyTime free_from(const LeaseSighting& seen) {
  const bool held = seen.lease ? !seen.lease->spec.holder_identity.empty() : !seen.vanished_holder.empty();
  if (!held) return seen.since;
  return seen.since + seconds(seen.lease ? seen.lease->spec.lease_duration_seconds : seen.vanished_seconds);
}

Claim decide_claim(const LeaseSighting& seen, std::string_view identity, SteadyTime now) {
  const bool free = now >= free_from(seen);
  if (!seen.lease) return free || seen.vanished_holder == identity ? Claim::kCreate : Claim::kWait;
  if (seen.lease->spec.holder_identity == identity) return Claim::kRenew;
  return free ? Claim::kTake : Claim::kWait;
}

LeaseSpec claimed(const LeaseSighting& seen, Claim claim, std::string identity, Duration lease, WallTime now) {
  LeaseSpec spec{.holder_identity = std::move(identity),
                 .lease_duration_seconds = std::chrono::floor<seconds>(lease).count(),
                 .acquire_time = format_micro_time(now),
                 .renew_time = format_micro_time(now)};
  if (claim == Claim::kCreate) return spec;
  const LeaseSpec& before = seen.lease->spec;
  if (claim == Claim::kRenew && !before.acquire_time.empty()) spec.acquire_time = before.acquire_time;
  spec.lease_transitions = before.lease_transitions + (claim == Claim::kTake ? 1 : 0);
  return spec;
}

LeaseSpec given_back(const LeaseSpec& held, WallTime now) {
  return {.holder_identity = {},
          .lease_duration_seconds = 1,
          .acquire_time = format_micro_time(now),
          .renew_time = format_micro_time(now),
          .lease_transitions = held.lease_transitions};
}

}  // namespace rotor::kube
