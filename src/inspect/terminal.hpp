// Text for a terminal, line by line. What came from a cluster may hold anything: whatever is shown through this can
// neither break a line nor move a cursor, whoever adds it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rotor::inspect {

// A space for each byte or rune that a terminal would act on instead of showing it.
std::string printable(std::string_view text);

using Row = std::vector<std::string>;
std::string columns(const std::vector<Row>& rows);

class TerminalText {
 public:
  void line(std::string_view text) { text_ += printable(text) + "\n"; }
  void table(const std::vector<Row>& rows) { text_ += columns(rows); }
  const std::string& str() const { return text_; }

 private:
  std::string text_;
};

}  // namespace rotor::inspect
