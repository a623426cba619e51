#include "inspect/at_work.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/time.hpp"
#include "kube/leader/work.hpp"

namespace rotor::inspect {
namespace {

using namespace std::chrono_literals;

// The clock of who looks is another than that of who wrote, and the next replica needs a moment to begin.
constexpr auto kGrace = 2min;
constexpr std::size_t kNamed = 3;

// A Lease whose time cannot be read says nothing, and so stands in nobody's way.
bool is_living(const kube::Lease& lease, WallTime now) {
  const auto renewed = parse_time(lease.spec.renew_time);
  if (!renewed) return true;
  const Duration held =
      lease.spec.holder_identity.empty() ? 0s : std::chrono::seconds(lease.spec.lease_duration_seconds);
  return now <= *renewed + held + kGrace;
}

kube::Work work_of(const kube::Lease& lease) { return kube::read_work(lease).value_or(kube::Work{.instances = true}); }

// When something of a namespace was last written by whoever works on it.
using LastWrites = std::map<std::string, WallTime, std::less<>>;

void note(LastWrites& out, const std::string& ns, const std::string& time) {
  WallTime& last = out[ns];
  if (const auto at = parse_time(time)) last = std::max(last, WallTime(*at));
}

LastWrites last_writes(const Cluster& cluster) {
  LastWrites out;
  for (const auto& es : cluster.external_secrets) {
    note(out, es.metadata.ns, es.status.refresh_time);
    for (const auto& condition : es.status.conditions) note(out, es.metadata.ns, condition.last_transition_time);
  }
  for (const Instance& instance : cluster.instances) {
    note(out, instance.metadata.ns, "");
    for (const auto& condition : instance.conditions) note(out, instance.metadata.ns, condition.last_transition_time);
  }
  return out;
}

// The one that was held last.
const kube::Lease* newest_for(const std::vector<kube::Lease>& leases, const std::string& ns) {
  const kube::Lease* newest = nullptr;
  for (const kube::Lease& lease : leases) {
    if (!works_in(lease, ns)) continue;
    if (newest == nullptr || lease.spec.renew_time > newest->spec.renew_time) newest = &lease;
  }
  return newest;
}

bool wrote_since(WallTime last, const kube::Lease& lease) {
  const auto renewed = parse_time(lease.spec.renew_time);
  return renewed && last > *renewed + kGrace;
}

}  // namespace

bool works_in(const kube::Lease& lease, const std::string& ns) {
  return work_of(lease).namespaces.meet(kube::Namespaces(ns));
}

std::vector<kube::Lease> abandoned(const std::vector<kube::Lease>& leases, WallTime now) {
  std::vector<kube::Lease> out;
  for (const kube::Lease& lease : leases) {
    const bool taken = std::ranges::any_of(leases, [&](const kube::Lease& other) {
      return is_living(other, now) && kube::overlap(work_of(other), work_of(lease));
    });
    if (!taken) out.push_back(lease);
  }
  return out;
}

std::string end_of(const kube::Lease& lease) {
  return fmt::format("Lease {}/{} was {} at {}", lease.metadata.ns, lease.metadata.name,
                     lease.spec.holder_identity.empty() ? "given back" : "last renewed", lease.spec.renew_time);
}

std::string how_to_start(const kube::Lease& lease) {
  return fmt::format(
      "kubectl -n {} get deployment,pod -l app.kubernetes.io/name=rotor shows what is there: scale it up, mend it or "
      "install it again",
      lease.metadata.ns);
}

std::string nobody_works(const Cluster& cluster) {
  std::vector<kube::Lease> left = cluster.leases;
  std::erase_if(left, [&](const kube::Lease& lease) { return is_living(lease, cluster.now); });
  const kube::Lease* last = nullptr;
  std::vector<std::string> where;
  for (const auto& [ns, written] : last_writes(cluster)) {
    const kube::Lease* lease = newest_for(left, ns);
    const bool living = std::ranges::any_of(
        cluster.leases, [&](const kube::Lease& other) { return is_living(other, cluster.now) && works_in(other, ns); });
    if (lease == nullptr || living || wrote_since(written, *lease)) continue;
    where.push_back(ns);
    if (last == nullptr || lease->spec.renew_time > last->spec.renew_time) last = lease;
  }
  if (last == nullptr) return {};
  const std::size_t more = where.size() > kNamed ? where.size() - kNamed : 0;
  where.resize(where.size() - more);
  return fmt::format("no Rotor works in namespace {}{}: {}; {}", fmt::join(where, ", "),
                     more == 0 ? "" : fmt::format(" and {} more", more), end_of(*last), how_to_start(*last));
}

}  // namespace rotor::inspect
