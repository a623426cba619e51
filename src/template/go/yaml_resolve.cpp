// What a plain scalar means to a template: the house's resolver, and timestamps.
#include "json/yaml_resolve.hpp"

#include <optional>

#include "template/go/time.hpp"
#include "template/go/yaml_value.hpp"

namespace rotor::tmpl {

namespace {

// Nothing for what is a string.
std::optional<Value> meaning(std::string_view text) {
  struct ToValue {
    std::optional<Value> operator()(json::yaml::IsString) const { return std::nullopt; }
    std::optional<Value> operator()(std::nullptr_t) const { return Value(); }
    std::optional<Value> operator()(bool v) const { return Value::boolean(v); }
    std::optional<Value> operator()(std::int64_t v) const { return Value::integer(v, Type::kInt64); }
    std::optional<Value> operator()(std::uint64_t v) const { return Value::unsigned_integer(v); }
    std::optional<Value> operator()(double v) const { return Value::real(v); }
  };
  return std::visit(ToValue(), json::yaml::resolve_plain(text));
}

}  // namespace

bool is_yaml_timestamp(std::string_view s) {
  std::size_t digits = 0;
  while (digits < s.size() && s[digits] >= '0' && s[digits] <= '9') ++digits;
  if (digits != 4 || digits == s.size() || s[4] != '-') return false;
  for (const std::string_view layout : {"2006-1-2T15:4:5.999999999Z07:00", "2006-1-2t15:4:5.999999999Z07:00",
                                        "2006-1-2 15:4:5.999999999", "2006-1-2"}) {
    if (parse_time(layout, s)) return true;
  }
  return false;
}

YamlScalar resolve_plain(std::string_view s) {
  if (auto v = meaning(s)) return {*std::move(v)};
  return {Value::text(std::string(s)), is_yaml_timestamp(s)};
}

bool reads_as_text(std::string_view s) { return !meaning(s) && !is_yaml_timestamp(s); }

}  // namespace rotor::tmpl
