#include "kube/shards/ownership.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "kube/shards/shard_table.hpp"

namespace rotor::kube {

namespace {

std::set<int> without(const std::set<int>& all, const std::set<int>& some) {
  std::set<int> out;
  std::ranges::set_difference(all, some, std::inserter(out, out.end()));
  return out;
}

}  // namespace

bool ShardChange::gains(const Key& key) const { return !gained.empty() && gained.contains(shard_of(key, count)); }
bool ShardChange::loses(const Key& key) const { return !lost.empty() && lost.contains(shard_of(key, count)); }

struct Ownership::Pass::Books {
  std::map<int, int> under_way;
  std::function<void(int shard)> idle;
};

Ownership::Pass::Pass(std::shared_ptr<Books> books, int shard) : books_(std::move(books)), shard_(shard) {
  if (books_) ++books_->under_way[shard_];
}

Ownership::Pass::~Pass() {
  if (!books_) return;  // moved from, or nothing is divided
  const auto entry = books_->under_way.find(shard_);
  if (--entry->second > 0) return;
  books_->under_way.erase(entry);
  if (books_->idle) books_->idle(shard_);
}

Ownership::~Ownership() { on_idle(nullptr); }

bool Ownership::keeps(const Key& key) const { return !sharded() || owned_.contains(shard_of(key, count_)); }

bool Ownership::owns(const Key& key) const {
  if (!sharded()) return true;
  const int shard = shard_of(key, count_);
  return owned_.contains(shard) && !held_back_.contains(shard);
}

bool Ownership::lately(SteadyTime came) const { return clock_->steady() - came < kCatchesUpWithin; }

bool Ownership::came_lately(const Key& key) const {
  if (!sharded()) return everything_came_ && lately(*everything_came_);
  const auto came = came_.find(shard_of(key, count_));
  return came != came_.end() && lately(came->second);
}

void Ownership::took_over() {
  if (clock_ != nullptr) everything_came_ = clock_->steady();
}

std::shared_ptr<Ownership::Pass::Books> Ownership::books() {
  if (!books_) books_ = std::make_shared<Pass::Books>();
  return books_;
}

Ownership::Pass Ownership::begin(const Key& key) {
  return sharded() ? Pass(books(), shard_of(key, count_)) : Pass(nullptr, 0);
}

void Ownership::assign(std::set<int> owned, std::set<int> held_back, int replicas, int rank) {
  const ShardChange change{.count = count_,
                           .gained = without(without(owned, held_back), without(owned_, held_back_)),
                           .lost = without(owned_, owned)};
  const bool news = !change.gained.empty() || !change.lost.empty() || replicas != replicas_ || rank != rank_;
  owned_ = std::move(owned);
  held_back_ = std::move(held_back);
  replicas_ = replicas;
  rank_ = rank;
  if (!news) return;
  for (const int shard : change.lost) came_.erase(shard);
  for (const int shard : change.gained) {
    if (clock_ != nullptr) came_[shard] = clock_->steady();
  }
  for (const auto& listener : listeners_) listener(change);
}

void Ownership::hold_back(std::set<int> shards) { held_back_.merge(shards); }

std::map<int, int> Ownership::busy() const { return books_ ? books_->under_way : std::map<int, int>(); }

void Ownership::on_idle(std::function<void()> fn) {
  if (!fn) {
    if (books_) books_->idle = nullptr;
    return;
  }
  books()->idle = [this, told = std::move(fn)](int shard) {
    if (held_back_.contains(shard)) told();
  };
}

namespace {

// Everything by value but what the queue holds as long as its passes can begin.
Task<Outcome> owned_pass(Ownership& ownership, const Queue::Reconcile& reconcile, Key owner, Key key) {
  if (!ownership.owns(owner)) co_return Outcome::done();
  const Ownership::Pass pass = ownership.begin(owner);
  co_return co_await reconcile(std::move(key));
}

}  // namespace

Queue::Reconcile only_owned(Ownership& ownership, Queue::Reconcile reconcile, std::function<Key(const Key&)> owner) {
  if (!ownership.sharded()) return reconcile;
  return [&ownership, reconcile = std::move(reconcile), owner = std::move(owner)](Key key) {
    Key owned_by = owner ? owner(key) : key;
    return owned_pass(ownership, reconcile, std::move(owned_by), std::move(key));
  };
}

}  // namespace rotor::kube
