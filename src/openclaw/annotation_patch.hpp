// A rotation changes annotations and nothing else, and a merge patch of these costs the API server half of what an
// apply of the whole object does. The annotations it writes pass from what we applied to what we updated: both are
// ours (owned_fields()).
#pragma once

#include <optional>
#include <string>

#include "json/describe.hpp"
#include "json/document.hpp"
#include "kube/object/fields.hpp"
#include "kube/object/object.hpp"

namespace rotor::openclaw {

// What makes `live` what an apply of `desired` would make it, when the two differ in annotations alone: of the object
// and of its pod template. nullopt when more differs, or nothing. `owned`: the owned_fields() of `live`.
std::optional<json::Value> annotation_patch(const json::Type& type, const json::Value& live, const json::Value& desired,
                                            const kube::FieldSet& owned);

// The patch as it is sent: to this very object, so that one that was deleted and made anew meanwhile is a conflict.
std::string bound_patch(json::Value patch, const kube::ObjectMeta& live);

}  // namespace rotor::openclaw
