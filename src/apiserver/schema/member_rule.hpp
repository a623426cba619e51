// What the API server checks by code in a member of a built-in type: one row of builtin_rules.json. Members that have
// rows come before the others and in the order of their rows, which is the order of the server's messages.
#pragma once

#include <string>

#include "base/error.hpp"
#include "json/document.hpp"

namespace rotor::apiserver::schema {

struct MemberRule {
  std::string at;
  bool required = false;      // though the OpenAPI documents do not say so
  bool label = false;         // an RFC 1123 label
  bool declares = false;      // sound items may be referred to from anywhere below this object…
  bool declared = false;      // …by a member such as this
  std::string filled{};       // why an empty object is refused
  std::string selected_by{};  // the member beside it whose selector must match the labels in it
  std::string unique{};       // the member in which items of this list differ
  std::string says{};         // about items that do not; "" is the server's `Duplicate value`
  std::string beside{};       // the list whose items these must differ from as well
};

Result<MemberRule> parse_member_rule(const json::Object& row);

}  // namespace rotor::apiserver::schema
