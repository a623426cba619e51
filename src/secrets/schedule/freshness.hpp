// How old an answer of a store may be for one consumer, how soon it is wanted and with how many others. Pure.
#pragma once

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "providers/client.hpp"

namespace rotor::secrets {

struct Freshness {
  SteadyTime not_before{};  // a call that began earlier is no answer
  SteadyTime deadline{};    // of the pass
  bool forced = false;      // a person asked for it, or the store said that values changed
  bool patient = false;     // nobody waits for it
  std::size_t at_once = 1;  // so many items of the consumer are read at once
};

// Ten seconds at most, and never more than half of an interval: what a consumer keeps until its next refresh is then as
// old as its interval permits. What is read only once is at most a second old.
Duration most_age(Duration interval);

Freshness freshness(Duration interval, bool forced, SteadyTime now);

// Whoever makes an object, or takes its Secret away, wants what the store holds by then: `age` ago, at least. A clock
// of the API server that is ahead makes no call impossible to use.
Freshness no_older_than(Freshness wanted, Duration age, SteadyTime now);

// What is kept of an answer besides the answer.
struct Answered {
  enum class How : std::uint8_t { kValue, kAbsent, kDenied, kOtherError } how;
  SteadyTime began;  // the call
  SteadyTime ended;
};

// A value as long as it is fresh; the word that it is not ours to read for a few seconds; that there is none for less
// than any retry waits. Another failure is only for those who were waiting when it came (since `asked`).
bool usable(const Answered& answer, const Freshness& wanted, SteadyTime asked, SteadyTime now);

template <class T>
Answered::How how(const providers::Lookup<T>& answer) {
  if (answer.found()) return Answered::How::kValue;
  if (answer.absent()) return Answered::How::kAbsent;
  return answer.error().code == Code::kDenied ? Answered::How::kDenied : Answered::How::kOtherError;
}

}  // namespace rotor::secrets
