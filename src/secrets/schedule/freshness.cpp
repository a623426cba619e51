#include "secrets/schedule/freshness.hpp"

#include <algorithm>

namespace rotor::secrets {
namespace {

using std::chrono::seconds;

constexpr auto kLongestPass = std::chrono::minutes(5);
constexpr seconds kRememberNothing{1};
constexpr seconds kRememberDenied{5};

}  // namespace

Duration most_age(Duration interval) {
  return interval > Duration::zero() ? std::min<Duration>(seconds(10), interval / 2) : Duration(seconds(1));
}

Freshness freshness(Duration interval, bool forced, SteadyTime now) {
  const auto age = std::chrono::duration_cast<SteadyTime::duration>(most_age(interval));
  const SteadyTime later_than_now = now + SteadyTime::duration(1);
  return {forced ? later_than_now : now - age, now + kLongestPass, forced};
}

Freshness no_older_than(Freshness wanted, Duration age, SteadyTime now) {
  const auto since = std::chrono::duration_cast<SteadyTime::duration>(std::max(age, Duration::zero()));
  wanted.not_before = std::max(wanted.not_before, now - since);
  return wanted;
}

bool usable(const Answered& answer, const Freshness& wanted, SteadyTime asked, SteadyTime now) {
  if (answer.began < wanted.not_before) return false;
  switch (answer.how) {
    case Answered::How::kValue:
      return true;
    case Answered::How::kAbsent:
      return now - answer.began < kRememberNothing;
    case Answered::How::kDenied:
      return now - answer.began < kRememberDenied;
    case Answered::How::kOtherError:
      return asked < answer.ended;
  }
  return false;
}

}  // namespace rotor::secrets
