#include <cctype>

#include "apiserver/schema/builtin.hpp"
#include "apiserver/schema/path.hpp"
#include "apiserver/schema/schema.hpp"
#include "apiserver/schema/time_text.hpp"
#include "base/encoding.hpp"

namespace rotor::apiserver::schema {

namespace {

std::string_view json_word(const json::Value& value) {
  if (value.is_bool()) return "bool";
  if (value.is_number()) return "number";
  if (value.is_string()) return "string";
  if (value.is_array()) return "array";
  return value.is_object() ? "object" : "null";
}

std::string go_type(const Schema& schema) {
  switch (schema.kind) {
    case Kind::kString:
      return schema.format == "byte" ? "[]uint8" : "string";
    case Kind::kInteger:
      return schema.format;
    case Kind::kNumber:
      return "float64";
    case Kind::kBoolean:
      return "bool";
    case Kind::kIntOrString:
      return "int32";
    case Kind::kList:
      return "[]" + go_type(*schema.items->schema);
    case Kind::kObject:
      return schema.values ? "map[string]" + go_type(*schema.values->schema) : "v1." + schema.name;
    case Kind::kQuantity:
    case Kind::kAny:
      return "any";
  }
  return {};
}

bool fits(const Schema& schema, const json::Value& value) {
  if (value.is_null()) return true;
  switch (schema.kind) {
    case Kind::kString:
      return value.is_string();
    case Kind::kNumber:
      return value.is_number();
    case Kind::kBoolean:
      return value.is_bool();
    case Kind::kIntOrString:
      return value.is_string() || value.is_int64();
    case Kind::kList:
      return value.is_array();
    case Kind::kObject:
      return value.is_object();
    case Kind::kInteger:
      return value.is_int64() &&
             (schema.format != "int32" || (value.get_int64() <= INT32_MAX && value.get_int64() >= INT32_MIN));
    case Kind::kQuantity:
    case Kind::kAny:
      return true;
  }
  return true;
}

bool is_quantity(const json::Value& value) {
  if (value.is_number()) return true;
  if (!value.is_string()) return false;
  const std::string_view text = value.get_string();
  std::size_t i = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  const std::size_t digits = i;
  while (i < text.size() && (std::isdigit(static_cast<unsigned char>(text[i])) != 0 || text[i] == '.')) ++i;
  if (i == digits) return false;
  while (i < text.size() && std::string_view("eEinumkKMGTP").contains(text[i])) ++i;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  while (i < text.size() && std::isdigit(static_cast<unsigned char>(text[i])) != 0) ++i;
  return i == text.size();
}

// Walks in document order; `owner` is the struct that has the member at `path`.
class Checker {
 public:
  std::optional<std::string> check(const Schema& schema, const json::Value& value, const std::string& owner,
                                   const std::string& path) {
    if (schema.kind == Kind::kQuantity && !value.is_null() && !is_quantity(value)) {
      return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    }
    if (!fits(schema, value)) return mismatch(schema, value, owner, path);
    if (schema.format == "byte" && value.is_string()) {
      if (auto bytes = base64_decode_secret(value.get_string()); !bytes) return std::move(bytes).error().message;
    }
    if (value.is_string() && (schema.format == "time" || schema.format == "micro-time")) {
      if (auto wrong = time_error(value.get_string(), schema.format == "micro-time")) return wrong;
    }
    if (value.is_array() && schema.items) {
      for (const json::Value& item : value.get_array()) {
        if (auto wrong = check(*schema.items->schema, item, owner, path)) return wrong;
      }
    } else if (value.is_object() && schema.kind == Kind::kObject) {
      return members(schema, value.get_object(), owner, path);
    }
    return std::nullopt;
  }

 private:
  std::optional<std::string> members(const Schema& schema, const json::Object& object, const std::string& owner,
                                     const std::string& path) {
    for (const auto& [key, value] : object) {
      std::optional<std::string> wrong;
      const auto it = schema.properties.find(std::string_view(key));
      if (it != schema.properties.end())
        wrong = check(*it->second.schema, value, schema.name, child_path(path, key));
      else if (schema.values)
        wrong = check(*schema.values->schema, value, owner, path);
      if (wrong) return wrong;
    }
    return std::nullopt;
  }

  static std::string mismatch(const Schema& schema, const json::Value& value, const std::string& owner,
                              const std::string& path) {
    std::string found(json_word(value));
    if (schema.kind == Kind::kInteger && value.is_number()) found += " " + json::serialize(value);
    return fmt::format("json: cannot unmarshal {} into Go struct field {}.{} of type {}", found, owner, path,
                       go_type(schema));
  }
};

}  // namespace

std::optional<std::string> wrong_type(const KindSchema& schema, const json::Object& object) {
  if (!schema.custom) return Checker().check(schema.root(), object, schema.kind, "");
  const auto* metadata = object.if_contains("metadata");
  if (metadata == nullptr) return std::nullopt;
  return Checker().check(*object_meta(), *metadata, "ObjectMeta", "");
}

}  // namespace rotor::apiserver::schema
