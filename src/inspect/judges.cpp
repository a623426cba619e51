#include "inspect/judges.hpp"

#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "inspect/terminal.hpp"

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

// The first of them.
void add_evidence(const std::vector<const kube::Event*>& warnings, Finding& finding) {
  for (const kube::Event* event : warnings | std::views::take(kWarnings)) {
    const std::string times = event->count > 1 ? fmt::format(", {} times", event->count) : "";
    finding.evidence.push_back(
        {fmt::format("event {}{}", event->reason, times), text_of(*event), event->last_timestamp});
  }
}

}  // namespace

Finding not_seen(const Id& id) {
  return {.health = Health::kUnknown,
          .word = "not seen",
          .sentence = fmt::format("{} cannot be looked at: its kind may not be listed", id.text())};
}

Finding going(const Id& id, const kube::ObjectMeta& metadata) {
  std::string detail = fmt::format("is being deleted and waits for {} (metadata.finalizers) to be taken off",
                                   fmt::join(metadata.finalizers, ", "));
  return {.health = Health::kWaiting,
          .word = "going",
          .sentence = fmt::format("{} {}", id.text(), detail),
          .detail = std::move(detail),
          .since = metadata.deletion_timestamp};
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
  const auto warnings = sight.warnings(id);
  add_evidence(warnings, finding);
  return warnings.empty() ? std::string() : text_of(*warnings.front());
}

std::string add_failure(const Sight& sight, const Id& id, const secrets::Failure& failure, Finding& finding) {
  auto others = sight.warnings(id);
  auto telling = others;
  std::erase_if(telling, [&failure](const kube::Event* event) { return !secrets::tells_of(*event, failure); });
  std::erase_if(others, [&failure](const kube::Event* event) { return event->reason == failure.reason; });
  const std::string newest = telling.empty() ? std::string() : text_of(*telling.front());
  telling.insert(telling.end(), others.begin(), others.end());
  add_evidence(telling, finding);
  return newest;
}

std::string on_one_line(std::string_view text) {
  std::string out = printable(text);
  if (out.size() <= kLongest) return out;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xc0) == 0x80) --end;  // no rune is cut
  return out.substr(0, end) + "…";
}

}  // namespace rotor::inspect
