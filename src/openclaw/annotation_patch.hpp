// A rotation changes annotations and nothing else, and a merge patch of these costs the API server half of what an
// apply of the whole object does. The annotations it writes pass from what we applied to what we updated: both are
// ours (owned_fields()).
#pragma once

#include <optional>

#include "json/describe.hpp"
#include "json/document.hpp"
#include "kube/object/fields.hpp"

namespace rotor::openclaw {

// What makes `live` what an apply of `desired` would make it, when the two differ in annotations alone: of the object
// and of its pod template. nullopt when more differs, or nothing. `owned`: the owned_fields() of `live`.
std::optional<json::Value> annotation_patch(const json::Type& type, const json::Value& live, const json::Value& desired,
                                            const kube::FieldSet& owned);

}  // namespace rotor::openclaw
