// The time limits of a client's exchanges, watched over by one sleeper: nearly all exchanges end long before theirs, so
// none sets a timer of its own. Internal to this room; one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "base/task.hpp"
#include "net/spawn.hpp"
#include "net/stream.hpp"

namespace rotor::net {

class Deadlines : public std::enable_shared_from_this<Deadlines> {
 public:
  class Limit;

  Deadlines(Executor executor, Clock& clock) : executor_(std::move(executor)), clock_(clock) {}
  ~Deadlines();
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

 private:
  using Limits = std::multimap<SteadyTime, Limit*>;

  Limits::iterator add(SteadyTime when, Limit* limit);
  // Ends what is due, and answers when to look again.
  std::optional<SteadyTime> pass();
  static Task<> sleep(std::weak_ptr<Deadlines> weak, Clock& clock, SteadyTime when, std::uint64_t number);

  Executor executor_;
  Clock& clock_;
  Limits limits_;
  BackgroundPtr sleeper_;     // lives on after the last limit until its time: the next one mostly finds it there
  SteadyTime wakes_{};        // the sleeper
  std::uint64_t number_ = 0;  // of the sleeper that counts: a cancelled one may still wake
};

// Once `when` has passed, the stream it guards is closed: whoever waits for that hears operation_aborted.
class Deadlines::Limit {
 public:
  Limit(std::shared_ptr<Deadlines> all, SteadyTime when);
  ~Limit();
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

  // One stream at a time, which lives until another one or null is given. One that comes too late is closed at once.
  void guard(Stream* stream);
  bool passed() const { return passed_; }

 private:
  friend class Deadlines;
  void pass();

  std::shared_ptr<Deadlines> all_;
  Limits::iterator place_;  // unless passed
  Stream* stream_ = nullptr;
  bool passed_ = false;
};

}  // namespace rotor::net
