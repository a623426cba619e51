#include "openclaw/rollout/choice.hpp"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quote.hpp"
#include "base/time.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

using When = RolloutChoice::When;

constexpr std::string_view kSyntax =
    "write it like \"0 2 * * 1-5 for 2h\", several with ; between, and "
    "TZ=Europe/Berlin before one that is not in UTC";
constexpr Duration kLongest = std::chrono::hours(24 * 31);

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\n");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\n") - from + 1);
}

Result<RestartWindow> read_window(std::string_view text) {
  constexpr std::string_view kFor = " for ";
  const std::size_t at = text.rfind(kFor);
  if (at == std::string_view::npos) return fail(Code::kInvalid, "it does not say for how long");
  const std::string_view schedule = trimmed(text.substr(0, at));
  if (schedule.contains("@every")) return fail(Code::kInvalid, "@every has no time of day");
  TRY(tmpl::CronSchedule opens, tmpl::CronSchedule::parse(schedule));
  TRY(const Duration lasts, parse_duration(trimmed(text.substr(at + kFor.size()))));
  if (lasts < std::chrono::minutes(1)) return fail(Code::kInvalid, "a window lasts a minute at least");
  if (lasts > kLongest) return fail(Code::kInvalid, "a window lasts 744h at most");
  return RestartWindow{opens, lasts};
}

Result<std::vector<RestartWindow>> read_windows(std::string_view text) {
  std::vector<RestartWindow> out;
  for (const auto& part : std::views::split(text, ';')) {
    const std::string_view one = trimmed(std::string_view(part.begin(), part.end()));
    if (one.empty()) continue;
    TRY(RestartWindow window, read_window(one));
    out.push_back(window);
  }
  if (out.empty()) return fail(Code::kInvalid, "there is none");
  return out;
}

std::string_view said(const kube::StringMap& annotations, std::string_view name) {
  const auto found = annotations.find(name);
  return found == annotations.end() ? std::string_view() : std::string_view(found->second);
}

std::string what_waits(const RotationWish& wish) {
  if (wish.changed.empty()) return "A newer pod template";
  return fmt::format("The new value of Secret {}", fmt::join(std::views::keys(wish.changed), ", "));
}

Permit waits(std::string reason, std::string message) {
  return {.verdict = Permit::Verdict::kWait, .reason = std::move(reason), .message = std::move(message)};
}

Permit by_window(const RolloutChoice& choice, const RotationWish& wish, WallTime now) {
  std::optional<WallTime> next;
  for (const RestartWindow& window : choice.windows) {
    if (tmpl::window_active(window.opens, window.lasts, now)) return {};
    const auto opens = window.opens.next(now);
    if (opens && (!next || *opens < *next)) next = opens;
  }
  if (!next) {
    return waits("RestartWindow", fmt::format("{} waits for a window, and none of {} opens within five years",
                                              what_waits(wish), kSecretRolloutWindow));
  }
  Permit out = waits("RestartWindow", fmt::format("{} waits for the window that opens at {} ({})", what_waits(wish),
                                                  format_time(*next), kSecretRolloutWindow));
  out.look_again = std::max<Duration>(*next - now, std::chrono::seconds(1));
  return out;
}

}  // namespace

RolloutChoice read_choice(const kube::StringMap& annotations) {
  RolloutChoice out;
  const std::string_view when = said(annotations, kSecretRollout);
  if (when.empty()) return out;
  if (when == "immediate") {
    out.when = When::kImmediate;
  } else if (when == "paused") {
    out.when = When::kPaused;
  } else if (when == "window") {
    out.when = When::kWindow;
    auto windows = read_windows(said(annotations, kSecretRolloutWindow));
    if (windows) {
      out.windows = *std::move(windows);
    } else {
      out.problem = fmt::format("annotation {}: {}; {}", kSecretRolloutWindow, windows.error().message, kSyntax);
    }
  } else {
    out.problem = fmt::format("annotation {}: {} is none of immediate, paused, window", kSecretRollout,
                              go_quote(std::string(when)));
  }
  return out;
}

Permit decide_choice(const RolloutChoice& choice, const RotationWish& wish, WallTime now) {
  if (wish.wanted.spec.replicas == 0) return {};  // no pod restarts
  if (!choice.problem.empty()) {
    Permit out = waits("RolloutAnnotationInvalid", fmt::format("No restart until it is corrected: {}", choice.problem));
    out.warns = true;
    return out;
  }
  switch (choice.when) {
    case When::kPaused:
      return waits("RestartPaused",
                   fmt::format("{} waits: annotation {} says paused", what_waits(wish), kSecretRollout));
    case When::kWindow:
      return by_window(choice, wish, now);
    case When::kWhenDue:
    case When::kImmediate:
      break;
  }
  return {};
}

}  // namespace rotor::openclaw
