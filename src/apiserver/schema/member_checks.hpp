// Checks of members of built-in types that compare or count: a row of builtin_rules.json names one where its words do
// not suffice.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apiserver/registry/status.hpp"

namespace rotor::apiserver::schema {

// `value`: null when the member is not there.
using MemberCheck = void (*)(const json::Value* value, const std::string& path, std::vector<FieldError>& errors);

MemberCheck member_check_of(std::string_view name);

// What a container may have of one resource, and of several; `pod`: said of a pod as a whole, whose names are not
// looked at.
void check_container_resources(const json::Value* value, const std::string& path, std::vector<FieldError>& errors);
void check_pod_resources(const json::Value* value, const std::string& path, std::vector<FieldError>& errors);

}  // namespace rotor::apiserver::schema
