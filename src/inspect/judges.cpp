#include "inspect/judges.hpp"

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace rotor::inspect {
namespace {

constexpr std::size_t kLongest = 600;
constexpr std::size_t kWarnings = 2;

// What a probe or a hook answered is the process's own text, which may be anything.
bool quotes_a_process(const kube::Event& event) {
  return event.reason == "Unhealthy" || event.reason == "FailedPostStartHook" || event.reason == "FailedPreStopHook";
}

std::string text_of(const kube::Event& event) {
  if (quotes_a_process(event)) return "its text is the process's own and not shown here";
  return on_one_line(event.message);
}

}  // namespace

Finding not_seen(const Id& id) {
  return {.health = Health::kUnknown,
          .word = "not seen",
          .sentence = fmt::format("{} cannot be looked at: its kind may not be listed", id.text())};
}

const kube::Condition* ready_condition(const std::vector<kube::Condition>& conditions) {
  return kube::find_condition(conditions, "Ready");
}

Evidence evidence_of(const kube::Condition& condition) {
  return {fmt::format("condition {}", condition.type),
          fmt::format("{}, {}: {}", condition.status, condition.reason, on_one_line(condition.message)),
          condition.last_transition_time};
}

std::string add_warnings(const Sight& sight, const Id& id, Finding& finding) {
  std::string newest;
  std::size_t added = 0;
  for (const kube::Event* event : sight.warnings(id)) {
    if (added++ == kWarnings) break;
    const std::string times = event->count > 1 ? fmt::format(", {} times", event->count) : "";
    const std::string text = text_of(*event);
    if (newest.empty()) newest = text;
    finding.evidence.push_back({fmt::format("event {}{}", event->reason, times), text, event->last_timestamp});
  }
  return newest;
}

std::string on_one_line(std::string_view text) {
  std::string out;
  while (!text.empty() && out.size() < kLongest) {
    const Rune rune = decode_rune(text);
    const bool control = rune.value < 0x20 || (rune.value >= 0x7f && rune.value < 0xa0);
    if (!rune.valid || control) {
      out += ' ';
    } else {
      out += text.substr(0, rune.size);
    }
    text.remove_prefix(rune.size);
  }
  if (!text.empty()) out += "…";
  return out;
}

}  // namespace rotor::inspect
