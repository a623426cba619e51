#include "json/yaml_build.hpp"

#include <cmath>
#include <optional>
#include <set>
#include <unordered_map>

#include "base/encoding.hpp"

namespace rotor::json::yaml {
namespace {

constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

Result<double> as_number(const Resolved& r) {
  if (const auto* d = std::get_if<double>(&r)) return *d;
  if (const auto* i = std::get_if<std::int64_t>(&r)) return static_cast<double>(*i);
  if (const auto* u = std::get_if<std::uint64_t>(&r)) return static_cast<double>(*u);
  return fail(Code::kInvalid, "");
}

bool is_whole(const Resolved& r) {
  return std::holds_alternative<std::int64_t>(r) || std::holds_alternative<std::uint64_t>(r);
}

// Calls `visit(key node, value node, merged)` for every member in the order yaml.v2 stores them: a merge key stands
// for the members of its mappings, the first of several winning.
template <class Visit>
Result<void> each_member(const Node& mapping, bool merged, Budget& budget, Visit& visit) {
  for (const auto& [key, value] : mapping.members) {
    TRY_VOID(budget.take(*key));
    if (!is_merge_key(*key)) {
      TRY_VOID(visit(*key, *value, merged));
      continue;
    }
    constexpr std::string_view kWrong = "a merge key (<<) needs a mapping or a list of mappings";
    if (value->kind == Node::Kind::kMapping) {
      TRY_VOID(each_member(*value, true, budget, visit));
      continue;
    }
    if (value->kind != Node::Kind::kSequence) return fail_at(*value, kWrong);
    for (auto item = value->items.rbegin(); item != value->items.rend(); ++item) {
      if ((*item)->kind != Node::Kind::kMapping) return fail_at(**item, kWrong);
      TRY_VOID(each_member(**item, true, budget, visit));
    }
  }
  return {};
}

Result<std::string> key_of(const Node& key) {
  if (key.kind != Node::Kind::kScalar) return fail_at(key, "a mapping key must be a scalar");
  TRY(const Meaning m, meaning(key));
  std::string text;
  if (m.binary) {
    TRY(text, base64_decode(key.scalar.reveal()));
  } else if (!key_text(m.resolved, key.scalar.reveal(), text)) {
    return fail_at(key, "a mapping key must not be null");
  }
  return text;
}

constexpr std::string_view kDuplicate = "this mapping key appears twice";

class ValueBuilder {
 public:
  ValueBuilder(Duplicates duplicates, Budget& budget) : duplicates_(duplicates), budget_(budget) {}

  Result<Value> build(const Node& node) {
    TRY_VOID(budget_.take(node));
    switch (node.kind) {
      case Node::Kind::kScalar:
        return scalar(node);
      case Node::Kind::kSequence:
        return sequence(node);
      case Node::Kind::kMapping:
        return mapping(node);
    }
    return fail(Code::kInternal, "unknown YAML node");
  }

 private:
  Result<Value> scalar(const Node& node) {
    TRY(const Meaning m, meaning(node));
    if (m.binary) {
      auto bytes = base64_decode(node.scalar.reveal());
      if (!bytes) return fail_at(node, "!!binary needs base64 text");
      return Value(boost::json::string(*bytes));
    }
    if (std::holds_alternative<std::nullptr_t>(m.resolved)) return Value(nullptr);
    if (const auto* flag = std::get_if<bool>(&m.resolved)) return Value(*flag);
    if (const auto* whole = std::get_if<std::int64_t>(&m.resolved)) return Value(*whole);
    if (const auto* large = std::get_if<std::uint64_t>(&m.resolved)) return Value(*large);
    if (const auto* number = std::get_if<double>(&m.resolved)) {
      if (!std::isfinite(*number)) return fail_at(node, "infinity and NaN have no JSON form; quote them");
      return Value(*number);
    }
    return Value(boost::json::string(node.scalar.reveal()));
  }

  Result<Value> sequence(const Node& node) {
    Array out;
    for (const NodePtr& item : node.items) {
      TRY(Value value, build(*item));
      out.push_back(std::move(value));
    }
    return Value(std::move(out));
  }

  Result<Value> mapping(const Node& node) {
    Object out;
    std::set<std::string, std::less<>> own;
    auto visit = [&](const Node& key, const Node& value, bool merged) -> Result<void> {
      TRY(std::string name, key_of(key));
      if (!merged && !own.insert(name).second && duplicates_ == Duplicates::kRefuse) return fail_at(key, kDuplicate);
      TRY(Value built, build(value));
      out.insert_or_assign(name, std::move(built));
      return {};
    };
    TRY_VOID(each_member(node, false, budget_, visit));
    return Value(std::move(out));
  }

  Duplicates duplicates_;
  Budget& budget_;
};

Result<YamlNode> yaml_scalar(const Node& node, YamlNode out) {
  TRY(const Meaning m, meaning(node));
  out.quoted = !node.plain || std::holds_alternative<IsString>(m.resolved);
  if (node.plain && node.tag.empty()) out.quoted = false;
  if (!m.binary) {
    out.scalar = node.scalar;
    return out;
  }
  auto bytes = base64_decode_secret(node.scalar.reveal());
  if (!bytes) return fail_at(node, "!!binary needs base64 text");
  out.scalar = *std::move(bytes);
  out.quoted = true;
  return out;
}

Result<YamlNode> yaml_mapping(const Node& node, YamlNode out, Budget& budget) {
  out.kind = YamlNode::Kind::kMapping;
  std::set<std::string, std::less<>> own;
  std::unordered_map<std::string, std::size_t> places;
  auto visit = [&](const Node& key, const Node& value, bool merged) -> Result<void> {
    if (key.kind != Node::Kind::kScalar) return fail_at(key, "a mapping key must be a scalar");
    std::string name(key.scalar.reveal());
    if (!merged && !own.insert(name).second) return fail_at(key, kDuplicate);
    TRY(YamlNode built, to_yaml_node(value, budget));
    const auto [place, added] = places.try_emplace(name, out.members.size());
    if (added) {
      out.members.push_back({std::move(name), std::move(built)});
    } else {
      out.members[place->second].value = std::move(built);
    }
    return {};
  };
  TRY_VOID(each_member(node, false, budget, visit));
  return out;
}

}  // namespace

Result<void> Budget::take(const Node& node) {
  if (nodes_ == 0 || bytes_ < node.scalar.size())
    return fail_at(node, "the aliases of this document expand to too much");
  --nodes_;
  bytes_ -= node.scalar.size();
  return {};
}

bool is_merge_key(const Node& key) {
  if (key.kind != Node::Kind::kScalar || key.scalar.reveal() != "<<") return false;
  return key.tag.empty() ? key.plain : key.tag == "tag:yaml.org,2002:merge";
}

Result<Meaning> meaning(const Node& scalar) {
  const std::string_view text = scalar.scalar.reveal();
  if (scalar.tag.empty()) return Meaning{scalar.plain ? resolve_plain(text) : Resolved(IsString{})};
  if (!scalar.tag.starts_with(kTagPrefix)) return Meaning{IsString{}};
  const std::string_view tag = std::string_view(scalar.tag).substr(kTagPrefix.size());
  const Resolved plain = resolve_plain(text);
  if (tag == "binary") return Meaning{IsString{}, true};
  if (tag == "float") {
    if (const auto number = as_number(plain)) return Meaning{*number};
  } else if (tag == "int") {
    if (is_whole(plain)) return Meaning{plain};
  } else if (tag == "bool") {
    if (std::holds_alternative<bool>(plain)) return Meaning{plain};
  } else if (tag == "null") {
    if (std::holds_alternative<std::nullptr_t>(plain)) return Meaning{plain};
  } else {
    return Meaning{IsString{}};
  }
  return fail_at(scalar, "this value does not fit its tag");
}

Result<Value> to_value(const Node& root, Duplicates duplicates, Budget& budget) {
  return ValueBuilder(duplicates, budget).build(root);
}

Result<YamlNode> to_yaml_node(const Node& node, Budget& budget) {
  TRY_VOID(budget.take(node));
  YamlNode out;
  out.line = node.line;
  if (node.kind == Node::Kind::kScalar) return yaml_scalar(node, std::move(out));
  if (node.kind == Node::Kind::kMapping) return yaml_mapping(node, std::move(out), budget);
  out.kind = YamlNode::Kind::kSequence;
  for (const NodePtr& item : node.items) {
    TRY(YamlNode built, to_yaml_node(*item, budget));
    out.items.push_back(std::move(built));
  }
  return out;
}

}  // namespace rotor::json::yaml
