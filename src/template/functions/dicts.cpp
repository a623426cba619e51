// Dictionaries: map[string]interface {} only; the template's data (map[string]string) is refused by the types.
#include <fmt/format.h>

#include "template/functions/helpers.hpp"

namespace rotor::tmpl {

namespace {

const Map& members(const Value& v) {
  static const Map kEmpty;
  return v.is_nil_container() ? kEmpty : v.members();
}

Returned dict(Context& c, Args a) {
  Map made;
  for (std::size_t i = 0; i < a.size(); i += 2) {
    TRY(std::string key, strval(a[i]));
    TRY_VOID(c.spend_bytes(key.size()));
    made.insert_or_assign(std::move(key), i + 1 < a.size() ? a[i + 1] : Value::text(""));
  }
  return Value::map(std::move(made));
}

Returned get(Context&, Args a) {
  const auto found = members(a[0]).find(str(a, 1));
  return found == members(a[0]).end() ? Value::text("") : found->second;
}

Returned set(Context& c, Args a) {
  if (a[0].is_nil_container()) return bad("assignment to entry in nil map");
  TRY_VOID(c.spend_bytes(str(a, 1).size() + sizeof(Map::value_type)));
  a[0].mutable_members().insert_or_assign(str(a, 1), a[2]);
  if (a[2].is_list() || a[2].is_map()) c.remember(a[0]);
  return a[0];
}

Returned unset(Context&, Args a) {
  if (!a[0].is_nil_container()) a[0].mutable_members().erase(str(a, 1));
  return a[0];
}

Returned pluck(Context&, Args a) {
  std::vector<Value> found;
  for (const Value& d : a.subspan(1)) {
    const auto at = members(d).find(str(a, 0));
    if (at != members(d).end()) found.push_back(at->second);
  }
  return Value::list(std::move(found));
}

Returned keys(Context& c, Args a) {
  std::vector<std::string> all;
  for (const Value& d : a) {
    TRY_VOID(c.spend_bytes(weight_of_members(members(d))));
    for (const auto& [key, _] : members(d)) all.push_back(key);
  }
  return Value::strings(std::move(all));
}

Returned values(Context&, Args a) {
  std::vector<Value> all;
  for (const auto& [_, v] : members(a[0])) all.push_back(v);
  return Value::list(std::move(all));
}

Returned pick(Context& c, Args a) {
  Map kept;
  for (const Value& key : a.subspan(1)) {
    TRY_VOID(c.spend_bytes(key.text().size()));
    const auto at = members(a[0]).find(key.text());
    if (at != members(a[0]).end()) kept.insert(*at);
  }
  return Value::map(std::move(kept));
}

Returned omit(Context& c, Args a) {
  TRY_VOID(c.spend_bytes(weight_of_members(members(a[0]))));
  Map kept = members(a[0]);
  for (const Value& key : a.subspan(1)) kept.erase(key.text());
  return Value::map(std::move(kept));
}

bool mergeable(const Value& v) { return v.is(Type::kAnyMap) && !v.is_nil_container(); }

// mergo: maps merge member by member; otherwise the source fills what is missing or empty, but not with nil, or
// replaces everything.
Result<void> merge_into(Context& c, const Value& target, const Value& source, bool overwrite, int depth) {
  if (depth > kMaxValueDepth) return over_budget(kMaxValueDepth, "levels of lists and maps");
  if (target.identity() == source.identity()) return {};
  TRY_VOID(c.spend_steps(1 + static_cast<std::int64_t>(source.size())));
  TRY_VOID(c.spend_bytes(weight_of_members(source.members())));
  for (const auto& [key, value] : source.members()) {
    Map& into = target.mutable_members();
    const auto at = into.find(key);
    if (at != into.end() && mergeable(at->second) && mergeable(value)) {
      const Value inner = at->second;
      TRY_VOID(merge_into(c, inner, value, overwrite, depth + 1));
    } else if (overwrite || (!value.is_nil() && (at == into.end() || is_empty(at->second)))) {
      into.insert_or_assign(key, value);
    }
  }
  c.remember(target);
  return {};
}

Returned merge(Context& c, Args a, bool overwrite) {
  const Value target = a[0].is_nil_container() ? Value::map({}) : a[0];
  for (const Value& source : a.subspan(1)) {
    if (!source.is_nil_container()) TRY_VOID(merge_into(c, target, source, overwrite, 0));
  }
  return target;
}

Returned dig(Context&, Args a) {
  if (a.size() < 3) return bad("dig needs at least three arguments");
  Value at = a.back();
  for (std::size_t i = 0; i + 2 < a.size(); ++i) {
    if (!a[i].is_text())
      return bad(fmt::format("interface conversion: interface {{}} is {}, not string", type_name(a[i].type())));
  }
  for (std::size_t i = 0; i + 2 < a.size(); ++i) {
    if (!at.is(Type::kAnyMap)) {
      return bad(fmt::format("interface conversion: interface {{}} is {}, not map[string]interface {{}}",
                             type_name(at.type())));
    }
    const auto found = members(at).find(a[i].text());
    if (found == members(at).end()) return a[a.size() - 2];
    const Value next = found->second;
    at = next;
  }
  return at;
}

Returned copy(Context& c, const Value& v, int depth) {
  if (depth > kMaxValueDepth) return over_budget(kMaxValueDepth, "levels of lists and maps");
  TRY_VOID(c.spend_steps(1));
  if (v.is_map() && !v.is_nil_container()) TRY_VOID(c.spend_bytes(weight_of_members(v.members())));
  if (v.is_list()) TRY_VOID(c.spend_bytes(weight(v)));
  if (v.is_list() && !v.is_nil_container()) {
    std::vector<Value> items;
    for (const Value& item : v.items()) {
      TRY(Value made, copy(c, item, depth + 1));
      items.push_back(std::move(made));
    }
    return Value::list(std::move(items), v.type());
  }
  if (v.is_map() && !v.is_nil_container()) {
    Map made;
    for (const auto& [key, member] : v.members()) {
      TRY(Value inner, copy(c, member, depth + 1));
      made.emplace(key, std::move(inner));
    }
    return Value::map(std::move(made), v.type());
  }
  return v;
}

Returned deep_copy(Context& c, Args a) {
  if (a[0].is_nil()) return bad("reflect: call of reflect.Value.Type on zero Value");
  return copy(c, a[0], 0);
}

constexpr Function kDictsTable[] = {
    {"dict", "a*", dict, Cost::kMakes},
    {"get", "ms", get, Cost::kLooks},
    {"set", "msa", set, Cost::kLooks},
    {"unset", "ms", unset, Cost::kLooks},
    {"hasKey", "ms", [](Context&, Args a) -> Returned { return yes(members(a[0]).contains(str(a, 1))); }, Cost::kLooks},
    {"pluck", "sm*", pluck, Cost::kMakes},
    {"keys", "m*", keys},
    {"values", "m", values},
    {"pick", "ms*", pick, Cost::kMakes},
    {"omit", "ms*", omit},
    {"merge", "mm*", [](Context& c, Args a) -> Returned { return merge(c, a, false); }, Cost::kLooks},
    {"mustMerge", "mm*", [](Context& c, Args a) -> Returned { return merge(c, a, false); }, Cost::kLooks},
    {"mergeOverwrite", "mm*", [](Context& c, Args a) -> Returned { return merge(c, a, true); }, Cost::kLooks},
    {"mustMergeOverwrite", "mm*", [](Context& c, Args a) -> Returned { return merge(c, a, true); }, Cost::kLooks},
    {"dig", "a*", dig, Cost::kLooks},
    {"deepCopy", "a", deep_copy, Cost::kLooks},
    {"mustDeepCopy", "a", deep_copy, Cost::kLooks},
    {"deepEqual", "aa",
     [](Context& c, Args a) -> Returned {
       TRY(const bool e, same(c, a[0], a[1]));
       return yes(e);
     },
     Cost::kLooks},
};

}  // namespace

Table dict_functions() { return kDictsTable; }

}  // namespace rotor::tmpl
