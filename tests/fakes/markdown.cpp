#include "tests/fakes/markdown.hpp"

#include <algorithm>

namespace rotor::test {
namespace {

std::string_view trimmed(std::string_view s) {
  const auto from = s.find_first_not_of(' ');
  return from == std::string_view::npos ? std::string_view{} : s.substr(from, s.find_last_not_of(' ') - from + 1);
}

// The parts between the bars of a row; a bar after a backslash is text.
std::vector<std::string> split_row(std::string_view line) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|') {
      parts.back() += line[++i];
    } else if (line[i] == '|') {
      parts.emplace_back();
    } else {
      parts.back() += line[i];
    }
  }
  parts.pop_back();
  return parts;
}

Cell parse_cell(std::string_view text) {
  Cell cell;
  text = trimmed(text);
  const auto open = text.find('`');
  if (open == std::string_view::npos || !text.ends_with('`')) {
    cell.words = text;
    return cell;
  }
  cell.words = trimmed(text.substr(0, open));
  const auto marks = text.find_first_not_of('`', open) - open;
  std::string_view code = text.substr(open + marks, text.size() - open - 2 * marks);
  // One space on each side is there to keep a mark in the code apart from those around it.
  if (code.starts_with(' ') && code.ends_with(' ') && !trimmed(code).empty()) code = code.substr(1, code.size() - 2);
  cell.code = code;
  cell.has_code = true;
  return cell;
}

class Reader {
 public:
  Markdown read(std::string_view text) {
    for (int number = 1; !text.empty(); ++number) {
      const auto end = std::min(text.find('\n'), text.size());
      take(text.substr(0, end), number);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::move(page_);
  }

 private:
  void take(std::string_view line, int number) {
    if (line.starts_with("```")) {
      if (!fenced_) page_.fences.push_back({number, std::string(line.substr(3)), ""});
      fenced_ = !fenced_;
      if (!fenced_ && !page_.fences.back().text.empty()) page_.fences.back().text.pop_back();
      return;
    }
    if (fenced_) {
      page_.fences.back().text.append(line).append("\n");
      return;
    }
    if (!line.starts_with('|')) {
      in_table_ = false;
    } else if (!in_table_) {
      in_table_ = true;
      page_.tables.push_back({header_of(line), {}});
    } else if (!line.starts_with("| ---")) {
      Row row{number, {}};
      for (const auto& part : split_row(line)) row.cells.push_back(parse_cell(part));
      page_.tables.back().rows.push_back(std::move(row));
    }
  }

  static std::string header_of(std::string_view line) {
    std::string out;
    for (const auto& part : split_row(line)) out.append(out.empty() ? "" : " | ").append(trimmed(part));
    return out;
  }

  Markdown page_;
  bool fenced_ = false;
  bool in_table_ = false;
};

}  // namespace

Markdown parse_markdown(std::string_view text) { return Reader().read(text); }

}  // namespace rotor::test
