#include <algorithm>

#include "json/describe.hpp"
#include "json/list_keys.hpp"

namespace rotor::json {
namespace {

class SchemaWriter {
 public:
  explicit SchemaWriter(Writer& writer) : writer_(writer) {}

  // `rules` are those of the field that has this type, or null for an element or the root.
  void value(const Type& type, const FieldRules* rules) {
    const Type& bare = strip(type);
    if (rules != nullptr && !rules->schema_json.empty()) return writer_.raw(rules->schema_json);
    writer_.begin_object();
    members(bare, rules);
    writer_.end_object();
  }

 private:
  static const Type& strip(const Type& type) {
    const Type* t = &type;
    while (t->shape == Shape::kOptional || t->shape == Shape::kBox) t = &t->element();
    return *t;
  }

  void text(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    writer_.key(key);
    writer_.string(value);
  }
  void flag(std::string_view key, bool value) {
    if (!value) return;
    writer_.key(key);
    writer_.boolean(true);
  }
  void limit(std::string_view key, const std::optional<std::int64_t>& value) {
    if (!value) return;
    writer_.key(key);
    writer_.integer(*value);
  }

  void members(const Type& type, const FieldRules* rules) {
    const std::string_view doc = rules != nullptr && !rules->doc.empty() ? rules->doc : type.doc;
    text("description", doc);
    if (rules != nullptr && !rules->default_json.empty()) {
      writer_.key("default");
      writer_.raw(rules->default_json);
    }
    if (rules != nullptr && rules->int_or_string) {
      int_or_string();
      scalar_rules(*rules, "");
      return;
    }
    shape(type, rules);
    const bool open =
        type.preserve_unknown || (rules != nullptr && rules->preserve_unknown) || type.shape == Shape::kRaw;
    flag("x-kubernetes-preserve-unknown-fields", open);
    if (rules != nullptr) count_rules(*rules);
  }

  void int_or_string() {
    writer_.key("anyOf");
    writer_.raw(R"([{"type":"integer"},{"type":"string"}])");
    flag("x-kubernetes-int-or-string", true);
  }

  void shape(const Type& type, const FieldRules* rules) {
    switch (type.shape) {
      case Shape::kString:
      case Shape::kSecretText:
        return scalar("string", "", rules);
      case Shape::kSecretBytes:
        return scalar("string", "byte", rules);
      case Shape::kBool:
        return scalar("boolean", "", rules);
      case Shape::kInt32:
        return scalar("integer", "int32", rules);
      case Shape::kInt64:
        return scalar("integer", "int64", rules);
      case Shape::kDouble:
        return scalar("number", "", rules);
      case Shape::kRaw:
        return;  // anything
      case Shape::kList:
        return container(type, rules, "array", "items");
      case Shape::kMap:
        return container(type, rules, "object", "additionalProperties");
      case Shape::kStruct:
        return object(type);
      case Shape::kOptional:
      case Shape::kBox:
        return;  // stripped
    }
  }

  void scalar(std::string_view name, std::string_view format, const FieldRules* rules) {
    text("type", name);
    if (rules != nullptr) {
      scalar_rules(*rules, format);
    } else {
      text("format", format);
    }
  }

  void scalar_rules(const FieldRules& rules, std::string_view format) {
    text("format", rules.format.empty() ? format : rules.format);
    text("pattern", rules.pattern);
    if (!rules.one_of.empty()) {
      writer_.key("enum");
      writer_.begin_array();
      for (const std::string_view word : rules.one_of) writer_.string(word);
      writer_.end_array();
    }
    limit("minLength", rules.min_length);
    limit("maxLength", rules.max_length);
    limit("minimum", rules.minimum);
    limit("maximum", rules.maximum);
  }

  void count_rules(const FieldRules& rules) {
    limit("minItems", rules.min_items);
    limit("maxItems", rules.max_items);
    limit("minProperties", rules.min_properties);
    limit("maxProperties", rules.max_properties);
  }

  // A rule for strings or numbers on a container holds for what it contains.
  void container(const Type& type, const FieldRules* rules, std::string_view name, std::string_view member) {
    text("type", name);
    if (rules != nullptr && !rules->list_map_key.empty()) {
      text("x-kubernetes-list-type", "map");
      writer_.key("x-kubernetes-list-map-keys");
      writer_.begin_array();
      for (const std::string_view key : list_keys(*rules)) writer_.string(key);
      writer_.end_array();
    }
    writer_.key(member);
    FieldRules inner;
    if (rules != nullptr) {
      inner.pattern = rules->pattern, inner.one_of = rules->one_of, inner.format = rules->format;
      inner.min_length = rules->min_length, inner.max_length = rules->max_length;
      inner.minimum = rules->minimum, inner.maximum = rules->maximum;
    }
    value(type.element(), &inner);
  }

  void object(const Type& type) {
    text("type", "object");
    if (std::ranges::find(open_, &type) != open_.end()) {  // a type inside itself: schemas cannot refer back
      if (!type.preserve_unknown) flag("x-kubernetes-preserve-unknown-fields", true);
      return;
    }
    open_.push_back(&type);
    if (!type.fields.empty()) {
      writer_.key("properties");
      writer_.begin_object();
      properties(type);
      writer_.end_object();
    }
    required(type);
    if (!type.rules_json.empty()) writer_.raw_members(type.rules_json);
    open_.pop_back();
  }

  void properties(const Type& type) {
    for (const Field& field : type.fields) {
      if (field.name.empty()) {
        properties(field.type());
      } else {
        writer_.key(field.name);
        value(field.type(), &field.rules);
      }
    }
  }

  static void collect_required(const Type& type, std::vector<std::string_view>& out) {
    for (const Field& field : type.fields) {
      if (field.name.empty()) {
        collect_required(field.type(), out);
      } else if (field.rules.required) {
        out.push_back(field.name);
      }
    }
  }

  void required(const Type& type) {
    std::vector<std::string_view> names;
    collect_required(type, names);
    if (names.empty()) return;
    std::ranges::sort(names);
    writer_.key("required");
    writer_.begin_array();
    for (const std::string_view name : names) writer_.string(name);
    writer_.end_array();
  }

  Writer& writer_;
  std::vector<const Type*> open_;
};

}  // namespace

std::string schema(const Type& type) {
  std::string out;
  Writer writer(out);
  SchemaWriter(writer).value(type, nullptr);
  return out;
}

}  // namespace rotor::json
