// What the API server does to objects of single built-in kinds beyond their schema: values it sets itself, fields that
// may not change, rules between fields.
#pragma once

#include <vector>

#include "apiserver/registry/kinds.hpp"
#include "apiserver/registry/store.hpp"

namespace rotor::apiserver {

// Folded or filled in before it is recorded who set which field: Secret.stringData, a Namespace's name label, …
void fold(const ServedKind& kind, json::Object& object);

// Set by the server on its own account, unseen by managedFields: cluster IPs, a Pod's phase and priority.
void allocate(const ServedKind& kind, json::Object& object, const Store& store);
// The same for an update: what only the server sets stays as it was.
void keep_allocated(const ServedKind& kind, const json::Object& old, json::Object& object);

void validate_builtin(const ServedKind& kind, const json::Object& object, const json::Object* old,
                      std::vector<FieldError>& errors);

}  // namespace rotor::apiserver
