// What a replica does about a lease. Pure. As client-go has it: whether a lease has run out is told by one's own steady
// clock, from when its present state was first seen; the times written in it are for people, so a wrong clock on one
// replica does no harm.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/duration.hpp"
#include "kube/leader/lease.hpp"

namespace rotor::kube {

struct LeaderTimings {
  Duration lease = std::chrono::seconds(15);  // others take over when it was not renewed for so long
  Duration renew = std::chrono::seconds(10);  // the holder stops when it could not renew it for so long
  Duration retry = std::chrono::seconds(2);   // between attempts
};

// kInvalid says which flag of the operator is wrong: retry < renew < lease, the lease in whole seconds.
Result<void> check(const LeaderTimings& timings);

// The lease as it was read last, and since when it has been like that.
struct LeaseSighting {
  std::optional<Lease> lease{};  // none: there is no such object
  SteadyTime since{};
  // Of an object that somebody removed while it was held: whose it was. That one may not know yet.
  std::string vanished_holder{};
  std::int64_t vanished_seconds = 0;  // its lease duration, counted from `since`
};
LeaseSighting sighted(const LeaseSighting& before, std::optional<Lease> there, SteadyTime now);

enum class Claim : std::uint8_t {
  kCreate,  // there is none, or none any more and its holder has ended by now
  kTake,    // given back, or run out
  kRenew,   // it is ours
  kWait,    // somebody else's
};
// From when on others than its holder may have it: it was given back, has run out or was removed for long enough.
SteadyTime free_from(const LeaseSighting& seen);
Claim decide_claim(const LeaseSighting& seen, std::string_view identity, SteadyTime now);

// What is written for any claim but kWait.
LeaseSpec claimed(const LeaseSighting& seen, Claim claim, std::string identity, Duration lease, WallTime now);

// What the holder writes when it ends: anybody may take it at once.
LeaseSpec given_back(const LeaseSpec& held, WallTime now);

}  // namespace rotor::kube
