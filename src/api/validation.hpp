// The rules of validation whose lines several places have to say alike. One row a rule, and everybody who needs it
// reads the row: src/admission says its line, the CRDs are written from those with CEL, and the embedded server, which
// evaluates none, knows these by their text and asks `holds`.
//
// Few stand in the CRDs. A rule there can be switched off by nobody, so that it takes from an API server without the
// webhook what is stored and answered with a condition and an event, or even works: that stays admission's alone. What
// is left asks for nothing whatever, or for two things at once. A rule stands as deep as it can: what an update leaves
// as it was is not held against it, so that an older object can still be labelled, synced and deleted.
#pragma once

#include <span>
#include <string_view>

#include "json/document.hpp"

namespace rotor::api {

struct ValidationRule {
  std::string_view kind;
  std::string_view path;  // where in the object: "spec.dataFrom[]"
  std::string_view line;  // what is said of it; {} stands for words of the object
  // Of those in the CRD; admission's own have neither.
  std::string_view cel = {};
  bool (*holds)(const json::Value& self) = nullptr;  // never asked about a member that is not there

  constexpr bool in_crd() const { return !cel.empty(); }
};

std::span<const ValidationRule> validation_rules();

// `"x-kubernetes-validations":[…]` of a place, or "".
std::string_view rules_at(std::string_view kind, std::string_view path);

}  // namespace rotor::api
