// One replica's part among those that divide the work: joins, keeps its shards, hands over what others are to have,
// leaves. Its fence is open while it is a member, never beyond `renew` after the moment at which its last granted write
// was sent; others take its shards when they saw no beat of it for `lease`. So no object has two writers, however long
// a replica stood still: that is the leader's fence (kube/leader/elector.hpp). And a replica that lives gives a shard
// up in the same write in which it says that nothing of it works there any more.
#pragma once

#include <string>

#include "kube/client/client.hpp"
#include "kube/client/fence.hpp"
#include "kube/leader/lease_watch.hpp"
#include "kube/leader/rival.hpp"
#include "kube/runtime/signal.hpp"
#include "kube/shards/ownership.hpp"
#include "kube/shards/shard_plan.hpp"

namespace rotor::kube {

struct ShardOptions {
  Key lease{};
  std::string identity{};  // of this replica and no other
  Work work{};             // what the replicas work on
  LeaderTimings timings{};
};

// The holder that replicas of so many shards write.
std::string group_of(int count, const Work& work);

class ShardKeeper {
 public:
  // `client` is not behind the fence. Everything handed in outlives the keeper.
  ShardKeeper(const Executor& executor, Client& client, Clock& clock, Fence& fence, Ownership& ownership,
              ShardOptions options);
  ~ShardKeeper();
  ShardKeeper(const ShardKeeper&) = delete;

  // Until cancelled: hears at once what the others do. Without it only the pace of renewals counts.
  Task<> listen();
  // Returns when this replica is a member.
  Task<> join();
  // Returns when it is one no more, and says why.
  Task<std::string> keep();
  // After the last write: the others share its shards at once.
  Task<> leave();

  bool member() const { return self_.member; }
  int members() const;
  std::int64_t handed_over() const { return handed_over_; }
  std::int64_t taken() const { return taken_; }
  // Whom it waits for, when that is not its own group.
  const Waiting& waiting() const { return waiting_; }
  // The right that it lacks; "": none that it knows of.
  std::string refused() const;

 private:
  struct Attempt {
    bool granted = false;
    bool again = false;  // somebody was faster
    bool lost = false;
    std::string problem{};
    bool refused = false;
  };
  Attempt failed(std::string_view verb, const Error& error) const;
  Task<Attempt> try_once();
  Task<Attempt> try_until(SteadyTime limit);
  Task<Result<SecretBytes>> write(Claim claim, LeaseSpec spec, ShardTable table);
  ShardPlan plan();
  void saw(std::optional<Lease> lease);
  void granted(std::optional<Lease> lease, SteadyTime asked, std::set<int> surplus);
  void say(const Attempt& attempt);
  void say_rival();
  SteadyTime next_try() const;
  SteadyTime next_write(SteadyTime beat, bool failed) const;
  Task<> pause_until(SteadyTime when);
  Task<Result<bool>> leave_once();

  Client& client_;
  Clock& clock_;
  Fence& fence_;
  Ownership& ownership_;
  ShardOptions options_;
  LeaseWatch watched_;
  Signal woken_;
  bool news_ = false;  // since the last attempt
  ShardSelf self_;
  ShardSighting seen_;
  std::int64_t handed_over_ = 0;
  std::int64_t taken_ = 0;
  std::string said_;
  Waiting waiting_;
  std::string refused_;
};

}  // namespace rotor::kube
