#include "template/object_path.hpp"

#include <fmt/format.h>

#include "template/go/number.hpp"
#include "template/go/quote.hpp"

namespace rotor::tmpl {

namespace {

constexpr std::int64_t kMaxIndex = 10000;

std::unexpected<Error> invalid(std::string_view path, std::string_view why) {
  return rotor::fail(Code::kInvalid, fmt::format("invalid path {}: {}", quote(path), why));
}

Result<void> parse_segment(std::string_view path, std::string_view segment, ObjectPath& out) {
  const auto bracket = segment.find('[');
  const std::string_view name = segment.substr(0, bracket);
  if (segment.empty()) return invalid(path, "empty segment");
  if (!name.empty()) out.emplace_back(std::string(name));
  if (bracket == std::string_view::npos) return {};
  if (out.empty()) return invalid(path, "path must start with a key");
  std::string_view rest = segment.substr(bracket);
  while (!rest.empty()) {
    if (rest[0] != '[') return invalid(path, fmt::format("expected '[' near {}", quote(rest)));
    const auto close = rest.find(']');
    if (close == std::string_view::npos) return invalid(path, "unterminated '['");
    const std::string_view digits = rest.substr(1, close - 1);
    const ParsedInt index = parse_int(digits, 10);
    if (!index.value) return invalid(path, "bad index " + quote(digits));
    if (*index.value < 0) return invalid(path, fmt::format("negative index {}", *index.value));
    if (*index.value > kMaxIndex)
      return invalid(path, fmt::format("index {} exceeds maximum ({})", *index.value, kMaxIndex));
    out.emplace_back(static_cast<std::size_t>(*index.value));
    rest.remove_prefix(close + 1);
  }
  return {};
}

std::string_view go_type(const json::Value& v) {
  switch (v.kind()) {
    case boost::json::kind::object:
      return "map[string]interface {}";
    case boost::json::kind::array:
      return "[]interface {}";
    case boost::json::kind::string:
      return "string";
    case boost::json::kind::bool_:
      return "bool";
    case boost::json::kind::double_:
      return "float64";
    case boost::json::kind::null:
      return "<nil>";
    default:
      return "int64";
  }
}

}  // namespace

Result<ObjectPath> parse_object_path(std::string_view path) {
  ObjectPath out;
  std::string_view rest = path;
  while (true) {
    const auto dot = rest.find('.');
    TRY_VOID(parse_segment(path, rest.substr(0, dot), out));
    if (dot == std::string_view::npos) return out;
    rest.remove_prefix(dot + 1);
  }
}

Result<json::Value*> reach(json::Object& object, const ObjectPath& path, std::string_view shown) {
  json::Value* at = &object[std::get<std::string>(path[0])];
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (const auto* key = std::get_if<std::string>(&path[i])) {
      if (at->is_null()) at->emplace_object();
      if (!at->is_object()) {
        return rotor::fail(Code::kInvalid, fmt::format("failed to set path {}: expected map at key {} but found {}",
                                                       shown, quote(*key), go_type(*at)));
      }
      at = &at->get_object()[*key];
      continue;
    }
    const std::size_t index = std::get<std::size_t>(path[i]);
    if (at->is_null()) at->emplace_array();
    if (!at->is_array()) {
      return rotor::fail(Code::kInvalid, fmt::format("failed to set path {}: expected array at index {} but found {}",
                                                     shown, index, go_type(*at)));
    }
    auto& array = at->get_array();
    if (array.size() <= index) array.resize(index + 1);
    at = &array[index];
  }
  return at;
}

}  // namespace rotor::tmpl
