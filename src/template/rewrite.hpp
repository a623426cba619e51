// `dataFrom[].rewrite`: new names for fetched keys. Operations run in order, the output of one is the input of the
// next.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "template/language/context.hpp"
#include "template/language/fault.hpp"

namespace rotor::tmpl {

// Every match of `source` in a key becomes `target` ($1, ${name} are groups); other keys stay.
struct RewriteRegexp {
  std::string source, target;
};

// A template over {"value": key}; what it renders is the key. A missing member prints `<no value>`.
struct RewriteTransform {
  std::string text;
};

// All values are JSON objects and become one: as the new data (Extract), or as one more value `into` (JSON).
struct RewriteMerge {
  std::string into;
  std::vector<std::string> priority;  // merged last, in this order, so that they win
  bool ignore_missing_priority = false;
  bool ignore_conflicts = false;
  std::string strategy;  // "" and Extract, JSON
};

// std::monostate: an item that says nothing changes nothing.
using RewriteOperation = std::variant<std::monostate, RewriteRegexp, RewriteTransform, RewriteMerge>;

// Which operation failed, and of a transform where in its template.
struct RewriteError : TemplateError {
  RewriteError(Error error) : TemplateError(std::move(error)) {}
  RewriteError(TemplateError error, std::size_t i) : TemplateError(std::move(error)), operation(i) {}
  std::size_t operation = 0;
};

// Keys are taken in sorted order; when two become the same the later one wins. Errors name operations and keys.
std::expected<SecretMap, RewriteError> rewrite(const std::vector<RewriteOperation>& operations, SecretMap values,
                                               const Environment& environment);

}  // namespace rotor::tmpl
