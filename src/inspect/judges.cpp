#include "inspect/judges.hpp"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/ascii.hpp"
#include "base/time.hpp"
#include "inspect/terminal.hpp"
#include "openclaw/names.hpp"
#include "secrets/cluster/child.hpp"
#include "secrets/finalizer.hpp"

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

constexpr auto kSoonGone = std::chrono::minutes(2);  // an operator that works has done its part by then

bool is_rotors(const std::string& finalizer) {
  return finalizer == secrets::kFinalizer || finalizer == secrets::cluster::kFinalizer ||
         finalizer == openclaw::kFinalizer;
}

bool is_left_lying(const Sight& sight, const kube::ObjectMeta& metadata) {
  const auto since = parse_time(metadata.deletion_timestamp);
  return since && sight.now() - *since > kSoonGone && std::ranges::any_of(metadata.finalizers, is_rotors);
}

// As kubectl is told of it: the name of the kind in small letters.
std::string ways_out_of_going(const Id& id, const kube::ObjectMeta& metadata) {
  const std::string in_ns = id.ns.empty() ? std::string() : fmt::format(" -n {}", id.ns);
  std::vector<std::string> others = metadata.finalizers;
  std::erase_if(others, is_rotors);
  for (std::string& other : others) other = fmt::format("\"{}\"", other);
  return fmt::format(
      "; an operator that serves it does so at once, so nobody works on it, or its events say what keeps it: start "
      "Rotor (kubectl get deployment -A -l app.kubernetes.io/name=rotor shows whether it is there), or give up what "
      "it would tidy up and let it go with kubectl{} patch {} {} --type=merge -p "
      "'{{\"metadata\":{{\"finalizers\":[{}]}}}}'",
      in_ns, ascii_lower(kind_name(id.kind)), id.name, fmt::join(others, ","));
}

}  // namespace

Finding not_seen(const Id& id) {
  return {.health = Health::kUnknown,
          .word = "not seen",
          .sentence = fmt::format("{} cannot be looked at: its kind may not be listed", id.text())};
}

Finding going(const Sight& sight, const Id& id, const kube::ObjectMeta& metadata) {
  std::string detail = fmt::format("is being deleted and waits for {} (metadata.finalizers) to be taken off",
                                   fmt::join(metadata.finalizers, ", "));
  const std::string way_out = is_left_lying(sight, metadata) ? ways_out_of_going(id, metadata) : "";
  return {.health = Health::kWaiting,
          .word = "going",
          .sentence = fmt::format("{} {}{}", id.text(), detail, way_out),
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
