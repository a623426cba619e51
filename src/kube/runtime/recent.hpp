// What is remembered for a while beyond what a watch shows, and no more than so many.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <utility>

#include "base/clock.hpp"
#include "kube/object/object.hpp"

namespace rotor::kube {

inline constexpr std::size_t kMaxRemembered = 10'000;

// Values by key, each for the same time, the oldest given up first.
template <class V>
class Recent {
 public:
  explicit Recent(SteadyTime::duration keep) : keep_(keep) {}

  const V* find(const Key& key, SteadyTime now) const {
    const auto it = entries_.find(key);
    return it == entries_.end() || now >= it->second.until ? nullptr : &it->second.value;
  }
  void put(const Key& key, V value, SteadyTime now) {
    sweep(now);
    while (order_.size() >= kMaxRemembered) drop_first();
    const SteadyTime until = now + keep_;
    entries_.insert_or_assign(key, Entry{std::move(value), until});
    order_.push_back({until, key});
  }
  void erase(const Key& key) { entries_.erase(key); }
  void sweep(SteadyTime now) {
    while (!order_.empty() && now >= order_.front().first) drop_first();
  }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    V value;
    SteadyTime until;
  };
  // A key that was put again stands in the order more than once; only its last place counts.
  void drop_first() {
    const auto it = entries_.find(order_.front().second);
    if (it != entries_.end() && it->second.until == order_.front().first) entries_.erase(it);
    order_.pop_front();
  }

  SteadyTime::duration keep_;
  std::map<Key, Entry> entries_;
  std::deque<std::pair<SteadyTime, Key>> order_;
};

}  // namespace rotor::kube
