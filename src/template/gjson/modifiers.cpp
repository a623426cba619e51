#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <ranges>
#include <string>

#include "base/trim.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "template/gjson/eval.hpp"
#include "template/gjson/scan.hpp"

namespace rotor::gjson {
namespace {

using Modifier = std::string_view (*)(std::string_view json, std::string_view argument, Evaluator& evaluator);

// Joins what is put with commas between brackets.
class List {
 public:
  explicit List(std::string_view open) : out_(open) {}
  void next() {
    if (!first_) out_.append(",");
    first_ = false;
  }
  void put(std::string_view text) { out_.append(text); }
  std::string_view finish(std::string_view close, Evaluator& evaluator) {
    out_.append(close);
    return evaluator.scratch().keep(std::move(out_));
  }

 private:
  SecretBytes out_;
  bool first_ = true;
};

bool flag(std::string_view argument, std::string_view name, Evaluator& evaluator) {
  bool value = false;
  if (argument.empty()) return false;
  each(parse(argument, evaluator.scratch()), evaluator.scratch(), [&](const Found& key, const Found& v) {
    if (key.str == name) value = truthy(v);
    return true;
  });
  return value;
}

// What stands between the brackets of an array or object.
std::string_view inside(std::string_view json) {
  json = trim(json);
  if (json.size() >= 2 && (json[0] == '[' || json[0] == '{')) return json.substr(1, json.size() - 2);
  return json;
}

std::string_view mod_this(std::string_view json, std::string_view, Evaluator&) { return json; }

std::string_view mod_ugly(std::string_view json, std::string_view, Evaluator& e) {
  return e.scratch().keep(ugly(json));
}

// Only white space may come from the path: other bytes of an indent are dropped.
SecretBytes white_space_of(const Found& value) {
  const SecretBytes text = text_of(value);
  SecretBytes out;
  for (const char c : text.reveal()) {
    if (std::string_view(" \t\r\n").find(c) != std::string_view::npos) out.append(std::string_view(&c, 1));
  }
  return out;
}

std::int64_t integer_of(const Found& value) {
  const double number = value.kind == Kind::kString ? parse_float(value.str)
                        : value.kind == Kind::kTrue ? 1
                                                    : value.num;
  return std::isfinite(number) ? static_cast<std::int64_t>(std::clamp(number, -1e15, 1e15)) : 0;
}

std::string_view mod_pretty(std::string_view json, std::string_view argument, Evaluator& e) {
  PrettyOptions options;
  each(parse(argument, e.scratch()), e.scratch(), [&](const Found& key, const Found& value) {
    if (key.str == "sortKeys") options.sort_keys = truthy(value);
    if (key.str == "indent") options.indent = white_space_of(value);
    if (key.str == "prefix") options.prefix = white_space_of(value);
    if (key.str == "width") options.width = integer_of(value);
    return true;
  });
  return e.scratch().keep(pretty(json, options, e.scratch()));
}

std::string_view mod_reverse(std::string_view json, std::string_view, Evaluator& e) {
  const Found value = parse(json, e.scratch());
  if (!value.is_array() && !value.is_object()) return json;
  std::vector<std::pair<Found, Found>> items;
  each(value, e.scratch(), [&](const Found& key, const Found& v) {
    items.emplace_back(key, v);
    return true;
  });
  List out(value.is_array() ? "[" : "{");
  for (const auto& [key, v] : std::views::reverse(items)) {
    out.next();
    if (value.is_object()) {
      out.put(key.raw);
      out.put(":");
    }
    out.put(v.raw);
  }
  return out.finish(value.is_array() ? "]" : "}", e);
}

std::string_view flatten(std::string_view json, bool deep, Evaluator& e, int depth) {
  const Found value = parse(json, e.scratch());
  if (!value.is_array()) return json;
  List out("[");
  each(value, e.scratch(), [&](const Found&, const Found& item) {
    std::string_view raw = item.raw;
    if (item.is_array()) raw = inside(deep && e.scratch().descend(depth + 1) ? flatten(raw, deep, e, depth + 1) : raw);
    raw = trimmed(raw, " \t\n\v\f\r");
    if (!raw.empty()) {
      out.next();
      out.put(raw);
    }
    return !e.scratch().exhausted();
  });
  return out.finish("]", e);
}

std::string_view mod_flatten(std::string_view json, std::string_view argument, Evaluator& e) {
  return flatten(json, flag(argument, "deep", e), e, 0);
}

std::string_view mod_keys(std::string_view json, std::string_view, Evaluator& e) {
  const Found value = parse(json, e.scratch());
  List out("[");
  each(value, e.scratch(), [&](const Found& key, const Found&) {
    out.next();
    out.put(value.is_object() ? key.raw : "null");
    return true;
  });
  return out.finish("]", e);
}

std::string_view mod_values(std::string_view json, std::string_view, Evaluator& e) {
  const Found value = parse(json, e.scratch());
  if (value.is_array()) return json;
  List out("[");
  each(value, e.scratch(), [&](const Found&, const Found& v) {
    out.next();
    out.put(v.raw);
    return true;
  });
  return out.finish("]", e);
}

std::string_view join_all(const Found& value, Evaluator& e) {
  List out("{");
  each(value, e.scratch(), [&](const Found&, const Found& item) {
    if (item.is_object()) {
      out.next();
      out.put(inside(item.raw));
    }
    return true;
  });
  return out.finish("}", e);
}

// Members keep the place of their first appearance and take the value of the last.
std::string_view join_unique(const Found& value, Evaluator& e) {
  std::vector<std::pair<std::string_view, std::string_view>> members;
  std::map<std::string_view, std::size_t> places;
  each(value, e.scratch(), [&](const Found&, const Found& item) {
    if (!item.is_object()) return true;
    each(item, e.scratch(), [&](const Found& key, const Found& v) {
      const auto [place, added] = places.try_emplace(key.str, members.size());
      if (added) members.emplace_back(key.raw, v.raw);
      members[place->second].second = v.raw;
      return true;
    });
    return true;
  });
  List out("{");
  for (const auto& [key, raw] : members) {
    out.next();
    out.put(key);
    out.put(":");
    out.put(raw);
  }
  return out.finish("}", e);
}

std::string_view mod_join(std::string_view json, std::string_view argument, Evaluator& e) {
  const Found value = parse(json, e.scratch());
  if (!value.is_array()) return json;
  return flag(argument, "preserve", e) ? join_all(value, e) : join_unique(value, e);
}

std::string_view mod_valid(std::string_view json, std::string_view, Evaluator&) {
  return json::validate(json) ? json : std::string_view{};
}

std::string_view mod_fromstr(std::string_view json, std::string_view, Evaluator& e) {
  if (!json::validate(json)) return {};
  return e.scratch().keep(text_of(parse(json, e.scratch())));
}

std::string_view mod_tostr(std::string_view json, std::string_view, Evaluator& e) {
  SecretBytes out;
  json::Writer(out, json::Escape::kHtml).string(json);
  return e.scratch().keep(std::move(out));
}

std::string_view mod_group(std::string_view json, std::string_view, Evaluator& e) {
  const Found value = parse(json, e.scratch());
  if (!value.is_object()) return {};
  std::vector<SecretBytes> rows;
  each(value, e.scratch(), [&](const Found& key, const Found& column) {
    if (!column.is_array()) return true;
    std::size_t row = 0;
    each(column, e.scratch(), [&](const Found&, const Found& cell) {
      if (row == rows.size()) rows.emplace_back("{");
      SecretBytes& out = rows[row++];
      if (out.size() > 1) out.append(",");
      out.append(key.raw);
      out.append(":");
      out.append(cell.raw);
      return true;
    });
    return true;
  });
  List out("[");
  for (const SecretBytes& row : rows) {
    out.next();
    out.put(row.reveal());
    out.put("}");
  }
  return out.finish("]", e);
}

void dig(const Found& value, std::string_view path, List& out, Evaluator& e, int depth) {
  if (!e.scratch().descend(depth)) return;
  if (const Found found = e.get(value.raw, path); found.exists()) {
    out.next();
    out.put(found.raw);
  }
  if (!value.is_array() && !value.is_object()) return;
  each(value, e.scratch(), [&](const Found&, const Found& item) {
    dig(item, path, out, e, depth + 1);
    return !e.scratch().exhausted();
  });
}

std::string_view mod_dig(std::string_view json, std::string_view argument, Evaluator& e) {
  List out("[");
  dig(parse(json, e.scratch()), argument, out, e, 0);
  return out.finish("]", e);
}

constexpr std::array<std::pair<std::string_view, Modifier>, 13> kModifiers = {{{"pretty", mod_pretty},
                                                                               {"ugly", mod_ugly},
                                                                               {"reverse", mod_reverse},
                                                                               {"this", mod_this},
                                                                               {"flatten", mod_flatten},
                                                                               {"join", mod_join},
                                                                               {"valid", mod_valid},
                                                                               {"keys", mod_keys},
                                                                               {"values", mod_values},
                                                                               {"tostr", mod_tostr},
                                                                               {"fromstr", mod_fromstr},
                                                                               {"group", mod_group},
                                                                               {"dig", mod_dig}}};

const std::pair<std::string_view, Modifier>* modifier(std::string_view name) {
  const auto* found = std::ranges::find(kModifiers, name, [](const auto& m) { return m.first; });
  return found == kModifiers.end() ? nullptr : found;
}

}  // namespace

bool is_modifier(std::string_view name) { return modifier(name) != nullptr; }

std::string_view run(std::string_view name, std::string_view json, std::string_view argument, Evaluator& evaluator) {
  return modifier(name)->second(json, argument, evaluator);
}

}  // namespace rotor::gjson
