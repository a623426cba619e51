// The limiter: so many instances restart at once, canaries first where a Secret is shared by many, and no further once
// one of them fails. What is under way is read off the cluster, so a restarted operator goes on where it was.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "kube/runtime/first_seen.hpp"
#include "kube/shards/share.hpp"
#include "openclaw/reference_index.hpp"
#include "openclaw/rollout/books.hpp"
#include "openclaw/rollout/history.hpp"
#include "openclaw/rotation_permit.hpp"

namespace rotor::openclaw {

class RolloutLimiter final : public RotationPermits {
 public:
  struct Hooks {
    std::function<void(const kube::Key& instance)> wake;
    std::function<void(const RolloutBooks::Failure& failure)> stopped;  // the rollout of these Secrets goes no further
    // Another replica works on some: their restarts are counted there.
    std::function<bool(const kube::Key& instance)> is_ours;
    std::function<bool()> fleet_known;  // each instance was looked at once, so `index` knows all consumers
  };

  // All outlive this. Listens to the StatefulSets of `view`.
  RolloutLimiter(View& view, const ReferenceIndex& index, Clock& clock, RolloutLimits limits, Hooks hooks);

  Task<Result<Permit>> ask(WishPtr wish) override;
  void written(const RotationWish& wish) override;
  void withdrawn(const kube::Key& instance) override;
  void held(const kube::Key& instance) override;

  void refused(const RotationWish& wish, const Permit& permit) override;

  // At once, without waiting for the deadline.
  void failed(const kube::Key& instance, const std::string& why) override;
  std::optional<RestartFailure> failure_of(const kube::Key& instance) const override;

  // Instances are divided among replicas, each with its part of what may restart at once, or, where that is less than
  // one for each, its turn; `more`: some that another one worked on are this one's now.
  void divide(kube::ReplicaPlace place, bool more);
  // Another replica works on it from now on.
  void handed_over(const kube::Key& instance);

  // Looks after deadlines, until cancelled.
  Task<> run();

  const RolloutBooks& books() const { return books_; }

 private:
  // The newest restart that Rotor began, and how long ago.
  struct Newest {
    PastRestart restart;
    Duration age{};
  };
  Duration seen_for(const LiveObject& object);
  std::optional<Newest> newest_restart(const LiveObject& object);
  bool is_under_way(const LiveObject& object);
  std::optional<Duration> wait_for_a_turn();
  bool is_restarting(const kube::Key& instance);
  int under_way_elsewhere();
  void find_again();
  void look_at(const kube::Key& instance);
  void expire();
  void note(const RolloutBooks::Failure& failure);
  void wake_next();
  bool lately(const kube::Key& instance, const kube::Key& secret);
  RolloutBooks::Consumer stand(const kube::Key& instance, const kube::Key& secret, const std::string& content);

  View& view_;
  Clock& clock_;
  RolloutLimits limits_;
  Hooks hooks_;
  RolloutBooks books_;
  kube::FirstSeen histories_;                     // by instance
  std::map<kube::Key, RestartFailure> failures_;  // of the newest restart, until the next
  bool found_again_ = false;
  kube::ReplicaPlace place_;
};

}  // namespace rotor::openclaw
