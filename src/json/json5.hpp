// JSON5 (https://spec.json5.org): whether a text is a document of it. Read it we do not: the programs that take it do.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rotor::json {

// Where a text stops being a document, and why. The words quote nothing of it.
struct Json5Fault {
  int line = 1;    // both from 1
  int column = 1;  // in bytes
  std::string why;
  std::string text() const;  // "line 3, column 7: …"
};

// Nothing when it is one. JSON is JSON5, too.
std::optional<Json5Fault> json5_fault(std::string_view text);

}  // namespace rotor::json
