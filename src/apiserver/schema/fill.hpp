// Defaults that the API server sets by code: one row of builtin_defaults.json, for a place below a built-in type.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "json/document.hpp"

namespace rotor::apiserver::schema {

struct Fill {
  using Conditions = std::vector<std::pair<std::string, std::string>>;  // path, text

  std::vector<std::string> path;  // members; `[]` steps into every item of the list before it
  std::optional<json::Value> value{};
  std::string from{};    // or: a copy of what stands at this path
  std::string lower{};   // or: the same in lower case
  std::string suffix{};  // put behind a copy
  std::string code{};    // or: one of the named rules of fill.cpp
  Conditions when{};
  Conditions unless{};
  bool at_create = false;
};

Result<Fill> parse_fill(const json::Object& row);

// Sets the place if it is absent (or null) and the conditions hold.
void fill(const Fill& row, json::Object& object);

}  // namespace rotor::apiserver::schema
