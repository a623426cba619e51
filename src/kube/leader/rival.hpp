// Who has the Lease that a replica waits for, and what there is to say about it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "kube/leader/work.hpp"

namespace rotor::kube {

enum class Rival : std::uint8_t {
  kNone,         // nobody, or a replica that works as this one does
  kPredecessor,  // the same work divided otherwise: a leader for members, members for a leader, another number of
                 // shards
  kOtherWork,    // other work, and not said to be another installation's: it was told of other work, and ends some time
  kStranger,     // another installation, for work of its own: it does not end by itself
};

inline bool for_other_work(Rival rival) { return rival == Rival::kOtherWork || rival == Rival::kStranger; }

// The holder that members of a group write, whoever of them writes it: this, the number of shards, the work.
inline constexpr std::string_view kGroupPrefix = "rotor-shards/";

// `group`: as whom this replica would hold it; empty: as itself, a leader.
Rival rival_of(const std::optional<Lease>& lease, std::string_view group, const Work& ours);

struct Waiting {
  Rival rival = Rival::kNone;
  std::string holder{};
  std::string works_on{};  // "" when it does not say
};
Waiting waiting_for(const std::optional<Lease>& lease, std::string_view group, const Work& ours);
// For /readyz, of what a person has to settle; "" of what ends by itself.
std::string why_it_waits(const Waiting& waiting, const Key& lease);
// All but kNone in the log.
void log_waiting(const Waiting& waiting, const Key& lease, const Work& ours);

// What it lacks, where the API server refuses it for want of a right; otherwise "".
std::string refusal_of(std::string_view verb, const Key& lease, const Error& error);

}  // namespace rotor::kube
