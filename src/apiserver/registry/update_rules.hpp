// What an update may not change, and what happens to it on the way.
#pragma once

#include <vector>

#include "apiserver/registry/kinds.hpp"

namespace rotor::apiserver {

// uid, creation, deletion and generation are the server's: what differs is refused, what is absent is filled in.
void keep_system_fields(const json::Object& live, json::Object& updated, std::vector<FieldError>& errors);

// The main endpoint does not change the status, the status endpoint nothing else.
void keep_status(const json::Object& live, json::Object& updated);
void keep_all_but_status(const ServedKind& kind, const json::Object& live, json::Object& updated);

// One more when the desired state differs.
void count_generation(const ServedKind& kind, const json::Object& live, json::Object& updated);

// An object that is being deleted gets no new finalizers.
void validate_finalizers_kept(const json::Object& live, const json::Object& updated, std::vector<FieldError>& errors);

// Marked for deletion, no finalizer left, no node to wait for.
bool may_go_now(const json::Object& object);

}  // namespace rotor::apiserver
