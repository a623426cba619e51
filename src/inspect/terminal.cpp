#include "inspect/terminal.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace rotor::inspect {
namespace {

struct Range {
  char32_t first, last;
};
constexpr Range kActedOn[] = {
    {0x00, 0x1f},      // C0: newline, tab, bell, escape
    {0x7f, 0x9f},      // delete, and C1: another way to begin an escape
    {0x2028, 0x202e},  // line and paragraph separator, turns of the direction of writing
    {0x2066, 0x2069},  // more of these
};

bool is_shown(const Rune& rune) {
  const auto holds = [&rune](const Range& range) { return rune.value >= range.first && rune.value <= range.last; };
  return rune.valid && std::ranges::none_of(kActedOn, holds);
}

// What stands in names and messages is one column a rune, near enough.
std::size_t width(std::string_view text) {
  std::size_t runes = 0;
  while (!text.empty()) {
    text.remove_prefix(std::max<std::size_t>(decode_rune(text).size, 1));
    ++runes;
  }
  return runes;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Rune rune = decode_rune(text);
    out += is_shown(rune) ? text.substr(0, rune.size) : " ";
    text.remove_prefix(rune.size);
  }
  return out;
}

std::string columns(const std::vector<Row>& rows) {
  std::vector<Row> shown = rows;
  std::vector<std::size_t> widths;
  for (Row& row : shown) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = printable(row[i]);
      widths[i] = std::max(widths[i], width(row[i]));
    }
  }
  std::string out;
  for (const Row& row : shown) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += "  ";
      line += row[i] + std::string(widths[i] - width(row[i]), ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace rotor::inspect
