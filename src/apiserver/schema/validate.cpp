#include "apiserver/schema/validate.hpp"

#include <algorithm>
#include <cmath>

#include <re2/re2.h>

#include "apiserver/schema/formats.hpp"
#include "apiserver/schema/path.hpp"

namespace rotor::apiserver::schema {

namespace {

std::string_view word(const json::Value& value) {
  if (value.is_bool()) return "boolean";
  if (value.is_double()) return std::floor(value.get_double()) == value.get_double() ? "integer" : "float64";
  if (value.is_number()) return "integer";
  if (value.is_string()) return "string";
  if (value.is_array()) return "array";
  return value.is_object() ? "object" : "null";
}

std::string_view word(const Schema& schema) {
  switch (schema.kind) {
    case Kind::kObject:
      return "object";
    case Kind::kList:
      return "array";
    case Kind::kString:
      return "string";
    case Kind::kNumber:
      return "number";
    case Kind::kBoolean:
      return "boolean";
    case Kind::kIntOrString:
      return "integer,string";
    case Kind::kInteger:
      return "integer";
    case Kind::kAny:
    case Kind::kQuantity:
      return "";
  }
  return "";
}

bool fits(const Schema& schema, const json::Value& value) {
  if (value.is_null() && schema.nullable) return true;
  switch (schema.kind) {
    case Kind::kObject:
      return value.is_object();
    case Kind::kList:
      return value.is_array();
    case Kind::kString:
      return value.is_string();
    case Kind::kNumber:
      return value.is_number();
    case Kind::kBoolean:
      return value.is_bool();
    case Kind::kInteger:
      return word(value) == "integer";
    case Kind::kIntOrString:
      return value.is_string() || word(value) == "integer";
    case Kind::kAny:
    case Kind::kQuantity:
      return true;
  }
  return true;
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string plain(double v) { return fmt::format("{}", v); }

std::string_view plural(std::int64_t n) { return n == 1 ? "item" : "items"; }

bool equal_numbers(const json::Value& a, const json::Value& b) {
  return a.is_number() && b.is_number() && a.to_number<double>() == b.to_number<double>();
}

class Validator {
 public:
  void value(const Schema& schema, const json::Value& value, const json::Value* old, const std::string& path) {
    // What an update leaves as it was is not held against it.
    if (old != nullptr && *old == value) return;
    if (value.is_null() && schema.nullable) return;
    type(schema, value, path);
    combinations(schema, value, path);
    if (value.is_string()) string(schema, value, path);
    if (value.is_number()) number(schema, value, path);
    if (value.is_array()) list(schema, value.get_array(), old, path);
    one_of_values(schema, value, path);
    if (value.is_object()) object(schema, value.get_object(), old, path);
  }

  std::vector<FieldError> errors;

 private:
  void add(std::string_view reason, std::string message, const std::string& path) {
    errors.push_back({std::string(reason), std::move(message), path});
  }
  void wrong(const json::Value& value, const std::string& path, std::string_view why) {
    errors.push_back(field_invalid(path, value, fmt::format("{} in body {}", path, why)));
  }
  void unplaced(std::string_view why) { errors.push_back(field_invalid("<nil>", "", why)); }

  void type(const Schema& schema, const json::Value& value, const std::string& path) {
    if (!fits(schema, value)) {
      std::string_view found = word(value);
      const bool sized = schema.kind == Kind::kInteger && !schema.format.empty() && !value.is_string();
      if (sized && !value.is_number()) found = "";
      mismatch(found, path, sized ? schema.format : word(schema));
    } else if (value.is_string() && !schema.format.empty() && !has_format(schema.format, value.get_string())) {
      mismatch(value.get_string(), path, schema.format);
    }
  }

  void mismatch(std::string_view found, const std::string& path, std::string_view expected) {
    const std::string quoted = json::serialize(json::Value(found));
    add("FieldValueTypeInvalid",
        fmt::format("Invalid value: {0}: {1} in body must be of type {2}: {0}", quoted, path, expected), path);
  }

  std::vector<FieldError> errors_of(const Schema& schema, const json::Value& value, const std::string& path) {
    Validator inner;
    inner.value(schema, value, nullptr, path);
    return std::move(inner.errors);
  }

  void combinations(const Schema& schema, const json::Value& value, const std::string& path) {
    choice(schema.any_of, value, path, false);
    choice(schema.one_of, value, path, true);
    std::size_t good = 0;
    for (const Schema* one : schema.all_of) {
      auto found = errors_of(*one, value, path);
      good += found.empty() ? 1U : 0U;
      std::ranges::move(found, std::back_inserter(errors));
    }
    if (good < schema.all_of.size()) {
      unplaced(
          fmt::format("\"{}\" must validate all the schemas (allOf){}", path, good == 0 ? ". None validated" : ""));
    }
    if (schema.negated != nullptr && errors_of(*schema.negated, value, path).empty()) {
      unplaced(fmt::format("\"{}\" must not validate the schema (not)", path));
    }
  }

  // The errors of the first alternative that has the fewest help to see what was meant.
  void choice(const std::vector<const Schema*>& alternatives, const json::Value& value, const std::string& path,
              bool exactly_one) {
    if (alternatives.empty()) return;
    std::size_t good = 0;
    std::optional<std::vector<FieldError>> best;
    for (const Schema* one : alternatives) {
      auto found = errors_of(*one, value, path);
      if (found.empty())
        ++good;
      else if (!best || found.size() < best->size())
        best = std::move(found);
    }
    if (good == 1 || (good > 1 && !exactly_one)) return;
    if (!exactly_one)
      unplaced(fmt::format("\"{}\" must validate at least one schema (anyOf)", path));
    else if (good == 0)
      unplaced(fmt::format("\"{}\" must validate one and only one schema (oneOf). Found none valid", path));
    else
      unplaced(
          fmt::format("\"{}\" must validate one and only one schema (oneOf). Found {} valid alternatives", path, good));
    if (good == 0 && best) std::ranges::move(*best, std::back_inserter(errors));
  }

  void string(const Schema& schema, const json::Value& value, const std::string& path) {
    const std::string_view text = value.get_string();
    const auto length = static_cast<std::int64_t>(code_points(text));
    if (schema.max_length && length > *schema.max_length) {
      add("FieldValueTooLong", fmt::format("Too long: may not be more than {} bytes", *schema.max_length), path);
    } else if (schema.min_length && length < *schema.min_length) {
      wrong(value, path, fmt::format("should be at least {} chars long", *schema.min_length));
    } else if (schema.expression && !re2::RE2::PartialMatch(text, *schema.expression)) {
      wrong(value, path, fmt::format("should match '{}'", schema.pattern));
    }
  }

  void number(const Schema& schema, const json::Value& value, const std::string& path) {
    const double n = value.to_number<double>();
    const bool whole = std::floor(n) == n;
    if (schema.format == "int32" && (!whole || n > INT32_MAX || n < INT32_MIN)) {
      unplaced(fmt::format("Checked value must be of type integer with format int32 in {}", path));
    } else if (schema.format == "int64" && !whole) {
      unplaced(fmt::format("Checked value must be of type integer with format int64 in {}", path));
    }
    if (schema.multiple_of && n == 0) {
      errors.push_back(field_invalid(
          path, value, fmt::format("factor MultipleOf declared for {} must be positive: {}", path, plain(n))));
    } else if (schema.multiple_of && std::fabs(std::remainder(n, *schema.multiple_of)) > 1e-9) {
      wrong(value, path, fmt::format("should be a multiple of {}", plain(*schema.multiple_of)));
    }
    if (schema.maximum && (n > *schema.maximum || (schema.exclusive_maximum && n == *schema.maximum))) {
      wrong(value, path,
            fmt::format("should be less than {}{}", schema.exclusive_maximum ? "" : "or equal to ",
                        plain(*schema.maximum)));
    }
    if (schema.minimum && (n < *schema.minimum || (schema.exclusive_minimum && n == *schema.minimum))) {
      wrong(value, path,
            fmt::format("should be greater than {}{}", schema.exclusive_minimum ? "" : "or equal to ",
                        plain(*schema.minimum)));
    }
  }

  void list(const Schema& schema, const json::Array& array, const json::Value* old, const std::string& path) {
    const json::Array* before = old != nullptr ? old->if_array() : nullptr;
    if (schema.items) {
      for (std::size_t i = 0; i < array.size(); ++i) {
        value(*schema.items->schema, array[i], before_of(schema, before, array[i]), item_path(path, i));
      }
    }
    const auto n = static_cast<std::int64_t>(array.size());
    if (schema.min_items && n < *schema.min_items) {
      wrong_count(n, path, fmt::format("should have at least {} items", *schema.min_items));
    }
    if (schema.max_items && n > *schema.max_items) too_many(n, *schema.max_items, path);
    if (schema.unique_items && has_twins(array)) {
      errors.push_back(field_invalid(path, nullptr, fmt::format("{} in body shouldn't contain duplicates", path)));
    }
  }

  // The item of the stored list that this one continues; lists without keys are compared as a whole only.
  static const json::Value* before_of(const Schema& schema, const json::Array* before, const json::Value& item) {
    if (before == nullptr || schema.list_type != ListType::kMap) return nullptr;
    const auto key = list_key(schema, item);
    const auto it = std::ranges::find_if(*before, [&](const json::Value& one) { return list_key(schema, one) == key; });
    return it == before->end() ? nullptr : &*it;
  }

  static bool has_twins(const json::Array& array) {
    for (std::size_t i = 0; i < array.size(); ++i) {
      if (std::ranges::find(array.begin(), array.begin() + static_cast<std::ptrdiff_t>(i), array[i]) !=
          array.begin() + static_cast<std::ptrdiff_t>(i))
        return true;
    }
    return false;
  }

  void one_of_values(const Schema& schema, const json::Value& value, const std::string& path) {
    if (schema.one_of_values.empty()) return;
    for (const json::Value& one : schema.one_of_values) {
      if (one == value || equal_numbers(one, value)) return;
    }
    std::vector<std::string> list;
    for (const json::Value& one : schema.one_of_values) {
      list.push_back(one.is_string() ? json::serialize(one) : fmt::format("\"{}\"", json::serialize(one)));
    }
    add("FieldValueNotSupported",
        fmt::format("Unsupported value: {}: supported values: {}", json::serialize(value), fmt::join(list, ", ")),
        path);
  }

  void object(const Schema& schema, const json::Object& object, const json::Value* old, const std::string& path) {
    const auto n = static_cast<std::int64_t>(object.size());
    if (schema.min_properties && n < *schema.min_properties) {
      return wrong_count(n, path, fmt::format("should have at least {} properties", *schema.min_properties));
    }
    if (schema.max_properties && n > *schema.max_properties) return too_many(n, *schema.max_properties, path);
    for (const std::string& name : schema.required) {
      if (!object.contains(name)) errors.push_back(field_required(child_path(path, name), ""));
    }
    if (schema.embedded) embedded(schema, object, path);
    const json::Object* before = old != nullptr ? old->if_object() : nullptr;
    for (const auto& [key, member] : object) {
      const std::string_view name = key;
      const json::Value* was = before != nullptr ? before->if_contains(name) : nullptr;
      const auto it = schema.properties.find(name);
      if (it != schema.properties.end())
        value(*it->second.schema, member, was, child_path(path, name));
      else if (schema.values)
        value(*schema.values->schema, member, was, child_path(path, name));
    }
  }

  void embedded(const Schema& schema, const json::Object& object, const std::string& path) {
    for (const std::string_view name : {"apiVersion", "kind"}) {
      if (object.contains(name) || std::ranges::find(schema.required, name) != schema.required.end()) continue;
      errors.push_back(field_required(child_path(path, name), ""));
    }
  }

  void wrong_count(std::int64_t n, const std::string& path, std::string_view why) { wrong(json::Value(n), path, why); }
  void too_many(std::int64_t n, std::int64_t most, const std::string& path) {
    add("FieldValueTooMany", fmt::format("Too many: {}: must have at most {} {}", n, most, plural(most)), path);
  }
};

template <class Visit>
void each_known(const Schema& schema, const json::Value& value, const std::string& path, Visit visit) {
  if (value.is_array() && schema.items) {
    std::size_t i = 0;
    for (const json::Value& item : value.get_array()) visit(*schema.items->schema, item, item_path(path, i++));
  } else if (value.is_object()) {
    for (const auto& [key, member] : value.get_object()) {
      const auto it = schema.properties.find(std::string_view(key));
      if (it != schema.properties.end())
        visit(*it->second.schema, member, child_path(path, key));
      else if (schema.values)
        visit(*schema.values->schema, member, fmt::format("{}[{}]", path, std::string_view(key)));
    }
  }
}

void twins(const Schema& schema, const json::Value& value, const std::string& path, std::vector<FieldError>& errors) {
  if (value.is_array() && schema.list_type != ListType::kAtomic) {
    std::vector<json::Value> seen;
    std::size_t i = 0;
    for (const json::Value& item : value.get_array()) {
      json::Value key = list_key(schema, item);
      if (std::ranges::find(seen, key) != seen.end()) {
        errors.push_back(field_duplicate(item_path(path, i), key));
      } else {
        seen.push_back(std::move(key));
      }
      ++i;
    }
  }
  each_known(schema, value, path, [&](const Schema& below, const json::Value& item, const std::string& at) {
    twins(below, item, at, errors);
  });
}

FieldError broken(const Rule& rule, const std::string& path) {
  const std::string message = rule.message.empty() ? "failed rule: " + rule.rule : rule.message;
  const std::string field = rule.field_path.empty() ? path : path + rule.field_path;
  if (rule.reason == "FieldValueRequired") return field_required(field, message);
  if (rule.reason == "FieldValueForbidden") return field_forbidden(field, message);
  if (rule.reason == "FieldValueDuplicate") return {rule.reason, fmt::format("Duplicate value: {}", message), field};
  return {"FieldValueInvalid", fmt::format("Invalid value: {}", message), field};
}

void rules(const Schema& schema, const json::Value& value, const json::Value* old, const std::string& path,
           std::vector<FieldError>& errors) {
  if (old != nullptr && *old == value) return;
  for (const Rule& rule : schema.rules) {
    if (!rule.holds(value)) errors.push_back(broken(rule, path));
  }
  each_known(schema, value, path, [&](const Schema& below, const json::Value& item, const std::string& at) {
    const json::Object* before = old != nullptr ? old->if_object() : nullptr;
    const std::string name = at.substr(at.rfind('.') + 1);
    rules(below, item, before != nullptr && value.is_object() ? before->if_contains(name) : nullptr, at, errors);
  });
}

bool blocks_rules(const FieldError& error) {
  static constexpr std::string_view kReasons[] = {"FieldValueRequired", "FieldValueTypeInvalid", "FieldValueTooLong",
                                                  "FieldValueTooMany", "FieldValueNotSupported"};
  return std::ranges::find(kReasons, error.reason) != std::end(kReasons);
}

}  // namespace

json::Value list_key(const Schema& schema, const json::Value& item) {
  const auto* object = item.if_object();
  if (schema.list_type != ListType::kMap || object == nullptr) return item;
  json::Object key;
  for (const std::string& name : schema.list_keys) {
    if (const auto* part = object->if_contains(name)) {
      key[name] = *part;
      continue;
    }
    const auto it = schema.items->schema->properties.find(name);
    if (it == schema.items->schema->properties.end()) continue;
    if (it->second.default_value)
      key[name] = *it->second.default_value;
    else if (it->second.always)
      key[name] = it->second.schema->kind == Kind::kString ? json::Value("") : json::Value(0);
  }
  return key;
}

std::vector<FieldError> validate_custom(const KindSchema& schema, const json::Object& object, const json::Object* old) {
  const json::Value whole(object);
  std::optional<json::Value> before;
  if (old != nullptr) before.emplace(*old);
  const json::Value* was = before ? &*before : nullptr;
  Validator validator;
  validator.value(schema.root(), whole, was, "");
  twins(schema.root(), whole, "", validator.errors);
  const bool has_rules = std::ranges::any_of(schema.nodes, [](const Schema& node) { return !node.rules.empty(); });
  if (!has_rules) return std::move(validator.errors);
  if (std::ranges::any_of(validator.errors, blocks_rules)) {
    validator.errors.push_back(field_invalid("<nil>", nullptr,
                                             "some validation rules were not checked because the object was invalid; "
                                             "correct the existing errors to complete validation"));
  } else {
    rules(schema.root(), whole, was, "", validator.errors);
  }
  return std::move(validator.errors);
}

std::vector<FieldError> validate(const KindSchema& schema, const json::Object& object, const json::Object* old) {
  return schema.custom ? validate_custom(schema, object, old) : validate_builtin(schema, object, old);
}

}  // namespace rotor::apiserver::schema
