// The books of the limiter: who restarts just now, who waits in which order, and how far each shared Secret has come.
// Knows no cluster and no clock: what happens is told to it, with the time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "kube/object/object.hpp"
#include "openclaw/rollout/limits.hpp"
#include "openclaw/rollout/turn.hpp"

namespace rotor::openclaw {

struct RestartRequest {
  kube::Key instance;
  std::map<std::string, SecretContent, std::less<>> secrets{};  // that call for it, by name
  bool immediate = false;
  bool starts_pods = true;
};

class RolloutBooks {
 public:
  // How a consumer of a Secret stands to a content: has another, runs well with it, restarts, or should have long
  // since.
  enum class Consumer : std::uint8_t { kOther, kGood, kUnderWay, kFailed };
  // What the cluster shows.
  struct Cluster {
    std::function<int(const kube::Key& secret)> sharing;
    std::function<std::vector<kube::Key>(const kube::Key& secret)> consumers;
    std::function<Consumer(const kube::Key& instance, const kube::Key& secret, const std::string& content)> stand;
    // Was its newest restart for this Secret, and is the deadline of it not over?
    std::function<bool(const kube::Key& instance, const kube::Key& secret)> lately;
  };
  struct Failure {
    kube::Key instance;
    std::string why;
    std::set<std::string> secrets;  // whose rollout stops with it
    bool ends_restart = false;      // one that was under way, or was just over
  };

  RolloutBooks(RolloutLimits limits, Cluster cluster) : limits_(limits), cluster_(std::move(cluster)) {}

  // Takes a slot, or a place in line.
  Permit ask(const RestartRequest& request, SteadyTime now);
  // The pods restart.
  void written(const kube::Key& instance, SteadyTime now);
  void withdrawn(const kube::Key& instance);
  // It leaves the line, and what it found out about a value stands.
  void held(const kube::Key& instance);
  void gone(const kube::Key& instance);
  // Another replica's from now on, all of the namespace: what is known of its Secrets' rollouts as well.
  void handed_over(const kube::Key& instance);
  // Under way since before these books were opened.
  void found(const kube::Key& instance, SteadyTime since);
  // All of its pods are of the newest template, and ready.
  void rolled_out(const kube::Key& instance);
  // They are not, or not all.
  void not_ready(const kube::Key& instance);
  // They will not be. `told`: by their end, and not by the time it took. They may have been ready before it, and what
  // is said of them may be older than it: only pods that were seen not ready, and are ready then, are well.
  Failure failed(const kube::Key& instance, std::string why, bool told);
  // A proof refused the new values, so its pods keep the old ones. As a canary it stands for all who share them. Names
  // the Secrets whose rollout stops by it, and not those that stood still already.
  Failure refused(const RestartRequest& request, std::string why);
  // What took longer than the deadline has failed.
  std::vector<Failure> expire(SteadyTime now);

  // Those that got a slot while they waited, and those that now wait for something else.
  std::vector<kube::Key> take_woken();
  // Does it matter here when the pods of this one are ready?
  bool follows(const kube::Key& instance) const;

  // From now on; those under way go on.
  void limit_to(int at_once) { limits_.at_once = at_once; }
  std::size_t in_progress() const { return slots_.size(); }
  std::size_t queued() const { return line_.size(); }
  std::vector<kube::Key> stopped() const;  // Secrets

 private:
  struct Slot {
    SteadyTime since{};
    bool written = false;
    bool restarting = false;                   // its pods do, from an earlier write
    std::map<kube::Key, std::string> secrets;  // shared ones, with the content it restarts for
  };
  struct Campaign {
    SecretContent to;
    int good = 0;
    std::set<kube::Key> under_way;
    std::optional<Failure> failure;
    bool told = false;      // how it failed; see failed(),
    bool refused = false;   // and refused(): this one may ask its proof again
    bool not_ready = true;  // its pods were seen not ready since

    bool failed_with(const kube::Key& instance) const { return failure && failure->instance == instance; }
  };
  struct Place {
    RestartRequest request;
    std::uint64_t number = 0;
  };

  Campaign& campaign_for(const kube::Key& secret, const SecretContent& content);
  Campaign begin(const kube::Key& secret, const SecretContent& content) const;
  static bool asks_again(const Campaign& campaign, const RestartRequest& request);
  RolloutStanding standing_of(const RestartRequest& request);
  void take_slot(const RestartRequest& request, SteadyTime now);
  void leave_campaigns(const kube::Key& instance, const Slot& slot);
  void free_slot(const kube::Key& instance);
  void let_go(const kube::Key& instance);
  std::set<std::string> tried_by(const kube::Key& instance, bool told) const;
  void leave_line(const kube::Key& instance);
  void go_on(const kube::Key& secret, Campaign& campaign);
  void move_up();
  void wake_line(const kube::Key& secret);

  RolloutLimits limits_;
  Cluster cluster_;
  SteadyTime now_{};
  std::map<kube::Key, Slot> slots_;
  std::map<std::string, int> by_namespace_;
  std::map<kube::Key, Campaign> campaigns_;
  std::map<kube::Key, Place> line_;
  std::map<std::pair<bool, std::uint64_t>, kube::Key> order_;  // whoever wants it at once stands before the others
  std::uint64_t numbers_ = 0;
  std::set<kube::Key> woken_;
};

}  // namespace rotor::openclaw
