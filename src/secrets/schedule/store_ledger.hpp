// What is known of one store between the passes of those who read from it: how many calls it may get, whether it asked
// for a pause, whether it takes our credentials. Pure: time comes in.
#pragma once

#include <algorithm>
#include <optional>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "base/error.hpp"

namespace rotor::secrets {

// A bucket of calls that fills by so many a second. A pass that has begun is not stopped in the middle: it may take
// more than is there, and the next one waits for it.
struct CallBudget {
  double per_second = 200;  // of a store; 0: no bound
  double burst = 400;

  static CallBudget of(int per_second) { return {double(per_second), 2.0 * per_second}; }
  // The part of one of so many that ask: together they have what one alone would, however little that is.
  CallBudget among(int replicas) const { return {per_second / replicas, per_second > 0 ? burst / replicas : 0}; }
};

class StoreLedger {
 public:
  using Time = SteadyTime;
  // How long credentials that were refused are not shown again. A server may lock who keeps asking.
  static constexpr auto kRefusedFor = std::chrono::seconds(60);
  // How long one call may keep the others waiting: it may be its key alone that hangs.
  static constexpr auto kPatience = std::chrono::seconds(2);
  // How long a store that throttles gets half of its budget.
  static constexpr auto kHalvedFor = std::chrono::seconds(60);

  // `replicas`: among how many the store's calls are divided.
  StoreLedger(CallBudget whole, Time now, int replicas = 1)
      : whole_(whole), budget_(whole.among(replicas)), tokens_(budget_.burst), filled_(now), used_(now) {}

  // They are divided otherwise from now on.
  void divide(int replicas, Time now);

  // Before a pass: for how long it should wait. A part of the bucket is kept for those that somebody waits for.
  Duration pause(Time now, bool somebody_waits = false);

  enum class Next {
    kAsk,
    kWait,  // the first call ever, or after a refusal, shows whether the credentials are good; it is under way, and
            // next_test() is when another may try instead
    kRefused,
  };
  // Before a call. kAsk: it goes out, and answered() follows.
  Next next(Time now);
  Time next_test() const { return tested_ + kPatience; }
  const Error& refusal() const { return *refusal_; }
  // A call that was asked for by a person goes out whatever is remembered.
  void ask_anyway(Time now) { ask(now); }
  // null: an answer, be it the store's word that there is none.
  void answered(const Error* error, Time now, Duration took = {});
  // How many calls it was for the store: more than the one that was reckoned with, or none, since it left together with
  // another.
  void made(int calls, Time now);
  // It ended without any answer.
  void abandoned();
  // The store was found usable, or its credentials changed: what was refused may be tried.
  // What was asked before and is refused only now is no word about them.
  void forget_refusal(Time now) {
    refusal_.reset();
    forgotten_ = now;
  }

  // Does it take seconds over its answers, or owe some for longer than that? So does one that never answered.
  bool slow(Time now) const;
  bool has_answered() const { return mean_.has_value(); }
  double tokens(Time now);
  double burst() const { return budget_.burst; }
  Duration paused_for(Time now) const { return paused_until_ > now ? Duration(paused_until_ - now) : Duration::zero(); }
  bool refused_last() const { return refusal_.has_value(); }
  bool refused(Time now) const { return refusal_.has_value() && now < refused_until_; }
  Time used() const { return used_; }

 private:
  void ask(Time now);
  double rate(Time now) const { return now < halved_until_ ? budget_.per_second / 2 : budget_.per_second; }

  CallBudget whole_;
  CallBudget budget_;
  double tokens_;
  Time filled_;
  Time used_;
  Time paused_until_{};
  Time halved_until_{};
  std::optional<Error> refusal_;
  Time refused_until_{};
  Time forgotten_{};
  bool good_ = false;             // it took our credentials
  bool testing_ = false;          // whether it does is being found out
  Time tested_{};                 // since then
  int out_ = 0;                   // calls that it owes an answer
  Time heard_{};                  // its last answer, or since when it owes one
  std::optional<double> mean_{};  // seconds of its last answers, the later the more
};

}  // namespace rotor::secrets
