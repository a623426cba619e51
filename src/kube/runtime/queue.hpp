// The work queue of a controller: keys, each at most once, in lanes. A key that is being worked on and is added again
// runs once more afterwards. Nothing a user waits for stands behind background work: a part of the workers is kept free
// of it. In a lane, namespaces take turns.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "kube/object/object.hpp"

namespace rotor {
class MetricsRegistry;
}

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
    kParked,  // nothing was done: it stays due until it is added again, or until `after` has passed when that is not
              // zero
  } kind = Kind::kDone;
  Duration after{};
  Lane lane = Lane::kRefresh;

  static Outcome done() { return {}; }
  static Outcome again_after(Duration d, Lane lane = Lane::kRefresh) { return {Kind::kAfter, d, lane}; }
  static Outcome failed() { return {Kind::kFailed, {}, Lane::kRetry}; }
  static Outcome parked() { return {Kind::kParked, {}, Lane::kRetry}; }
  static Outcome parked_for(Duration d, Lane lane) { return {Kind::kParked, d, lane}; }
};

struct BackOff {
  Duration first = std::chrono::seconds(1);
  Duration most = std::chrono::minutes(7);
};

// Keys whose time has come and that are not done with: how many, and for how long the one that is longest.
struct Lateness {
  std::size_t count = 0;  // by a second or more
  Duration greatest{};
};
struct QueueLateness {
  std::string queue;
  Lateness workers{};  // in line for a worker, or with one
  Lateness parked{};   // waiting for what the reconcile waits for: not the queue's fault
};

// Of so many workers, how many may be with retries and refreshes at once.
int background_workers(int workers);

class Queue {
 public:
  using Reconcile = std::function<Task<Outcome>(Key)>;

  // `name` for logs and metrics; at most `workers` reconciles at once.
  Queue(Clock& clock, std::string name, int workers, Reconcile reconcile, BackOff back_off = {});
  ~Queue();

  // Gives it the series of a controller and its queue (queue_meters.hpp). Before run(); the registry outlives this.
  void measure(MetricsRegistry& registry);

  void add(const Key& key, Lane lane = Lane::kUser);
  // Replaces an earlier appointment of the key if this one is sooner.
  void add_after(const Key& key, Duration delay, Lane lane);
  void forget(const Key& key);  // the object is gone: no appointment, no failures

  // Runs until cancelled. An exception out of a reconcile is logged, counted as kFailed and stops nothing else.
  Task<> run();

  std::size_t depth() const;
  int failures(const Key& key) const;
  // The lane a key runs in just now; kUser when it does not run.
  Lane lane(const Key& key) const;
  QueueLateness lateness() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rotor::kube
