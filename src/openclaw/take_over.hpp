// Objects that the operator before ours left. It wrote them by update, and what one field manager wrote no apply of
// another ever takes away: before we apply such an object for the first time, its fields become ours. Pure.
#pragma once

#include <optional>
#include <string>

#include "json/document.hpp"
#include "kube/object/fields.hpp"
#include "kube/object/object.hpp"

namespace rotor::openclaw {

// What it wrote of an object that we have not applied yet, marks aside. Fields that cannot be changed are none of them:
// taking one away would be refused.
kube::FieldSet left_before_us(const kube::Resource& resource, const json::Value& live);

// A JSON patch that makes these fields ours and changes nothing else. Nothing: there are none.
std::optional<std::string> take_over_patch(const kube::Resource& resource, const json::Value& live);

}  // namespace rotor::openclaw
