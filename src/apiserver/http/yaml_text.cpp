#include "apiserver/http/yaml_text.hpp"

#include <algorithm>
#include <vector>

#include "base/ascii.hpp"

namespace rotor::apiserver {

namespace {

// Words that mean something else than their letters to one or another reader.
constexpr std::string_view kWords[] = {"true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"};

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// What may stand without quotes: less than YAML allows, and nothing that could be read as a number or a date.
bool may_stand_plain(std::string_view text) {
  if (text.empty() || !letter(text.front())) return false;
  const auto fits = [](char c) { return letter(c) || (c >= '0' && c <= '9') || std::string_view("-_./").contains(c); };
  return std::ranges::all_of(text, fits) && std::ranges::find(kWords, ascii_lower(text)) == std::end(kWords);
}

class Writer {
 public:
  explicit Writer(SecretBytes& out) : out_(out) {}

  // `value` behind what stands on the line already.
  void write(const json::Value& value, std::size_t depth, bool in_list) {
    if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
      members(*object, depth, in_list);
    } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
      if (!in_list) out_.append("\n");
      items(*array, depth, in_list);
    } else {
      if (!in_list) out_.append(" ");
      scalar(value);
    }
  }

  void members(const json::Object& object, std::size_t depth, bool follows_dash) {
    std::vector<std::string_view> names;
    for (const auto& member : object) names.emplace_back(member.key());
    std::ranges::sort(names);
    if (!follows_dash && depth > 0) out_.append("\n");
    for (const std::string_view name : names) {
      if (!follows_dash) indent(depth);
      follows_dash = false;
      text(name);
      out_.append(":");
      const json::Value& value = object.at(name);
      write(value, value.is_array() ? depth : depth + 1, false);
    }
  }

 private:
  void items(const json::Array& array, std::size_t depth, bool follows_dash) {
    for (const json::Value& item : array) {
      if (!follows_dash) indent(depth);
      follows_dash = false;
      out_.append("- ");
      write(item, depth + 1, true);
    }
  }

  void scalar(const json::Value& value) {
    if (value.is_string()) {
      text(value.get_string());
    } else {
      out_.append(json::serialize(value));
    }
    out_.append("\n");
  }

  void text(std::string_view text) {
    if (may_stand_plain(text)) {
      out_.append(text);
      return;
    }
    std::string quoted = json::serialize(json::Value(text));  // a JSON string is a YAML string
    out_.append(quoted);
    wipe(quoted.data(), quoted.size());
  }

  void indent(std::size_t depth) { out_.append(std::string(depth * 2, ' ')); }

  SecretBytes& out_;
};

}  // namespace

SecretBytes to_yaml(const json::Value& value) {
  SecretBytes out;
  if (const auto* object = value.if_object()) {
    Writer(out).members(*object, 0, false);
  } else {
    Writer(out).write(value, 0, true);
  }
  return out;
}

}  // namespace rotor::apiserver
