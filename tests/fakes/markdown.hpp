// Just enough of Markdown to take tables and fenced blocks out of a page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rotor::test {

// What stands in a cell: a code span, with words before it (`error`), or words alone.
struct Cell {
  std::string words;
  std::string code;
  bool has_code = false;
};

struct Row {
  int line = 0;
  std::vector<Cell> cells;
};

struct MarkdownTable {
  std::string header;  // "Function | Gives"
  std::vector<Row> rows;
};

struct Fence {
  int line = 0;
  std::string info;  // what follows the opening marks
  std::string text;  // without the last line break
};

struct Markdown {
  std::vector<MarkdownTable> tables;
  std::vector<Fence> fences;
};

Markdown parse_markdown(std::string_view text);

}  // namespace rotor::test
