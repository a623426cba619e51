// The work queue of a controller: keys, each at most once, in lanes. A key that is being worked on and is added again
// runs once more afterwards. Nothing a user waits for stands behind background work.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "kube/object/object.hpp"

namespace rotor::kube {

enum class Lane : std::uint8_t {
  kUser,     // first sync, edits, anything a person or another object waits for
  kRetry,    // after a failure
  kRefresh,  // periodic
};

// What a reconcile wants next.
struct Outcome {
  enum class Kind : std::uint8_t {
    kDone,    // forget failures; next run on an event
    kAfter,   // forget failures; run again after `after`, in lane kRefresh unless said otherwise
    kFailed,  // run again with back-off
  } kind = Kind::kDone;
  Duration after{};
  Lane lane = Lane::kRefresh;

  static Outcome done() { return {}; }
  static Outcome again_after(Duration d, Lane lane = Lane::kRefresh) { return {Kind::kAfter, d, lane}; }
  static Outcome failed() { return {Kind::kFailed, {}, Lane::kRetry}; }
};

struct BackOff {
  Duration first = std::chrono::seconds(1);
  Duration most = std::chrono::minutes(7);
};

class Queue {
 public:
  using Reconcile = std::function<Task<Outcome>(Key)>;

  // `name` for logs and metrics; at most `workers` reconciles at once.
  Queue(Clock& clock, std::string name, int workers, Reconcile reconcile, BackOff back_off = {});
  ~Queue();

  void add(const Key& key, Lane lane = Lane::kUser);
  // Replaces an earlier appointment of the key if this one is sooner.
  void add_after(const Key& key, Duration delay, Lane lane);
  void forget(const Key& key);  // the object is gone: no appointment, no failures

  // Runs until cancelled. An exception out of a reconcile is logged, counted as kFailed and stops nothing else.
  Task<> run();

  std::size_t depth() const;
  int failures(const Key& key) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rotor::kube
