#include <algorithm>

#include "apiserver/schema/builtin.hpp"
#include "apiserver/schema/fill.hpp"
#include "apiserver/schema/quantity.hpp"
#include "apiserver/schema/schema.hpp"
#include "base/encoding.hpp"
#include "base/time.hpp"

namespace rotor::apiserver::schema {

namespace {

bool is_zero(const json::Value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return true;
    case boost::json::kind::bool_:
      return !value.get_bool();
    case boost::json::kind::int64:
      return value.get_int64() == 0;
    case boost::json::kind::uint64:
      return value.get_uint64() == 0;
    case boost::json::kind::double_:
      return value.get_double() == 0;
    case boost::json::kind::string:
      return value.get_string().empty();
    case boost::json::kind::array:
      return value.get_array().empty();
    case boost::json::kind::object:
      return value.get_object().empty();
  }
  return false;
}

// What a member that is always written holds when nobody set it.
json::Value zero_of(const Schema& schema) {
  switch (schema.kind) {
    case Kind::kObject:
      return schema.values ? json::Value() : json::Value(json::Object{});
    case Kind::kString:
      return schema.format.empty() ? json::Value("") : json::Value();
    case Kind::kInteger:
    case Kind::kIntOrString:
    case Kind::kNumber:
      return 0;
    case Kind::kBoolean:
      return false;
    case Kind::kQuantity:
      return "0";
    case Kind::kAny:
    case Kind::kList:
      return nullptr;
  }
  return nullptr;
}

// Bytes without line breaks, times in UTC and in the precision of their kind.
void normal_text(std::string_view format, json::Value& value) {
  auto& text = value.get_string();
  if (format == "byte") {
    text.erase(std::ranges::remove_if(text, [](char c) { return c == '\n' || c == '\r'; }).begin(), text.end());
  } else if (format == "time" || format == "micro-time") {
    const auto time = parse_time(text);
    if (time) text = format == "time" ? format_time(*time) : format_micro_time(*time);
  }
}

// A built-in type, as its Go struct would be written after reading this document.
void as_struct(const Schema& schema, json::Value& value);

void struct_members(const Schema& schema, json::Object& object) {
  std::vector<std::string> gone;
  for (auto& [key, value] : object) {
    const auto it = schema.properties.find(std::string_view(key));
    if (it == schema.properties.end()) continue;
    if (it->second.schema->kind == Kind::kAny && !value.is_null()) continue;
    as_struct(*it->second.schema, value);
    // An empty list of managers is a message to the server, not nothing.
    const bool message = key == "managedFields" && value.is_array();
    if (value.is_null() || (it->second.vanishes && is_zero(value) && !message)) gone.emplace_back(key);
  }
  for (const std::string& name : gone) object.erase(name);
  for (const auto& [name, property] : schema.properties) {
    if (!property.always || object.contains(name)) continue;
    json::Value zero = zero_of(*property.schema);
    as_struct(*property.schema, zero);
    object[name] = std::move(zero);
  }
}

void as_struct(const Schema& schema, json::Value& value) {
  if (schema.kind == Kind::kQuantity && (value.is_string() || value.is_number())) {
    const std::string written = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
    if (auto canonical = canonical_quantity(written)) value = *canonical;
  } else if (value.is_string() && !schema.format.empty()) {
    normal_text(schema.format, value);
  } else if (value.is_array() && schema.items) {
    for (json::Value& item : value.get_array()) as_struct(*schema.items->schema, item);
  } else if (value.is_object() && schema.values) {
    for (auto& [key, item] : value.get_object()) {
      if (item.is_null() && schema.values->schema->kind == Kind::kString) item = "";
      as_struct(*schema.values->schema, item);
    }
  } else if (value.is_object() && schema.kind == Kind::kObject) {
    struct_members(schema, value.get_object());
  }
}

bool replaceable(const json::Object& object, std::string_view name, const Schema& schema) {
  const auto it = object.find(name);
  return it == object.end() || (it->value().is_null() && !schema.nullable);
}

template <class Visit>
void each_child(const Schema& schema, json::Value& value, Visit visit) {
  if (value.is_array() && schema.items) {
    for (json::Value& item : value.get_array()) visit(*schema.items->schema, item);
  } else if (value.is_object()) {
    for (auto& [key, item] : value.get_object()) {
      const auto it = schema.properties.find(std::string_view(key));
      if (it != schema.properties.end())
        visit(*it->second.schema, item);
      else if (schema.values)
        visit(*schema.values->schema, item);
    }
  }
}

void defaults(const Schema& schema, json::Value& value) {
  if (value.is_object()) {
    json::Object& object = value.get_object();
    for (const auto& [name, property] : schema.properties) {
      if (property.default_value && replaceable(object, name, *property.schema)) object[name] = *property.default_value;
    }
    if (schema.fills != nullptr) {
      for (const Fill& row : *schema.fills) {
        if (!row.at_create) fill(row, object);
      }
    }
  }
  each_child(schema, value, [](const Schema& below, json::Value& item) { defaults(below, item); });
}

// Where null means nothing it is as good as absent.
void drop_nulls(const Schema& schema, json::Value& value) {
  if (value.is_object()) {
    std::vector<std::string> gone;
    for (const auto& [key, item] : value.get_object()) {
      const auto it = schema.properties.find(std::string_view(key));
      const Schema* below = it != schema.properties.end() ? it->second.schema
                            : schema.values               ? schema.values->schema
                                                          : nullptr;
      if (below != nullptr && item.is_null() && !below->nullable) gone.emplace_back(key);
    }
    for (const std::string& name : gone) value.get_object().erase(name);
  }
  each_child(schema, value, [](const Schema& below, json::Value& item) { drop_nulls(below, item); });
}

template <class Change>
void as_value(json::Object& object, Change change) {
  json::Value whole(std::move(object));
  change(whole);
  object = std::move(whole.get_object());
}

}  // namespace

namespace {

// What is written as text is stored as data, and wins over it.
void encode_string_data(json::Object& secret) {
  auto* texts = secret.if_contains("stringData");
  if (texts == nullptr || !texts->is_object()) return;
  auto& data = secret["data"];
  if (!data.is_object()) data = json::Object{};
  for (const auto& [key, text] : secret.at("stringData").get_object()) {
    if (text.is_string()) data.get_object()[key] = base64_encode(text.get_string());
    if (text.is_null()) data.get_object()[key] = "";
  }
  secret.erase("stringData");
}

}  // namespace

void normalize(const KindSchema& schema, json::Object& object) {
  if (schema.kind == "Secret" && !schema.custom) encode_string_data(object);
  if (!schema.custom) return as_value(object, [&](json::Value& whole) { as_struct(schema.root(), whole); });
  if (auto* metadata = object.if_contains("metadata")) as_struct(*object_meta(), *metadata);
}

void apply_defaults(const KindSchema& schema, json::Object& object) {
  as_value(object, [&](json::Value& whole) {
    defaults(schema.root(), whole);
    if (schema.custom) drop_nulls(schema.root(), whole);
  });
}

void prepare_create(const KindSchema& schema, json::Object& object) {
  if (schema.root().fills == nullptr) return;
  for (const Fill& row : *schema.root().fills) {
    if (row.at_create) fill(row, object);
  }
}

}  // namespace rotor::apiserver::schema
