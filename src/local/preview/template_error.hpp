// Why a template failed, for the person who writes it: the line, a caret under the place, the name that was probably
// meant. Never a value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "template/language/fault.hpp"

namespace rotor::local {

struct TemplateText {
  std::string_view source;
  bool hidden = false;  // the text is in a Secret itself
};

// Several lines, indented by two, without the last line end. `fields`: names of the template's data.
std::string explain(const tmpl::Fault& fault, const TemplateText& text, const std::vector<std::string>& fields);

}  // namespace rotor::local
