// One event, two shapes: core/v1 and events.k8s.io/v1 name its fields differently.
#pragma once

#include <string_view>
#include <vector>

#include "apiserver/registry/status.hpp"

namespace rotor::apiserver {

// To the core shape, in which events are stored, and back.
json::Object event_to_core(json::Object event);
json::Object event_from_core(json::Object event);

// `group`: of the endpoint. Both objects are in its shape; `old` is null for a new event.
void validate_event(std::string_view group, const json::Object& object, const json::Object* old,
                    std::vector<FieldError>& errors);

}  // namespace rotor::apiserver
