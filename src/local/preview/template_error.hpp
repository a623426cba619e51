// Why a template failed, for the person who writes it: the line, a caret under the place, the name that was probably
// meant. Never a value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rotor::local {

// Where `template: NAME:LINE:COLUMN: …` in an error points to. Parse errors have no column.
struct Spot {
  int line = 0;  // from 1
  std::optional<std::size_t> column;
  std::string message;  // what stands behind the position
};
std::optional<Spot> spot_of(std::string_view error, std::string_view template_name);

struct TemplateText {
  std::string_view source;
  std::string_view left_delimiter = "{{";
  bool hidden = false;  // the text is in a Secret itself
};

// Several lines, indented by two, without the last line end. `fields`: names of the template's data.
std::string explain(const Spot& spot, const TemplateText& text, const std::vector<std::string>& fields);

}  // namespace rotor::local
