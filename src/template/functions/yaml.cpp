// YAML in and out; failures of fromYaml are a value, those of toYaml the empty text.
#include "template/functions/helpers.hpp"
#include "template/go/json.hpp"
#include "template/go/yaml_value.hpp"

namespace rotor::tmpl {

namespace {

// YAML is read slowly, and its aliases make much of little.
Result<Value> charged_read(Context& c, std::string_view document, auto read) {
  constexpr std::size_t kNode = 96;
  TRY_VOID(c.spend_steps(static_cast<std::int64_t>(document.size() / 4)));
  std::size_t nodes = 0;
  Result<Value> v = read(nodes);
  TRY_VOID(c.spend_bytes(nodes * kNode));
  TRY_VOID(c.spend_steps(static_cast<std::int64_t>(nodes)));
  return v;
}

Returned to_yaml(Context& c, Args a) {
  if (auto yaml = write_yaml_at_once(a[0])) {
    TRY_VOID(c.spend_steps(static_cast<std::int64_t>(yaml->size() / 16)));
    return text(*std::move(yaml));
  }
  const auto empty_or = [](const Error& e) -> Returned {
    if (is_over_budget(e)) return std::unexpected(e);
    return text("");
  };
  const auto json = write_json(a[0]);
  if (!json) return empty_or(json.error());
  const auto value =
      charged_read(c, *json, [&](std::size_t& nodes) { return read_yaml(*json, YamlErrors::kPublic, &nodes); });
  if (!value) return empty_or(value.error());
  auto yaml = write_yaml(*value);
  if (!yaml) return empty_or(yaml.error());
  return text(*std::move(yaml));
}

Value failed(std::string message) {
  Map out;
  out.emplace("Error", Value::text(std::move(message)));
  return Value::map(std::move(out));
}

Returned from_yaml(Context& c, Args a) {
  auto v = charged_read(
      c, str(a, 0), [&](std::size_t& nodes) { return read_yaml_as_json(str(a, 0), true, YamlErrors::kExact, &nodes); });
  if (!v && is_over_budget(v.error())) return std::unexpected(std::move(v).error());
  if (!v) return failed(std::move(v).error().message);
  if (v->is_map()) return *std::move(v);
  if (v->is_nil()) return Value::map({});
  const std::string_view kind =
      v->is_list() ? "array" : (v->is_text() ? "string" : (v->is(Type::kBool) ? "bool" : "number"));
  return failed("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal " + std::string(kind) +
                " into Go value of type map[string]interface {}");
}

constexpr Function kYamlTable[] = {
    {"toYaml", "a", to_yaml},
    {"fromYaml", "s", from_yaml},
};

}  // namespace

Table yaml_functions() { return kYamlTable; }

}  // namespace rotor::tmpl
