#include "secrets/failure_event.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/time.hpp"
#include "kube/object/resource_version.hpp"

namespace rotor::secrets {
namespace {

// Times are whole seconds, and the event is written just before the condition.
constexpr auto kOneReport = std::chrono::seconds(1);

}  // namespace

WallTime event_time(const kube::Event& event) {
  const auto& text = event.last_timestamp.empty() ? event.metadata.creation_timestamp : event.last_timestamp;
  return parse_time(text).value_or(WallTime{});
}

bool earlier_event(const kube::Event* a, const kube::Event* b) {
  if (event_time(*a) != event_time(*b)) return event_time(*a) < event_time(*b);
  return kube::later_version(b->metadata.resource_version, a->metadata.resource_version);
}

std::string failure_reason(std::string_view kind, const kube::Condition& ready) {
  return kind.ends_with("ExternalSecret") ? "UpdateFailed" : ready.reason;
}

bool tells_of(const kube::Event& event, const Failure& failure) {
  if (event.type != "Warning" || event.reason != failure.reason) return false;
  const auto since = parse_time(failure.since);
  const WallTime at = event_time(event);
  return !since || at == WallTime{} || at + kOneReport >= *since;
}

void tell_status_not_written(kube::EventRecorder& events, kube::ObjectReference about, const Error& why) {
  if (why.code != Code::kDenied) return;
  events.record(std::move(about), kube::EventRecorder::Type::kWarning, std::string(kStatusNotWritten),
                fmt::format("the status cannot be written: {}; `rotor doctor --service-account NAMESPACE/NAME` names "
                            "all rights that are missing",
                            why.message));
}

const kube::Event* failure_event(const std::vector<const kube::Event*>& about_it, const Failure& failure) {
  const kube::Event* newest = nullptr;
  for (const kube::Event* event : about_it) {
    if (tells_of(*event, failure) && (newest == nullptr || earlier_event(newest, event))) newest = event;
  }
  return newest;
}

}  // namespace rotor::secrets
