#include "secrets/sync_windows.hpp"

#include <algorithm>
#include <expected>
#include <vector>

#include <fmt/format.h>

#include "base/quote.hpp"
#include "template/cron.hpp"

namespace rotor::secrets {
namespace {

using tmpl::CronSchedule;

constexpr Duration kLongestWindow = std::chrono::hours(24 * 365 * 100);  // sums with it do not overflow

struct Window {
  CronSchedule schedule;
  Duration lasts;
};

constexpr std::string_view kAsCron = "write the times as cron, such as \"0 22 * * *\"";

// Or why it is never open.
std::expected<Window, std::string> read_window(const api::es::SyncWindow& window) {
  auto schedule = CronSchedule::parse(window.schedule);
  if (!schedule) {
    return std::unexpected(fmt::format("schedule {} cannot be read, so that the window is never open; {}",
                                       go_quote(window.schedule), kAsCron));
  }
  const auto lasts = parse_duration(window.duration);
  if (!lasts || *lasts < Duration::zero()) {
    return std::unexpected(fmt::format(
        "duration {} {}, so that the window is never open; write a duration in h, m and s, such as 8h (a day is 24h)",
        go_quote(window.duration), lasts ? "is negative" : "cannot be read"));
  }
  return Window{*std::move(schedule), std::min(*lasts, kLongestWindow)};
}

std::vector<Window> windows_of(const ExternalSecret& es) {
  std::vector<Window> windows;
  if (!es.spec.sync_windows) return windows;
  for (const auto& window : es.spec.sync_windows->windows) {
    if (auto readable = read_window(window)) windows.push_back(*std::move(readable));
  }
  return windows;
}

std::string remark_on(const api::es::SyncWindow& window) {
  const auto readable = read_window(window);
  if (!readable) return readable.error();
  if (!window.schedule.starts_with("@every")) return {};
  const bool open = window_active(readable->schedule, readable->lasts, WallTime{});
  return fmt::format("schedule {} has no beginning, so that the window is {} open; {}", go_quote(window.schedule),
                     open ? "always" : "never", kAsCron);
}

// Both ends are whole seconds that belong to it: half a second past the last of them is still that second.
bool is_open(const Window& window, WallTime now) {
  return window_active(window.schedule, window.lasts, std::chrono::floor<std::chrono::seconds>(now));
}

}  // namespace

bool in_sync_window(const ExternalSecret& es, WallTime now) {
  if (!es.spec.sync_windows || es.spec.sync_windows->windows.empty()) return true;
  const bool open = std::ranges::any_of(windows_of(es), [now](const Window& window) { return is_open(window, now); });
  const std::string& kind = es.spec.sync_windows->kind;
  if (kind == "allow") return open;
  return kind != "deny" || !open;
}

std::string remark_on_windows(const ExternalSecret& es) {
  if (!es.spec.sync_windows) return {};
  const auto& windows = es.spec.sync_windows->windows;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const std::string remark = remark_on(windows[i]);
    if (!remark.empty()) return fmt::format("spec.syncWindows.windows[{}].{}", i, remark);
  }
  return {};
}

std::optional<Duration> until_window_changes(const ExternalSecret& es, WallTime now) {
  std::optional<Duration> soonest;
  const auto consider = [&soonest, now](WallTime edge) {
    if (edge > now && (!soonest || edge - now < *soonest)) soonest = edge - now;
  };
  for (const Window& window : windows_of(es)) {
    if (const auto opens = window.schedule.next(now)) consider(*opens);
    if (!is_open(window, now)) continue;
    // It is open to the end of that second; a later firing inside it makes it last longer, and is looked at then.
    if (const auto opened = window.schedule.next(now - window.lasts - std::chrono::seconds(1))) {
      consider(*opened + window.lasts + std::chrono::seconds(1));
    }
  }
  return soonest;
}

}  // namespace rotor::secrets
