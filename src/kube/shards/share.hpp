// What of a limit that holds for the whole installation one replica may use, when several are at work. Pure.
#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "base/duration.hpp"

namespace rotor::kube {

// One of so many replicas, counted from 0 in an order that all of them know.
struct ReplicaPlace {
  int replicas = 1;
  int rank = 0;
  friend bool operator==(const ReplicaPlace&, const ReplicaPlace&) = default;
};

// Shares differ by one at most, and together they are the whole. Of less than there are replicas some have none.
int share_of_limit(int whole, ReplicaPlace place);

// A limit below the number of replicas goes round instead: as many as it allows have their turn at a time. Turns are
// told by the clocks of the machines; clocks that differ by less than kTurnGap never let two have the same turn.
inline constexpr auto kTurn = std::chrono::seconds(20);
inline constexpr auto kTurnGap = std::chrono::seconds(5);
struct Turn {
  bool now = false;
  Duration next{};  // until it begins; zero when it has begun
};
Turn turn_of(int whole, ReplicaPlace place, WallTime now);

}  // namespace rotor::kube
