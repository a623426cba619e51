// One event, two shapes: core/v1 and events.k8s.io/v1 name its fields differently.
#pragma once

#include <string_view>

#include "json/document.hpp"

namespace rotor::apiserver {

// To the core shape, in which events are stored, and back.
json::Object event_to_core(json::Object event);
json::Object event_from_core(json::Object event);

}  // namespace rotor::apiserver
