#include <boost/json/serialize.hpp>

#include "base/time.hpp"
#include "template/cron.hpp"
#include "tests/vectors/runner/runner.hpp"

namespace rotor::vectors {

Outcome run_cron(const Entry& e) {
  const auto got = [&]() -> Result<std::string> {
    TRY(const auto schedule, tmpl::CronSchedule::parse(text(e, "schedule")));
    TRY(WallTime at, parse_time(text(e, "from")));
    json::Array firings;
    while (firings.size() < 3) {
      const auto next = schedule.next(at);
      if (!next) break;
      at = *next;
      firings.emplace_back(format_time(at));
    }
    if (firings.empty()) firings.emplace_back("never");
    return boost::json::serialize(firings);
  }();
  const auto* expected = e.if_contains("expected_next");
  const std::string wanted = expected == nullptr ? "" : boost::json::serialize(*expected);
  return check(e, boost::json::serialize(e), got, wanted);
}

Outcome run_sync_window(const Entry& e) {
  const auto got = [&]() -> Result<std::string> {
    TRY(const auto schedule, tmpl::CronSchedule::parse(text(e, "schedule")));
    TRY(const Duration duration, parse_duration(text(e, "duration")));
    TRY(const WallTime at, parse_time(text(e, "at")));
    return std::string(tmpl::window_active(schedule, duration, at) ? "true" : "false");
  }();
  return check(e, boost::json::serialize(e), got, text(e, "expected_active"));
}

}  // namespace rotor::vectors
