// Parsing and the static checks of Go templates.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "template/language/fault.hpp"
#include "template/language/node.hpp"

namespace rotor::tmpl {

struct Delimiters {
  std::string left = "{{";
  std::string right = "}}";
};

// The words of an error are Go's, `template: NAME:LINE: MESSAGE`; its fault knows the column as well.
Placed<std::shared_ptr<const Tree>> parse(std::string_view name, std::string_view text,
                                          const Delimiters& delimiters = {});

}  // namespace rotor::tmpl
