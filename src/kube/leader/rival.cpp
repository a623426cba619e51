#include "kube/leader/rival.hpp"

#include <fmt/format.h>

#include "base/log.hpp"

namespace rotor::kube {
namespace {

// "60/WORK" of "rotor-shards/60/WORK": WORK.
std::string_view work_in(std::string_view group) {
  group.remove_prefix(kGroupPrefix.size());
  const auto slash = group.find('/');
  return slash == std::string_view::npos ? std::string_view() : group.substr(slash + 1);
}

bool is_group(std::string_view holder) { return holder.starts_with(kGroupPrefix); }

// A holder that does not say it, a leader of another operator's or of an earlier Rotor, counts as one of the same.
bool does_other_work(std::string_view holder, const std::optional<Work>& theirs, const Work& ours) {
  if (theirs) return !same_work(*theirs, ours);
  return is_group(holder) && work_in(holder) != group_text(ours);
}

constexpr std::string_view kWayOut =
    "give one of them another --leader-election-id (leaderElectionID of the chart), or remove it";

}  // namespace

Rival rival_of(const std::optional<Lease>& lease, std::string_view group, const Work& ours) {
  if (!lease || lease->spec.holder_identity.empty()) return Rival::kNone;
  const std::string& holder = lease->spec.holder_identity;
  const std::optional<Work> theirs = read_work(*lease);
  const bool other_work = does_other_work(holder, theirs, ours);
  if (holder == group || (group.empty() && !is_group(holder) && !other_work)) return Rival::kNone;
  if (theirs && of_two_installations(*theirs, ours)) return Rival::kStranger;
  return other_work ? Rival::kOtherWork : Rival::kPredecessor;
}

Waiting waiting_for(const std::optional<Lease>& lease, std::string_view group, const Work& ours) {
  const Rival rival = rival_of(lease, group, ours);
  if (rival == Rival::kNone) return {};
  const auto theirs = read_work(*lease);
  return {rival, lease->spec.holder_identity, theirs ? write_work(*theirs) : ""};
}

std::string why_it_waits(const Waiting& waiting, const Key& lease) {
  if (waiting.rival != Rival::kStranger) return "";
  return fmt::format("another installation holds the Lease {}: {}, which works on {}; {}", lease.text(), waiting.holder,
                     waiting.works_on, kWayOut);
}

void log_waiting(const Waiting& waiting, const Key& lease, const Work& ours) {
  if (waiting.rival == Rival::kPredecessor) {
    return log::info("another replica leads, or divides the work otherwise; this one waits until it has ended",
                     {{"lease", lease.text()}, {"holder", waiting.holder}});
  }
  const std::string_view who =
      waiting.rival == Rival::kStranger
          ? "another installation holds the Lease and works on something else; this one waits and writes nothing"
          : "the Lease is held for other work, by replicas from before a change of it or by another installation; this "
            "one waits until they have ended; if both are to stay";
  log::warn(fmt::format("{}: {}", who, kWayOut), {{"lease", lease.text()},
                                                  {"holder", waiting.holder},
                                                  {"works_on", waiting.works_on},
                                                  {"this", write_work(ours)}});
}

std::string refusal_of(std::string_view verb, const Key& lease, const Error& error) {
  if (error.code != Code::kDenied) return "";
  return fmt::format(
      "this replica may not {} {}.{} {}: give its ServiceAccount that right in namespace {} (the chart and "
      "deploy/rbac.yaml have it); the API server says: {}",
      verb, kResource<Lease>.plural, kResource<Lease>.group, lease.text(), lease.ns, error.message);
}

}  // namespace rotor::kube
