// The two halves of validate(): structural schemas of CRDs, and what the API server checks by code in built-in kinds.
#pragma once

#include <vector>

#include "apiserver/schema/schema.hpp"

namespace rotor::apiserver::schema {

std::vector<FieldError> validate_custom(const KindSchema& schema, const json::Object& object, const json::Object* old);
std::vector<FieldError> validate_builtin(const KindSchema& schema, const json::Object& object, const json::Object* old);

// The part of the latter that follows from the tables alone.
std::vector<FieldError> validate_members(const Schema& root, const json::Object& object);

// Likewise of Services, beyond their members.
void validate_service(const json::Object& object, const json::Object* old, std::vector<FieldError>& errors);

// What makes an item of a list the same item: its key fields (defaults included) in a list map, else itself.
json::Value list_key(const Schema& schema, const json::Value& item);

}  // namespace rotor::apiserver::schema
