#include "inspect/redact.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "inspect/redact_words.hpp"

namespace rotor::inspect {
namespace {

const json::Value* member(const json::Value& value, std::string_view name) {
  const json::Object* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

bool may_show(std::string_view field, const json::Value& schema) {
  if (json::find_string(schema, "type") != "string") return false;
  return member(schema, "enum") != nullptr || redact::is_setting(field);
}

// A number where the schema has one.
bool fits(const json::Value& value, std::string_view type) {
  return !value.is_number() || type == "integer" || type == "number";
}

json::Value described(std::string_view field, const json::Value& value, const json::Value& schema);

json::Value described_object(const json::Object& object, const json::Value& properties) {
  json::Object out;
  for (const auto& [name, inside] : object) {
    const json::Value* known = member(properties, name);
    out[name] = known == nullptr ? left_out(inside) : described(name, inside, *known);
  }
  return out;
}

// Names that the user chose: nothing inside is shown for the name of its member.
json::Value described_map(const json::Object& object, const json::Value& element) {
  json::Object out;
  for (const auto& [name, inside] : object) out[name] = described("", inside, element);
  return out;
}

json::Value described(std::string_view field, const json::Value& value, const json::Value& schema) {
  if (const json::Object* object = value.if_object()) {
    if (const json::Value* properties = member(schema, "properties")) return described_object(*object, *properties);
    const json::Value* element = member(schema, "additionalProperties");
    if (element != nullptr && element->is_object()) return described_map(*object, *element);
    return left_out(value);
  }
  if (const json::Array* array = value.if_array()) {
    const json::Value* items = member(schema, "items");
    if (items == nullptr) return left_out(value);
    json::Array out;
    for (const json::Value& inside : *array) out.push_back(described(field, inside, *items));
    return out;
  }
  if (const auto* text = value.if_string()) {
    return may_show(field, schema) ? json::Value(shown_setting(*text)) : left_out(value);
  }
  return fits(value, json::find_string(schema, "type")) ? value : left_out(value);
}

// The block of a back end that is built: no schema describes it, and its fields are known here by their names.
json::Value provider_setting(std::string_view field, const json::Value& value) {
  if (redact::is_opaque_of_providers(field)) return left_out(value);
  if (const json::Object* object = value.if_object()) {
    json::Object out;
    for (const auto& [name, inside] : *object) out[name] = provider_setting(name, inside);
    return out;
  }
  if (const json::Array* array = value.if_array()) {
    json::Array out;
    for (const json::Value& inside : *array) out.push_back(provider_setting(field, inside));
    return out;
  }
  if (const auto* text = value.if_string()) {
    return redact::is_setting_of_providers(field) ? json::Value(shown_setting(*text)) : left_out(value);
  }
  return value;
}

json::Value providers(const json::Value& block, const std::vector<std::string>& built) {
  const json::Object* object = block.if_object();
  if (object == nullptr) return left_out(block);
  json::Object out;
  for (const auto& [name, inside] : *object) {
    const bool known = std::ranges::find(built, std::string_view(name)) != built.end();
    out[name] = known ? provider_setting(name, inside) : left_out(inside);
  }
  return out;
}

json::Object texts_by_name(const json::Value& map, bool (*shown)(std::string_view)) {
  json::Object out;
  if (!map.is_object()) return out;
  for (const auto& [name, value] : map.get_object()) out[name] = shown(name) ? value : left_out(value);
  return out;
}

// What stands behind `https://`.
std::string shown_address(std::string_view address) {
  const std::string_view without_query = address.substr(0, address.find_first_of("?#"));
  const auto login = without_query.substr(0, without_query.find('/')).rfind('@');
  std::string out = login == std::string_view::npos ? "" : "(left out)@";
  out += without_query.substr(login == std::string_view::npos ? 0 : login + 1);
  if (without_query.size() < address.size()) out += "?(left out)";
  return out;
}

bool is_store(std::string_view kind) { return kind == "SecretStore" || kind == "ClusterSecretStore"; }

}  // namespace

std::string left_out_text(std::size_t size) { return fmt::format("(left out: a text of {} bytes)", size); }

json::Value left_out(const json::Value& value) {
  if (const auto* text = value.if_string()) return json::Value(left_out_text(text->size()));
  if (const json::Object* object = value.if_object()) {
    return json::Value(fmt::format("(left out: {} members)", object->size()));
  }
  if (const json::Array* array = value.if_array()) {
    return json::Value(fmt::format("(left out: a list of {})", array->size()));
  }
  if (value.is_number()) return json::Value("(left out: a number)");
  return value;  // true, false, null
}

std::string shown_setting(std::string_view text) {
  std::string out;
  for (;;) {
    const auto scheme = text.find("://");
    if (scheme == std::string_view::npos) return out.append(text);
    const auto start = scheme + 3;
    const auto end = std::min(text.find_first_of(" \t\n\"'`<>", start), text.size());
    out.append(text.substr(0, start)).append(shown_address(text.substr(start, end - start)));
    text.remove_prefix(end);
  }
}

json::Value redacted_metadata(const json::Value& metadata) {
  constexpr std::array<std::string_view, 10> kPlain = {
      "name",         "namespace",         "uid",        "generation",     "resourceVersion", "creationTimestamp",
      "generateName", "deletionTimestamp", "finalizers", "ownerReferences"};
  json::Object out;
  for (const std::string_view name : kPlain) {
    if (const json::Value* value = member(metadata, name)) out[name] = *value;
  }
  if (const json::Value* labels = member(metadata, "labels")) {
    out["labels"] = texts_by_name(*labels, redact::is_setting_as_label);
  }
  if (const json::Value* annotations = member(metadata, "annotations")) {
    out["annotations"] = texts_by_name(*annotations, redact::is_setting_as_annotation);
  }
  return out;
}

json::Value redacted(const json::Value& object, const json::Value& schema, const std::vector<std::string>& built) {
  if (!object.is_object()) return left_out(object);
  json::Object out;
  for (const std::string_view name : {"apiVersion", "kind"}) {
    if (const json::Value* value = member(object, name)) out[name] = *value;
  }
  if (const json::Value* metadata = member(object, "metadata")) out["metadata"] = redacted_metadata(*metadata);
  const json::Value* properties = member(schema, "properties");
  for (const std::string_view name : {"spec", "status"}) {
    const json::Value* value = member(object, name);
    if (value == nullptr) continue;
    const json::Value* known = properties == nullptr ? nullptr : member(*properties, name);
    out[name] = known == nullptr ? left_out(*value) : described(name, *value, *known);
  }
  const json::Value* provider = json::find(object, "spec.provider");
  json::Object* spec = out.contains("spec") ? out["spec"].if_object() : nullptr;
  if (provider != nullptr && spec != nullptr && is_store(json::find_string(object, "kind"))) {
    (*spec)["provider"] = providers(*provider, built);
  }
  return out;
}

}  // namespace rotor::inspect
