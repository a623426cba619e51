// `find.name.regexp`: which of a store's names are wanted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "template/go/regex.hpp"

namespace rotor::providers {

class NameFilter {
 public:
  // RE2's syntax, searched for anywhere in a name; nullopt wants every name. kInvalid quotes the expression.
  static Result<NameFilter> make(const std::optional<std::string>& regexp);

  bool wants(std::string_view name) const { return !regex_ || regex_->matches(name); }

 private:
  std::optional<tmpl::Regex> regex_{};
};

}  // namespace rotor::providers
