#include <re2/re2.h>

#include "apiserver/schema/builtin.hpp"
#include "apiserver/schema/path.hpp"
#include "apiserver/schema/rules.hpp"
#include "apiserver/schema/schema.hpp"

namespace rotor::apiserver::schema {

namespace {

constexpr int kMaxDepth = 100;

// Go's `(?<name>` is RE2's `(?P<name>`; `\C` has no meaning on text.
std::string as_re2(std::string_view pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern.substr(i, 3) == "(?<" && i + 3 < pattern.size() && pattern[i + 3] != '=' && pattern[i + 3] != '!') {
      out += "(?P<";
      i += 2;
    } else {
      out += pattern[i];
      if (pattern[i] == '\\' && i + 1 < pattern.size()) out += pattern[++i];
    }
  }
  return out;
}

class Compiler {
 public:
  explicit Compiler(std::deque<Schema>& nodes) : nodes_(nodes) {}

  Result<const Schema*> compile(const json::Value& source, const std::string& path, int depth = 0, bool loose = false) {
    const auto* object = source.if_object();
    if (object == nullptr) return fail(Code::kInvalid, fmt::format("schema of \"{}\" must be an object", path));
    if (depth > kMaxDepth) return fail(Code::kInvalid, fmt::format("schema of \"{}\" is nested too deeply", path));
    Schema& out = nodes_.emplace_back();
    TRY_VOID(kind(out, *object, path));
    flags(out, *object);
    out.loose = loose || out.preserve_unknown;
    limits(out, *object);
    TRY_VOID(pattern(out, *object, path));
    TRY_VOID(members(out, *object, path, depth));
    TRY_VOID(combinations(out, *object, path, depth));
    TRY_VOID(rules(out, *object, path));
    return &out;
  }

 private:
  static std::string_view text(const json::Object& o, std::string_view key) {
    const auto* v = o.if_contains(key);
    return v != nullptr && v->is_string() ? std::string_view(v->get_string()) : std::string_view();
  }
  static bool flag(const json::Object& o, std::string_view key) {
    const auto* v = o.if_contains(key);
    return v != nullptr && v->is_bool() && v->get_bool();
  }
  static std::optional<double> number(const json::Object& o, std::string_view key) {
    const auto* v = o.if_contains(key);
    return v != nullptr && v->is_number() ? std::optional(v->to_number<double>()) : std::nullopt;
  }
  static std::optional<std::int64_t> count(const json::Object& o, std::string_view key) {
    const auto n = number(o, key);
    return n ? std::optional(static_cast<std::int64_t>(*n)) : std::nullopt;
  }
  static const json::Array* array(const json::Object& o, std::string_view key) {
    const auto* v = o.if_contains(key);
    return v == nullptr ? nullptr : v->if_array();
  }

  static Result<void> kind(Schema& out, const json::Object& o, const std::string& path) {
    static constexpr std::pair<std::string_view, Kind> kKinds[] = {
        {"object", Kind::kObject}, {"array", Kind::kList},      {"string", Kind::kString}, {"integer", Kind::kInteger},
        {"number", Kind::kNumber}, {"boolean", Kind::kBoolean}, {"", Kind::kAny}};
    const std::string_view type = text(o, "type");
    if (flag(o, "x-kubernetes-int-or-string")) {
      out.kind = Kind::kIntOrString;
      return {};
    }
    for (const auto& [name, kind] : kKinds) {
      if (name != type) continue;
      out.kind = kind;
      return {};
    }
    return fail(Code::kInvalid, fmt::format("schema of \"{}\": type \"{}\" is not supported", path, type));
  }

  static void flags(Schema& out, const json::Object& o) {
    out.nullable = flag(o, "nullable");
    out.preserve_unknown = flag(o, "x-kubernetes-preserve-unknown-fields");
    out.embedded = flag(o, "x-kubernetes-embedded-resource");
    out.atomic_map = text(o, "x-kubernetes-map-type") == "atomic";
    const std::string_view list = text(o, "x-kubernetes-list-type");
    out.list_type = list == "map" ? ListType::kMap : list == "set" ? ListType::kSet : ListType::kAtomic;
    if (const auto* keys = array(o, "x-kubernetes-list-map-keys")) {
      for (const json::Value& key : *keys) {
        if (key.is_string()) out.list_keys.emplace_back(key.get_string());
      }
    }
    if (const auto* names = array(o, "required")) {
      for (const json::Value& name : *names) {
        if (name.is_string()) out.required.emplace_back(name.get_string());
      }
    }
    if (const auto* values = array(o, "enum")) out.one_of_values.assign(values->begin(), values->end());
    out.format = text(o, "format");
  }

  static void limits(Schema& out, const json::Object& o) {
    out.minimum = number(o, "minimum");
    out.maximum = number(o, "maximum");
    out.multiple_of = number(o, "multipleOf");
    out.exclusive_minimum = flag(o, "exclusiveMinimum");
    out.exclusive_maximum = flag(o, "exclusiveMaximum");
    out.min_length = count(o, "minLength");
    out.max_length = count(o, "maxLength");
    out.min_items = count(o, "minItems");
    out.max_items = count(o, "maxItems");
    out.min_properties = count(o, "minProperties");
    out.max_properties = count(o, "maxProperties");
    out.unique_items = flag(o, "uniqueItems");
  }

  static Result<void> pattern(Schema& out, const json::Object& o, const std::string& path) {
    out.pattern = text(o, "pattern");
    if (out.pattern.empty()) return {};
    RE2::Options quiet;
    quiet.set_log_errors(false);
    auto expression = std::make_shared<re2::RE2>(as_re2(out.pattern), quiet);
    if (!expression->ok()) {
      return fail(Code::kInvalid, fmt::format("schema of \"{}\": pattern '{}' does not compile: {}", path, out.pattern,
                                              expression->error()));
    }
    out.expression = std::move(expression);
    return {};
  }

  Result<Property> place(const json::Value& source, const std::string& path, int depth, bool loose) {
    Property out;
    TRY(out.schema, compile(source, path, depth + 1, loose));
    if (const auto* value = source.as_object().if_contains("default")) out.default_value = *value;
    return out;
  }

  Result<void> members(Schema& out, const json::Object& o, const std::string& path, int depth) {
    if (const auto* properties = o.if_contains("properties"); properties != nullptr && properties->is_object()) {
      for (const auto& [name, source] : properties->get_object()) {
        TRY(out.properties[std::string(name)], place(source, child_path(path, name), depth, out.loose));
      }
    }
    if (const auto* values = o.if_contains("additionalProperties")) {
      if (values->is_object()) {
        TRY(out.values, place(*values, path + "[*]", depth, out.loose));
      } else if (values->is_bool() && values->get_bool()) {
        Schema& any = nodes_.emplace_back();
        any.preserve_unknown = true;
        out.values = Property{&any};
      } else {
        out.values_forbidden = true;
      }
    }
    if (const auto* items = o.if_contains("items"); items != nullptr && items->is_object()) {
      TRY(out.items, place(*items, path + "[]", depth, out.loose));
    }
    return {};
  }

  Result<void> combinations(Schema& out, const json::Object& o, const std::string& path, int depth) {
    const auto all = [&](std::string_view key, std::vector<const Schema*>& into) -> Result<void> {
      const auto* list = array(o, key);
      // anyOf of an int-or-string only says so once more.
      if (list == nullptr || out.kind == Kind::kIntOrString) return {};
      for (const json::Value& one : *list) {
        TRY(const Schema* node, compile(one, path, depth + 1));
        into.push_back(node);
      }
      return {};
    };
    TRY_VOID(all("allOf", out.all_of));
    TRY_VOID(all("anyOf", out.any_of));
    TRY_VOID(all("oneOf", out.one_of));
    if (const auto* negated = o.if_contains("not")) {
      TRY(out.negated, compile(*negated, path, depth + 1));
    }
    return {};
  }

  static Result<void> rules(Schema& out, const json::Object& o, const std::string& path) {
    const auto* list = array(o, "x-kubernetes-validations");
    if (list == nullptr) return {};
    for (const json::Value& entry : *list) {
      const auto* row = entry.if_object();
      if (row == nullptr) continue;
      Rule rule;
      rule.rule = text(*row, "rule");
      rule.message = text(*row, "message");
      rule.field_path = text(*row, "fieldPath");
      rule.reason = text(*row, "reason");
      rule.holds = check_of(rule.rule);
      if (rule.holds == nullptr) {
        return fail(
            Code::kInvalid,
            fmt::format(
                "validation rule of \"{}\" is not one this server can check: \"{}\". The embedded server knows a "
                "fixed list of CEL rules; use a real API server for this CRD, or remove the rule",
                path, rule.rule));
      }
      out.rules.push_back(std::move(rule));
    }
    return {};
  }

  std::deque<Schema>& nodes_;
};

}  // namespace

Result<KindSchemaPtr> compile(const json::Object& open_api_schema, std::string_view group, std::string_view version,
                              std::string_view kind, bool status) {
  auto out = std::make_shared<KindSchema>();
  out->group = group;
  out->version = version;
  out->kind = kind;
  out->custom = true;
  out->has_status_subresource = status;
  TRY(out->root_, Compiler(out->nodes).compile(json::Value(open_api_schema), ""));
  add_whole(*out);
  return out;
}

}  // namespace rotor::apiserver::schema
