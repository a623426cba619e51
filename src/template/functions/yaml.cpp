// YAML in and out; failures of fromYaml are a value, those of toYaml the empty text.
#include "template/functions/helpers.hpp"
#include "template/json_value.hpp"
#include "template/yaml_value.hpp"

namespace rotor::tmpl {

namespace {

Returned to_yaml(Context& c, Args a) {
  const auto json = write_json(a[0]);
  if (!json) return text("");
  TRY_VOID(c.spend_bytes(json->size()));
  const auto value = read_yaml(*json);
  if (!value) return text("");
  auto yaml = write_yaml(*value);
  return text(yaml ? *std::move(yaml) : std::string());
}

Value failed(std::string message) {
  Map out;
  out.emplace("Error", Value::text(std::move(message)));
  return Value::map(std::move(out));
}

Returned from_yaml(Context& c, Args a) {
  TRY_VOID(c.spend_bytes(str(a, 0).size()));
  auto v = read_yaml_as_json(str(a, 0), true, YamlErrors::kExact);
  if (!v) return failed(std::move(v).error().message);
  if (v->is_map()) return *std::move(v);
  if (v->is_nil()) return Value::map({});
  const std::string_view kind =
      v->is_list() ? "array" : (v->is_text() ? "string" : (v->is(Type::kBool) ? "bool" : "number"));
  return failed("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal " + std::string(kind) +
                " into Go value of type map[string]interface {}");
}

constexpr Function kTable[] = {
    {"toYaml", "a", to_yaml},
    {"fromYaml", "s", from_yaml},
};

}  // namespace

Table yaml_functions() { return kTable; }

}  // namespace rotor::tmpl
