#include "apiserver/schema/builtin.hpp"

#include <array>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "apiserver/schema/fill.hpp"
#include "apiserver/schema/member_rule.hpp"
#include "apiserver/schema/schema.hpp"

namespace rotor::apiserver::schema {

namespace {

// The whole table, compiled. Nodes live as long as the table, and the table as long as a kind of it is held.
class Table {
 public:
  Table() {
    const json::Object schemas = document(builtin_schema_lines());
    const json::Object defaults = document(builtin_default_lines());
    types_ = &schemas.at("types").as_object();
    for (const auto& [name, rows] : defaults.at("types").as_object()) add(fills_[std::string(name)], parse_fill, rows);
    const json::Object rules = document(builtin_rule_lines());
    for (const auto& [name, rows] : rules.at("types").as_object())
      add(rules_[std::string(name)], parse_member_rule, rows);
    for (const auto& [name, row] : rules.at("choices").as_object()) {
      auto parsed = parse_choice(row.as_object());
      if (!parsed) throw std::logic_error(parsed.error().message);
      choices_[std::string(name)] = *std::move(parsed);
    }
    for (const auto& [path, type] : schemas.at("kinds").as_object()) add_kind(path, type.as_string());
    types_ = nullptr;
  }

  std::map<std::string, KindSchemaPtr, std::less<>> kinds;

 private:
  // Both tables are part of this program: a mistake in them is ours and ends it.
  static json::Object document(std::span<const std::string_view> lines) {
    std::string text;
    for (const std::string_view line : lines) text += line;
    auto value = json::parse(text);
    if (!value || !value->is_object()) throw std::logic_error("built-in schema table: " + value.error().message);
    return value->get_object();
  }

  template <class Row>
  static void add(std::vector<Row>& out, Result<Row> (*parse)(const json::Object&), const json::Value& rows) {
    for (const json::Value& row : rows.as_array()) {
      auto parsed = parse(row.as_object());
      if (!parsed) throw std::logic_error(parsed.error().message);
      out.push_back(*std::move(parsed));
    }
  }

  void add_kind(std::string_view path, std::string_view type) {
    auto kind = std::make_shared<KindSchema>();
    const auto last = path.rfind('/');
    kind->kind = path.substr(last + 1);
    const std::string_view api_version = path.substr(0, last);
    const auto slash = api_version.find('/');
    if (slash != std::string_view::npos) kind->group = api_version.substr(0, slash);
    kind->version = slash == std::string_view::npos ? api_version : api_version.substr(slash + 1);
    kind->root_ = named(type);
    kind->has_status_subresource = kind->root_->properties.contains("status");
    kinds[std::string(path)] = std::move(kind);
  }

  Schema* add(Kind kind, std::string format = {}) {
    Schema& node = nodes_.emplace_back();
    node.kind = kind;
    node.format = std::move(format);
    return &node;
  }

  const Schema* named(std::string_view name) {
    auto& slot = by_name_[std::string(name)];
    if (slot != nullptr) return slot;
    Schema* node = slot = add(Kind::kObject);  // known before its members are read: types refer to themselves
    node->name = name;
    if (const auto it = fills_.find(name); it != fills_.end()) node->fills = &it->second;
    if (const auto it = rules_.find(name); it != rules_.end()) node->rules_by_code = &it->second;
    if (const auto it = choices_.find(name); it != choices_.end()) node->choice = &it->second;
    const json::Object& entry = types_->at(name).as_object();
    node->atomic_map = entry.contains("atomic");
    if (const auto* required = entry.if_contains("required")) {
      for (const json::Value& one : required->as_array()) node->required.emplace_back(one.as_string());
    }
    for (const auto& [member, row] : entry.at("fields").as_object())
      node->properties[std::string(member)] = property(row);
    check_places(*node);
    return node;
  }

  static void check_places(const Schema& type) {
    const auto must_have = [&](const std::string& name, bool list) {
      const auto it = type.properties.find(name);
      const bool fits = it != type.properties.end() && (!list || it->second.schema->items);
      if (!fits) throw std::logic_error(fmt::format("rules of built-in kinds: no {}.{}", type.name, name));
    };
    if (type.rules_by_code != nullptr) {
      for (const MemberRule& rule : *type.rules_by_code) must_have(rule.at, !rule.unique.empty());
    }
    if (type.choice != nullptr) {
      for (const std::string& name : type.choice->of) must_have(name, false);
    }
  }

  const Schema* scalar(std::string_view text) {
    static constexpr std::pair<std::string_view, std::pair<Kind, std::string_view>> kScalars[] = {
        {"string", {Kind::kString, ""}},
        {"int32", {Kind::kInteger, "int32"}},
        {"int64", {Kind::kInteger, "int64"}},
        {"number", {Kind::kNumber, ""}},
        {"boolean", {Kind::kBoolean, ""}},
        {"bytes", {Kind::kString, "byte"}},
        {"time", {Kind::kString, "time"}},
        {"micro-time", {Kind::kString, "micro-time"}},
        {"quantity", {Kind::kQuantity, ""}},
        {"any", {Kind::kAny, ""}},
        {"int-or-string", {Kind::kIntOrString, ""}}};
    for (const auto& [name, what] : kScalars) {
      if (name != text) continue;
      Schema* node = add(what.first, std::string(what.second));
      node->preserve_unknown = what.first == Kind::kAny;
      return node;
    }
    return nullptr;
  }

  Schema* container(std::string_view text) {
    const std::string_view inner = text.substr(text.find('<') + 1, text.size() - text.find('<') - 2);
    const bool list = text.starts_with("list<");
    Schema* node = add(list ? Kind::kList : Kind::kObject);
    (list ? node->items : node->values) = Property{expression(inner)};
    return node;
  }

  const Schema* expression(std::string_view text) {
    if (text.ends_with('>')) return container(text);
    if (const Schema* node = scalar(text)) return node;
    return named(text);
  }

  Property property(const json::Value& row) {
    const json::Object* more = row.if_object();
    std::string_view text = more != nullptr ? more->at("is").as_string() : row.as_string();
    Property out;
    out.always = text.ends_with('!');
    out.vanishes = text.ends_with('~');
    if (out.always || out.vanishes) text.remove_suffix(1);
    out.schema = expression(text);
    if (more != nullptr) refine(out, *more, text);
    return out;
  }

  // Facts that belong to the place go to the property; those of an unnamed type to its own node.
  void refine(Property& out, const json::Object& more, std::string_view text) {
    if (const auto* value = more.if_contains("default")) out.default_value = *value;
    out.retain_keys = more.contains("retain");
    const bool own = text.ends_with('>') || scalar(text) != nullptr;
    if (!own) return;
    auto& node = const_cast<Schema&>(*out.schema);  // made by expression() just now, for this place alone
    if (const auto* keys = more.if_contains("keys")) {
      node.list_type = ListType::kMap;
      for (const json::Value& key : keys->as_array()) node.list_keys.emplace_back(key.as_string());
    }
    if (more.contains("set")) node.list_type = ListType::kSet;
    if (const auto* key = more.if_contains("merge")) {
      node.merge = true;
      node.merge_key = key->as_string();
    }
    node.atomic_map = more.contains("atomic");
    if (const auto* values = more.if_contains("enum"))
      node.one_of_values.assign(values->as_array().begin(), values->as_array().end());
  }

  std::deque<Schema> nodes_;
  std::map<std::string, Schema*, std::less<>> by_name_;
  std::map<std::string, std::vector<Fill>, std::less<>> fills_;
  std::map<std::string, std::vector<MemberRule>, std::less<>> rules_;
  std::map<std::string, Choice, std::less<>> choices_;
  const json::Object* types_ = nullptr;
};

const Table& table() {
  static const Table instance;
  return instance;
}

}  // namespace

KindSchemaPtr builtin(std::string_view api_version, std::string_view kind) {
  const auto& kinds = table().kinds;
  const auto it = kinds.find(fmt::format("{}/{}", api_version, kind));
  return it == kinds.end() ? nullptr : it->second;
}

KindSchemaPtr untyped(std::string_view api_version, std::string_view kind) {
  auto out = std::make_shared<KindSchema>();
  const auto slash = api_version.find('/');
  if (slash != std::string_view::npos) out->group = api_version.substr(0, slash);
  out->version = slash == std::string_view::npos ? api_version : api_version.substr(slash + 1);
  out->kind = kind;
  out->custom = true;
  Schema& root = out->nodes.emplace_back();
  root.kind = Kind::kObject;
  root.preserve_unknown = true;
  out->root_ = &root;
  add_whole(*out);
  return out;
}

void add_whole(KindSchema& custom) {
  static const Schema* const kText = object_meta()->properties.at("name").schema;
  Schema& whole = custom.nodes.emplace_back(custom.root());
  whole.properties["apiVersion"] = Property{kText};
  whole.properties["kind"] = Property{kText};
  whole.properties["metadata"] = Property{object_meta()};
  custom.whole_ = &whole;
}

const Schema* object_meta() { return builtin("v1", "ConfigMap")->root().properties.at("metadata").schema; }

}  // namespace rotor::apiserver::schema
