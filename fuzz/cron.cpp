// A schedule and, in the last eight bytes, a time. The next firing lies behind the time, nothing fires in between, and
// a window is open exactly around firings.
#include "template/cron.hpp"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

using namespace rotor;
using namespace std::chrono;

namespace {

void check_next(const tmpl::CronSchedule& schedule, bool every, WallTime t) {
  const auto next = schedule.next(t);
  if (!next || *next == WallTime::max()) return;
  if (*next <= t) std::abort();
  if (every) return;  // counted from the time that is asked about
  if (floor<minutes>(*next) != *next) std::abort();
  if (schedule.next(*next - nanoseconds(1)) != next) std::abort();
  if (schedule.next(t + (*next - t) / 2) != next) std::abort();
  const auto after = schedule.next(*next);
  if (after && *after <= *next) std::abort();
  for (const Duration length : {Duration(minutes(1)), Duration(hours(5))}) {
    if (!tmpl::window_active(schedule, length, *next)) std::abort();
    if (tmpl::window_active(schedule, Duration(seconds(1)), *next - seconds(30))) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::int64_t when = 1'700'000'000'000'000'000;
  if (size >= sizeof when) {
    size -= sizeof when;
    std::memcpy(&when, data + size, sizeof when);
  }
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto schedule = tmpl::CronSchedule::parse(text);
  if (!schedule) return 0;
  const WallTime t{nanoseconds(when)};
  (void)schedule->next(t);
  (void)tmpl::window_active(*schedule, Duration(when), t);
  // Around today, so that five years ahead can be said.
  const WallTime today{nanoseconds(1'000'000'000'000'000'000 + when % 1'000'000'000'000'000'000)};
  check_next(*schedule, text.contains("@every"), today);
  return 0;
}
