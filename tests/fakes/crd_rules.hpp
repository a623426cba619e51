// A CRD as it was before it had rules in CEL: what an older installation stored objects with.
#pragma once

#include <string>
#include <string_view>

#include "json/document.hpp"

namespace rotor::test {

inline void drop_rules(json::Value& schema) {
  if (auto* list = schema.if_array()) {
    for (json::Value& item : *list) drop_rules(item);
  } else if (auto* object = schema.if_object()) {
    object->erase("x-kubernetes-validations");
    for (auto& [_, member] : *object) drop_rules(member);
  }
}

inline std::string without_rules(std::string_view crd) {
  json::Value document = json::parse(crd).value();
  drop_rules(document);
  return json::serialize(document);
}

// A merge patch that makes a CRD that is there say what `crd` says.
inline std::string as_patch(std::string_view crd) {
  const json::Value document = json::parse(crd).value();
  return json::serialize(json::Object{{"spec", json::Object{{"versions", *json::find(document, "spec.versions")}}}});
}

}  // namespace rotor::test
