// The v1 Event. https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
#pragma once

#include <string>

#include "kube/events/events.hpp"
#include "kube/object/object.hpp"

namespace rotor::kube {

struct EventSource {
  std::string component{};
};

struct Event {
  std::string api_version = "v1";
  std::string kind = "Event";
  ObjectMeta metadata{};
  ObjectReference involved_object{};
  std::string reason{};
  std::string message{};
  EventSource source{};
  std::string first_timestamp{};
  std::string last_timestamp{};
  std::int64_t count = 0;
  std::string type{};  // Normal, Warning
  std::string reporting_component{};
};

template <>
inline constexpr Resource kResource<Event> = {"", "v1", "events", "Event", true};

}  // namespace rotor::kube

namespace rotor::json {
ROTOR_DESCRIBED(kube::ObjectReference);
ROTOR_DESCRIBED(kube::EventSource);
ROTOR_DESCRIBED(kube::Event);
}  // namespace rotor::json
