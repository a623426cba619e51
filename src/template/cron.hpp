// Cron schedules of sync windows: five fields or a descriptor, in UTC unless the schedule names a zone.
#pragma once

#include <bitset>
#include <chrono>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "base/error.hpp"

namespace date {
class time_zone;  // NOLINT(readability-identifier-naming): the name is theirs
}

namespace rotor::tmpl {

class CronSchedule {
 public:
  // kInvalid in today's words: `end of range (60) above maximum (59): 60`.
  static Result<CronSchedule> parse(std::string_view text);

  // The first firing after `t`, on a full second; nullopt when there is none within five years.
  std::optional<WallTime> next(WallTime t) const;

 private:
  bool day_matches(std::chrono::sys_days day) const;
  std::optional<WallTime> next_local(WallTime t) const;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;
  bool any_day_ = false;
  bool any_weekday_ = false;
  std::optional<Duration> every_;  // @every: counted from the time asked about
  const date::time_zone* zone_ = nullptr;
};

// Is a window that opens by `schedule` and lasts `duration` open at `t`?
bool window_active(const CronSchedule& schedule, Duration duration, WallTime t);

}  // namespace rotor::tmpl
