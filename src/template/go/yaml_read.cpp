#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "json/yaml_events.hpp"
#include "template/go/format.hpp"
#include "template/go/json.hpp"
#include "template/go/number.hpp"
#include "template/go/quote.hpp"
#include "template/go/yaml_value.hpp"

namespace rotor::tmpl {

namespace {

// What aliases may make of a short document; each counts every time it is used.
constexpr std::size_t kMaxAliased = 200'000;

std::unexpected<Error> too_deep() { return over_budget(kMaxValueDepth, "levels of lists and maps"); }

enum class NodeKind : std::uint8_t { kScalar, kSequence, kMapping, kAlias };

struct YamlNode {
  NodeKind kind = NodeKind::kScalar;
  std::string text, tag, anchor;
  bool plain = false;
  std::vector<std::unique_ptr<YamlNode>> children;
  const YamlNode* target = nullptr;  // of an alias
  bool open = false;                 // being composed or built: an alias to it would contain itself
};
using NodePtr = std::unique_ptr<YamlNode>;

using json::yaml::Events;

// go-yaml's own words for what libyaml found wrong.
std::string parse_error(const yaml_parser_t& parser) {
  std::size_t line = parser.context_mark.line != 0 ? parser.context_mark.line : parser.problem_mark.line;
  if (line != 0 && parser.error == YAML_SCANNER_ERROR) ++line;
  const std::string where = line != 0 ? fmt::format("line {}: ", line) : "";
  return fmt::format("yaml: {}{}", where,
                     parser.problem != nullptr ? parser.problem : "unknown problem parsing YAML content");
}

std::string text_of(const yaml_char_t* s) { return std::string(json::yaml::text_of(s)); }

// Events to nodes.
class Composer {
 public:
  Composer(std::string_view text, YamlErrors errors) : events_(text), errors_(errors) {}

  // Null for a stream without a document.
  Result<NodePtr> run() {
    TRY_VOID(advance());  // stream start
    TRY_VOID(advance());
    if (events_.event().type == YAML_STREAM_END_EVENT) return NodePtr();
    TRY_VOID(advance());  // past the document start
    TRY(NodePtr root, node(0));
    TRY_VOID(advance());  // document end: what follows it is not read
    return root;
  }

 private:
  Result<void> advance() {
    if (events_.next()) return {};
    return rotor::fail(Code::kInvalid, parse_error(events_.parser()));
  }

  std::unexpected<Error> error(std::string message) {
    return rotor::fail(Code::kInvalid, "yaml: " + std::move(message));
  }

  Result<NodePtr> node(int depth) {
    if (depth > kMaxValueDepth) return too_deep();
    if (++count_ > kMaxValues) return over_budget(kMaxValues, "values in one document");
    const yaml_event_t& e = events_.event();
    auto n = std::make_unique<YamlNode>();
    switch (e.type) {
      case YAML_ALIAS_EVENT:
        return alias(std::move(n), text_of(e.data.alias.anchor));
      case YAML_SCALAR_EVENT:
        n->text.assign(reinterpret_cast<const char*>(e.data.scalar.value), e.data.scalar.length);
        n->tag = text_of(e.data.scalar.tag);
        n->plain = e.data.scalar.plain_implicit != 0;
        remember(*n, e.data.scalar.anchor);
        return n;
      case YAML_SEQUENCE_START_EVENT:
        n->kind = NodeKind::kSequence;
        remember(*n, e.data.sequence_start.anchor);
        return children(std::move(n), YAML_SEQUENCE_END_EVENT, depth);
      case YAML_MAPPING_START_EVENT:
        n->kind = NodeKind::kMapping;
        remember(*n, e.data.mapping_start.anchor);
        return children(std::move(n), YAML_MAPPING_END_EVENT, depth);
      default:
        return error("did not find expected node content");
    }
  }

  Result<NodePtr> alias(NodePtr n, const std::string& name) {
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) {
      return error(errors_ == YamlErrors::kExact ? fmt::format("unknown anchor '{}' referenced", name)
                                                 : "unknown anchor referenced");
    }
    n->kind = NodeKind::kAlias;
    n->text = name;
    n->target = found->second;
    return n;
  }

  void remember(const YamlNode& n, const yaml_char_t* anchor) {
    if (anchor != nullptr) anchors_[text_of(anchor)] = &n;
  }

  Result<NodePtr> children(NodePtr n, yaml_event_type_t end, int depth) {
    TRY_VOID(advance());
    while (events_.event().type != end) {
      TRY(NodePtr child, node(depth + 1));
      n->children.push_back(std::move(child));
      TRY_VOID(advance());
    }
    return n;
  }

  Events events_;
  YamlErrors errors_;
  std::map<std::string, const YamlNode*> anchors_;
  std::size_t count_ = 0;
};

std::string go_type(const Value& v) { return v.is_list() ? "[]interface {}" : "map[interface {}]interface {}"; }

// What `%#v` shows of a decoded value.
std::string go_syntax(const Value& v) {
  if (!v.is_list() && !v.is_map()) {
    if (v.is_nil()) return "interface {}(nil)";
    std::string out;
    static_cast<void>(print_format(out, "%#v", {&v, 1}));
    return out;
  }
  std::vector<std::string> parts;
  if (v.is_list()) {
    for (std::size_t i = 0; i < v.size(); ++i) parts.push_back(go_syntax(v.at(i)));
  } else {
    for (const auto& [key, member] : v.members()) parts.push_back(quote(key) + ":" + go_syntax(member));
  }
  return fmt::format("{}{{{}}}", go_type(v), fmt::join(parts, ", "));
}

constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

// Nodes to values, as go-yaml decodes into interface {}.
class Builder {
 public:
  Builder(YamlErrors errors, std::size_t most) : errors_(errors), most_(most) {}
  std::size_t count() const { return count_; }

  Result<Value> value(const YamlNode& n, int depth = 0) {
    if (depth > kMaxValueDepth) return too_deep();
    if (++count_ > most_) return too_many();
    switch (n.kind) {
      case NodeKind::kScalar:
        return scalar(n);
      case NodeKind::kAlias:
        return alias(n, depth);
      case NodeKind::kSequence:
        return sequence(n, depth);
      case NodeKind::kMapping: {
        Map members;
        TRY_VOID(mapping(n, members, depth));
        return Value::map(std::move(members));
      }
    }
    return Value();
  }

 private:
  std::unexpected<Error> error(std::string message) {
    return rotor::fail(Code::kInvalid, "yaml: " + std::move(message));
  }

  Result<Value> alias(const YamlNode& n, int depth) {
    auto& target = const_cast<YamlNode&>(*n.target);  // NOLINT: only its mark is changed
    if (target.open) return error("an anchor's value contains itself");
    target.open = true;
    auto v = value(target, depth + 1);
    target.open = false;
    return v;
  }

  Result<Value> scalar(const YamlNode& n) {
    if (n.tag.empty() && !n.plain) return Value::text(n.text);
    std::string_view tag = n.tag;
    if (tag.starts_with(kTagPrefix))
      tag.remove_prefix(kTagPrefix.size());
    else if (!tag.empty())
      return Value::text(n.text);
    if (tag == "str") return Value::text(n.text);
    if (tag == "binary") {
      auto bytes = base64_decode(n.text);
      if (!bytes) return error("!!binary value contains invalid base64 data");
      return Value::text(*std::move(bytes));
    }
    YamlScalar resolved = resolve_plain(n.text);
    if (tag.empty()) return resolved.value;
    return tagged(n, tag, resolved);
  }

  Result<Value> tagged(const YamlNode& n, std::string_view tag, const YamlScalar& resolved) {
    std::string_view is = "str";
    const Value& v = resolved.value;
    if (resolved.is_timestamp)
      is = "timestamp";
    else if (v.is_nil())
      is = "null";
    else if (v.is(Type::kBool))
      is = "bool";
    else if (v.is(Type::kFloat64))
      is = "float";
    else if (v.is_signed() || v.is_unsigned())
      is = "int";
    if (is == tag) return v;
    if (tag == "float" && v.is(Type::kInt64)) return Value::real(static_cast<double>(v.integer()));
    if (tag != "null" && tag != "bool" && tag != "float" && tag != "int" && tag != "timestamp")
      return Value::text(n.text);
    return error(errors_ == YamlErrors::kExact ? fmt::format("cannot decode !!{} `{}` as a !!{}", is, n.text, tag)
                                               : fmt::format("cannot decode a !!{} as a !!{}", is, tag));
  }

  Result<Value> sequence(const YamlNode& n, int depth) {
    std::vector<Value> items;
    const_cast<YamlNode&>(n).open = true;  // NOLINT
    for (const NodePtr& child : n.children) {
      TRY(Value v, value(*child, depth + 1));
      items.push_back(std::move(v));
    }
    const_cast<YamlNode&>(n).open = false;  // NOLINT
    return Value::list(std::move(items));
  }

  static bool is_merge(const YamlNode& key) {
    return key.kind == NodeKind::kScalar && key.text == "<<" && (key.plain || key.tag == "tag:yaml.org,2002:merge");
  }

  Result<void> mapping(const YamlNode& n, Map& into, int depth) {
    const_cast<YamlNode&>(n).open = true;  // NOLINT
    for (std::size_t i = 0; i + 1 < n.children.size(); i += 2) {
      if (is_merge(*n.children[i])) {
        TRY_VOID(merge(*n.children[i + 1], into, depth));
        continue;
      }
      TRY(const Value k, value(*n.children[i], depth + 1));
      TRY(Value v, value(*n.children[i + 1], depth + 1));
      TRY(std::string name, key(k, v));
      into.insert_or_assign(std::move(name), std::move(v));
    }
    const_cast<YamlNode&>(n).open = false;  // NOLINT
    return {};
  }

  Result<void> merge(const YamlNode& from, Map& into, int depth) {
    constexpr std::string_view kWant = "map merge requires map or sequence of maps as the value";
    const YamlNode& source = from.kind == NodeKind::kAlias ? *from.target : from;
    if (depth > kMaxValueDepth) return too_deep();
    if (++count_ > most_) return too_many();
    if (source.kind == NodeKind::kMapping) {
      if (source.open) return error("an anchor's value contains itself");
      return mapping(source, into, depth + 1);
    }
    if (from.kind != NodeKind::kSequence) return error(std::string(kWant));
    for (std::size_t i = from.children.size(); i-- > 0;) {  // earlier ones win
      const YamlNode& child = *from.children[i];
      const YamlNode& map = child.kind == NodeKind::kAlias ? *child.target : child;
      if (map.kind != NodeKind::kMapping) return error(std::string(kWant));
      if (map.open) return error("an anchor's value contains itself");
      TRY_VOID(mapping(map, into, depth + 1));
    }
    return {};
  }

  Result<std::string> key(const Value& v, const Value& member) const {
    switch (v.type()) {
      case Type::kString:
        return v.text();
      case Type::kBool:
        return std::string(v.boolean() ? "true" : "false");
      case Type::kInt64:
        return fmt::format("{}", v.integer());
      case Type::kFloat64: {
        const std::string s = format_float32(static_cast<float>(v.real()));
        return s == "+Inf" ? ".inf" : (s == "-Inf" ? "-.inf" : (s == "NaN" ? ".nan" : s));
      }
      default:
        if (v.is_list() || v.is_map()) return rotor::fail(Code::kInvalid, invalid_key(v));
        return rotor::fail(Code::kInvalid, unsupported_key(v, member));
    }
  }

  // go-yaml's own words, which quote the key: in full for a value of the template alone.
  std::string invalid_key(const Value& key) const {
    return "yaml: invalid map key: " + (errors_ == YamlErrors::kExact ? go_syntax(key) : go_type(key));
  }

  // Go's words for a null key, missing type and all; only a value of the template may quote the document.
  std::string unsupported_key(const Value& key, const Value& member) const {
    std::string shown;
    if (errors_ == YamlErrors::kExact && key.is_nil() && print_format(shown, "%#v", {&member, 1}))
      return "unsupported map key of type: %!s(<nil>), key: <nil>, value: " + shown;
    return fmt::format("unsupported map key of type: {}", type_name(key.type()));
  }

  std::unexpected<Error> too_many() const {
    return over_budget(static_cast<std::int64_t>(most_), "values made by the aliases of one document");
  }

  YamlErrors errors_;
  std::size_t most_;
  std::size_t count_ = 0;
};

// Without context: a prefix for people.
Result<Value> converted(std::string_view text, YamlErrors errors, std::size_t* nodes = nullptr) {
  auto v = read_yaml(text, errors, nodes);
  if (!v) return std::unexpected(std::move(v).error().prefixed("error converting YAML to JSON"));
  return v;
}

std::string_view json_kind(const Value& v) {
  if (v.is_list()) return "array";
  if (v.is_map()) return "object";
  if (v.is(Type::kBool)) return "bool";
  return v.is_text() ? "string" : "number";
}

Result<std::string> scalar_text(const Value& v) {
  if (v.is_nil()) return std::string();
  if (v.is_text()) return v.text();
  if (v.is(Type::kBool)) return std::string(v.boolean() ? "true" : "false");
  if (v.is(Type::kFloat64)) return format_float32(static_cast<float>(v.real()));
  if (v.is_unsigned()) return fmt::format("{}", v.unsigned_integer());
  if (v.is_signed()) return fmt::format("{}", v.integer());
  return rotor::fail(
      Code::kInvalid,
      fmt::format(
          "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go value of type string",
          json_kind(v)));
}

// JSON carries only valid UTF-8.
std::string through_json(const std::string& s) {
  if (is_utf8(s)) return s;
  std::string quoted;
  append_json_string(quoted, s, false);
  const auto v = read_json(quoted);
  return v ? v->text() : s;
}

}  // namespace

Result<Value> read_yaml(std::string_view text, YamlErrors errors, std::size_t* nodes) {
  Composer composer(text, errors);
  TRY(const NodePtr root, composer.run());
  if (root == nullptr) return Value();
  Builder builder(errors, kMaxAliased + text.size());
  auto v = builder.value(*root);
  if (nodes != nullptr) *nodes = builder.count();
  return v;
}

Result<Value> read_yaml_as_json(std::string_view text, bool floats, YamlErrors errors, std::size_t* nodes) {
  TRY(const Value v, converted(text, errors, nodes));
  auto json = write_json(v);
  if (!json) return std::unexpected(std::move(json).error().prefixed("error converting YAML to JSON"));
  return floats ? read_json(*json) : read_json_keeping_integers(*json);
}

Result<std::map<std::string, std::string>> read_yaml_strings(std::string_view text) {
  TRY(const Value v, converted(text, YamlErrors::kPublic));
  std::map<std::string, std::string> out;
  if (v.is_nil()) return out;
  if (!v.is_map()) {
    return rotor::fail(Code::kInvalid, fmt::format("error unmarshaling JSON: while decoding JSON: json: cannot "
                                                   "unmarshal {} into Go value of type map[string]string",
                                                   json_kind(v)));
  }
  for (const auto& [key, member] : v.members()) {
    TRY(const std::string s, scalar_text(member));
    out.emplace(through_json(key), through_json(s));
  }
  return out;
}

}  // namespace rotor::tmpl
