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

}  // namespace

std::string pretty(const Value& value) {
  std::string out;
  print(value, 0, out);
  out += '\n';
  return out;
}

}  // namespace rotor::json
