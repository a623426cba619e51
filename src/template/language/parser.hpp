// Parsing and the static checks of Go templates.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "template/language/node.hpp"

namespace rotor::tmpl {

struct Delimiters {
  std::string left = "{{";
  std::string right = "}}";
};

// The error is Go's: `template: NAME:LINE: MESSAGE`.
Result<std::shared_ptr<const Tree>> parse(std::string_view name, std::string_view text,
                                          const Delimiters& delimiters = {});

}  // namespace rotor::tmpl
