#include "json/pretty.hpp"

namespace rotor::json {
namespace {

void print(const Value& value, std::size_t indent, std::string& out);

void print_line(std::size_t indent, std::string& out) { out.append(1, '\n').append(indent, ' '); }

void print_object(const Object& object, std::size_t indent, std::string& out) {
  out += '{';
  bool first = true;
  for (const auto& [key, member] : object) {
    if (!std::exchange(first, false)) out += ',';
    print_line(indent + 2, out);
    out += serialize(Value(key)) + ": ";
    print(member, indent + 2, out);
  }
  print_line(indent, out);
  out += '}';
}

void print_array(const Array& array, std::size_t indent, std::string& out) {
  out += '[';
  bool first = true;
  for (const Value& item : array) {
    if (!std::exchange(first, false)) out += ',';
    print_line(indent + 2, out);
    print(item, indent + 2, out);
  }
  print_line(indent, out);
  out += ']';
}

void print(const Value& value, std::size_t indent, std::string& out) {
  if (value.is_object() && !value.get_object().empty()) return print_object(value.get_object(), indent, out);
  if (value.is_array() && !value.get_array().empty()) return print_array(value.get_array(), indent, out);
  out += serialize(value);
}

// `compact` from the quote at `at` on: where the string ends.
std::size_t end_of_string(std::string_view compact, std::size_t at) {
  for (++at; compact[at] != '"'; ++at) {
    if (compact[at] == '\\') ++at;
  }
  return at + 1;
}

// Of text without white space that is known to be JSON.
std::string laid_out(std::string_view compact) {
  std::string out;
  std::size_t indent = 0;
  for (std::size_t at = 0; at < compact.size();) {
    const char c = compact[at];
    const std::size_t next = c == '"' ? end_of_string(compact, at) : at + 1;
    const bool opens = c == '{' || c == '[';
    const bool closes = c == '}' || c == ']';
    const bool after_opening = at > 0 && (compact[at - 1] == '{' || compact[at - 1] == '[');
    if (closes) indent -= 2;
    if (closes && !after_opening) print_line(indent, out);
    out += compact.substr(at, next - at);
    if (c == ':') out += ' ';
    if (opens) indent += 2;
    const bool filled = opens && next < compact.size() && compact[next] != '}' && compact[next] != ']';
    if (c == ',' || filled) print_line(indent, out);
    at = next;
  }
  return out;
}

}  // namespace

std::string pretty(const Value& value) {
  std::string out;
  print(value, 0, out);
  out += '\n';
  return out;
}

Result<std::string> pretty_sorted(std::string_view raw, Escape escape) {
  TRY(const std::string compact, compact_sorted(raw, escape));
  return laid_out(compact);
}

}  // namespace rotor::json
