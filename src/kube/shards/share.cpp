#include "kube/shards/share.hpp"

namespace rotor::kube {
namespace {

bool is_turn_of(std::int64_t turn, int whole, ReplicaPlace place) {
  const std::int64_t first = turn * whole % place.replicas;
  return (place.rank - first + place.replicas) % place.replicas < whole;
}

}  // namespace

int share_of_limit(int whole, ReplicaPlace place) {
  return whole / place.replicas + (place.rank < whole % place.replicas ? 1 : 0);
}

Turn turn_of(int whole, ReplicaPlace place, WallTime now) {
  const auto since = now.time_since_epoch();
  const std::int64_t turn = since / kTurn;
  for (std::int64_t i = 0; i <= place.replicas; ++i) {
    if (!is_turn_of(turn + i, whole, place)) continue;
    const auto begins = (turn + i) * kTurn + kTurnGap;
    if (begins <= since) return {.now = true};
    return {.next = std::chrono::duration_cast<Duration>(begins - since)};
  }
  return {.next = kTurn};
}

}  // namespace rotor::kube
