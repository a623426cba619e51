// `--help`: a page for a terminal 80 characters wide.
#include <fmt/format.h>

#include "cli/page.hpp"

namespace rotor::cli {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kIndent = 28;

// Words of `text` in lines of the width that is left beside `indent`; the first line begins at the cursor.
std::string wrap(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (column > indent && column + 1 + word.size() > kWidth) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

std::string row(const std::string& left, const std::string& right) {
  std::string out = "  " + left;
  if (right.empty()) return out + "\n";
  out += out.size() + 2 > kIndent ? "\n" + std::string(kIndent, ' ') : std::string(kIndent - out.size(), ' ');
  return out + wrap(right, kIndent) + "\n";
}

// Long names stand below one another, whether they have a short one or not.
std::string indented(const OptionEntry& option) {
  const bool short_name = option.names.empty() || !option.names.front().starts_with("--");
  return (short_name ? "" : "    ") + synopsis(option);
}

}  // namespace

std::string help_text(const Page& page) {
  std::string out = wrap(page.summary, 0) + "\n\nUsage: " + usage(page) + "\n";
  if (!page.children.empty()) out += "\nCommands:\n";
  for (const Page& child : page.children) out += row(child.word, child.summary);
  if (!page.positionals.empty()) out += "\nArguments:\n";
  for (const OptionEntry& positional : page.positionals) out += row(positional.value, explanation(positional));
  for (const std::string& group : groups(page)) {
    out += "\n" + group + ":\n";
    for (const OptionEntry& option : page.options) {
      if (option.group == group) out += row(indented(option), explanation(option));
    }
  }
  return page.footer.empty() ? out : out + "\n" + page.footer + "\n";
}

}  // namespace rotor::cli
