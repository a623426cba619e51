// Which objects are this replica's to work on. Without shards: all of them. What works on objects asks here before each
// pass and says while it lasts, so that a shard is given up only when nothing works in it.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "base/clock.hpp"
#include "kube/object/object.hpp"
#include "kube/runtime/queue.hpp"
#include "kube/shards/share.hpp"

namespace rotor::kube {

// What came and what went. Gained: passes may begin that could not before.
struct ShardChange {
  int count = 0;
  std::set<int> gained{};
  std::set<int> lost{};
  bool gains(const Key& key) const;
  bool loses(const Key& key) const;
};

class Ownership {
 public:
  // Everything is ours, always.
  Ownership() = default;
  // Of so many shards none yet; of none, everything. With a clock, which outlives it, it knows what came lately.
  explicit Ownership(int count, Clock* clock = nullptr) : count_(count), replicas_(0), clock_(clock) {}
  ~Ownership();
  Ownership(const Ownership&) = delete;
  Ownership& operator=(const Ownership&) = delete;

  bool sharded() const { return count_ > 0; }
  int count() const { return count_; }
  // A pass over this object may begin.
  bool owns(const Key& key) const;
  // It is ours, though it may be about to be given up.
  bool keeps(const Key& key) const;
  // Among how many the work is divided; at least 1.
  int replicas() const { return replicas_ > 0 ? replicas_ : 1; }
  // And which of them this one is: all of them count in the same order.
  ReplicaPlace place() const { return {replicas(), rank_}; }
  const std::set<int>& owned() const { return owned_; }

  // For so long after an object came to this replica its watches may show it older than its owner before left it: what
  // is decided of it then is read once more before it is acted on. A watch that lives is never further behind.
  static constexpr auto kCatchesUpWithin = std::chrono::minutes(1);
  bool came_lately(const Key& key) const;
  // Nothing is divided, and all of it came from another leader.
  void took_over();

  // After each change of what is owned, or of among how many.
  using Listener = std::function<void(const ShardChange&)>;
  void on_change(Listener listener) { listeners_.push_back(std::move(listener)); }

  // A pass over an object, from its beginning until this is destroyed; it may outlive the Ownership.
  class Pass {
   public:
    ~Pass();
    Pass(Pass&&) = default;
    Pass(const Pass&) = delete;

   private:
    friend class Ownership;
    struct Books;
    Pass(std::shared_ptr<Books> books, int shard);
    std::shared_ptr<Books> books_;
    int shard_;
  };
  Pass begin(const Key& key);

  // For who keeps the Lease. Owned from now on, and of it what is held back: no pass begins there.
  void assign(std::set<int> owned, std::set<int> held_back, int replicas, int rank = 0);
  void hold_back(std::set<int> shards);
  void lose_all() { assign({}, {}, 0); }
  const std::set<int>& held_back() const { return held_back_; }
  std::map<int, int> busy() const;
  // The last pass in a shard that is held back has ended; null: nobody wants to know any more.
  void on_idle(std::function<void()> fn);

 private:
  std::shared_ptr<Pass::Books> books();
  bool lately(SteadyTime came) const;

  int count_ = 0;
  int replicas_ = 1;
  int rank_ = 0;
  Clock* clock_ = nullptr;
  std::map<int, SteadyTime> came_;  // shards
  std::optional<SteadyTime> everything_came_;
  std::set<int> owned_;
  std::set<int> held_back_;
  std::shared_ptr<Pass::Books> books_;
  std::vector<Listener> listeners_;
};

// The same reconcile, over what is owned; the rest is nothing to do. `owner`: by which key an object is owned, when not
// by its own. `ownership` outlives the queue.
Queue::Reconcile only_owned(Ownership& ownership, Queue::Reconcile reconcile,
                            std::function<Key(const Key&)> owner = nullptr);

}  // namespace rotor::kube
