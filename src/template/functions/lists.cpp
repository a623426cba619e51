// Lists (sprig). Nothing here changes its argument, but sortAlpha, which sorts a []string in place as Go does.
#include <algorithm>

#include <fmt/format.h>

#include "template/functions/helpers.hpp"
#include "template/go/unicode.hpp"

namespace rotor::tmpl {

namespace {

std::unexpected<Error> cannot(std::string_view verb, const Value& v) {
  if (v.is_nil()) return bad("invalid memory address or nil pointer dereference");
  return bad(fmt::format("Cannot {} on type {}", verb, kind_name(v.type())));
}

Returned first(Context&, Args a) {
  if (!a[0].is_list()) return cannot("find first", a[0]);
  return a[0].size() == 0 ? Value() : a[0].at(0);
}

Returned last(Context&, Args a) {
  if (!a[0].is_list()) return cannot("find last", a[0]);
  return a[0].size() == 0 ? Value() : a[0].at(a[0].size() - 1);
}

Returned rest(Context&, Args a) {
  if (!a[0].is_list()) return cannot("find rest", a[0]);
  if (a[0].size() == 0) return Value::nil_list();
  return Value::list(a[0].window(1, a[0].size()).items());
}

Returned initial(Context&, Args a) {
  if (!a[0].is_list()) return cannot("find initial", a[0]);
  if (a[0].size() == 0) return Value::nil_list();
  return Value::list(a[0].window(0, a[0].size() - 1).items());
}

Returned append(Context&, Args a) {
  if (!a[0].is_list()) return cannot("push", a[0]);
  std::vector<Value> items = a[0].items();
  items.push_back(a[1]);
  return Value::list(std::move(items));
}

Returned prepend(Context&, Args a) {
  if (!a[0].is_list()) return cannot("prepend", a[0]);
  std::vector<Value> items = a[0].items();
  items.insert(items.begin(), a[1]);
  return Value::list(std::move(items));
}

Returned concat(Context& c, Args a) {
  std::vector<Value> items;
  for (const Value& v : a) {
    if (v.is_nil()) return cannot("concat", v);
    if (!v.is_list()) return bad(fmt::format("Cannot concat type {} as list", kind_name(v.type())));
    TRY_VOID(c.allow_bytes((items.size() + v.size()) * sizeof(Value)));
    const std::vector<Value> more = v.items();
    items.insert(items.end(), more.begin(), more.end());
  }
  return items.empty() ? Value::nil_list() : Value::list(std::move(items));
}

Returned reverse(Context&, Args a) {
  if (!a[0].is_list()) return cannot("find reverse", a[0]);
  std::vector<Value> items = a[0].items();
  std::ranges::reverse(items);
  return Value::list(std::move(items));
}

Result<bool> holds(Context& c, std::span<const Value> items, const Value& wanted) {
  for (const Value& v : items) {
    TRY(const bool found, same(c, v, wanted));
    if (found) return true;
  }
  return false;
}

Returned uniq(Context& c, Args a) {
  if (!a[0].is_list()) return cannot("find uniq", a[0]);
  std::vector<Value> kept;
  for (const Value& v : a[0].items()) {
    TRY(const bool known, holds(c, kept, v));
    if (!known) kept.push_back(v);
  }
  return Value::list(std::move(kept));
}

Returned compact(Context&, Args a) {
  if (!a[0].is_list()) return cannot("compact", a[0]);
  std::vector<Value> kept = a[0].items();
  std::erase_if(kept, is_empty);
  return Value::list(std::move(kept));
}

Returned without(Context& c, Args a) {
  if (!a[0].is_list()) return cannot("find without", a[0]);
  std::vector<Value> kept;
  for (const Value& v : a[0].items()) {
    TRY(const bool dropped, holds(c, a.subspan(1), v));
    if (!dropped) kept.push_back(v);
  }
  return Value::list(std::move(kept));
}

Returned has(Context& c, Args a) {
  if (a[1].is_nil()) return yes(false);
  if (!a[1].is_list()) return cannot("find has", a[1]);
  TRY(const bool found, holds(c, a[1].items(), a[0]));
  return yes(found);
}

Returned slice(Context&, Args a) {
  if (a[0].is_nil()) return cannot("slice", a[0]);
  if (!a[0].is_list()) return bad(fmt::format("list should be type of slice or array but {}", kind_name(a[0].type())));
  const auto size = static_cast<std::int64_t>(a[0].size());
  if (size == 0) return Value();
  const std::int64_t start = a.size() > 1 ? cast_int(a[1]) : 0;
  const std::int64_t end = a.size() > 2 ? cast_int(a[2]) : size;
  if (start < 0 || end > size || start > end) return bad("reflect.Value.Slice: slice index out of bounds");
  return a[0].window(static_cast<std::size_t>(start), static_cast<std::size_t>(end));
}

// sprig takes a negative size as it comes: one item is a chunk, a few are none, no items or many are an error.
Returned chunk_backwards(const Value& list, std::int64_t size) {
  const auto count = static_cast<double>(list.size());
  const bool negative = count == 0 || (count == 1 && size == -1) || count - 1 > -static_cast<double>(size);
  if (negative) return bad("runtime error: makeslice: len out of range");
  if (count > 1) return Value::list({}, Type::kListList);
  return Value::list({Value::list(list.items())}, Type::kListList);
}

Returned chunk(Context& c, Args a) {
  if (a[1].is_nil()) return cannot("chunk", a[1]);
  if (!a[1].is_list()) return bad(fmt::format("Cannot chunk type {}", kind_name(a[1].type())));
  const std::int64_t n = a[0].integer();
  if (n == 0) return bad("runtime error: integer divide by zero");
  if (n < 0) return chunk_backwards(a[1], n);
  std::vector<Value> chunks;
  const std::size_t size = a[1].size();
  const auto step = static_cast<std::size_t>(n);
  TRY_VOID(c.spend_bytes((size / step + 1) * weight(Value::list({}))));
  for (std::size_t i = 0; i < size; i += std::min(step, size - i)) {
    chunks.push_back(Value::list(a[1].window(i, i + std::min(step, size - i)).items()));
  }
  return Value::list(std::move(chunks), Type::kListList);
}

Returned sort_alpha(Context& c, Args a) {
  if (!a[0].is_list()) {
    TRY(std::string s, strval(a[0]));
    return Value::strings({std::move(s)});
  }
  Value list = a[0];
  if (!list.is(Type::kStringList)) {
    TRY(auto all, string_list(c, a[0]));
    list = Value::strings(std::move(all));
  }
  // Comparing takes a logarithmic number of rounds; twenty cover a million.
  TRY_VOID(c.spend_steps(static_cast<std::int64_t>(list.size()) * 4));
  list.sort_items([](const Value& x, const Value& y) { return x.text() < y.text(); });
  return list;
}

Returned join(Context& c, Args a) {
  TRY(const std::vector<std::string> parts, string_list(c, a[1]));
  std::size_t size = parts.size() * str(a, 0).size();
  for (const std::string& s : parts) size += s.size();
  TRY_VOID(c.allow_text(size));
  return text(fmt::format("{}", fmt::join(parts, str(a, 0))));
}

Result<std::vector<std::string>> split_text(Context& c, std::string_view s, std::string_view separator,
                                            std::int64_t most) {
  constexpr std::size_t kPiece = 128;
  std::vector<std::string> out;
  if (most == 0) return out;
  if (separator.empty()) {
    while (!s.empty()) {
      const bool last_piece = most > 0 && static_cast<std::int64_t>(out.size()) == most - 1;
      const std::size_t n = last_piece ? s.size() : static_cast<std::size_t>(decode_rune(s).width);
      TRY_VOID(c.spend_bytes(kPiece));
      out.emplace_back(s.substr(0, n));
      s.remove_prefix(n);
    }
    return out;
  }
  while (most < 0 || static_cast<std::int64_t>(out.size()) < most - 1) {
    const auto at = find_text(s, separator);
    if (at == std::string_view::npos) break;
    TRY_VOID(c.spend_bytes(kPiece));
    out.emplace_back(s.substr(0, at));
    s.remove_prefix(at + separator.size());
  }
  out.emplace_back(s);
  return out;
}

Returned numbered(Result<std::vector<std::string>> split) {
  TRY(auto parts, std::move(split));
  Map members;
  for (std::size_t i = 0; i < parts.size(); ++i)
    members.emplace(fmt::format("_{}", i), Value::text(std::move(parts[i])));
  return Value::map(std::move(members), Type::kStringMap);
}

// Whole numbers from start towards stop, which is left out.
Returned numbers(Context& c, std::int64_t start, std::int64_t stop, std::int64_t step) {
  std::vector<Value> items;
  if (step == 0 || (stop > start) != (step > 0)) return Value::list({}, Type::kIntList);
  const auto distance = static_cast<__int128>(stop) - start;
  const __int128 count = (distance + step + (step > 0 ? -1 : 1)) / step;
  TRY_VOID(c.allow_bytes(count > 1LL << 40 ? SIZE_MAX : static_cast<std::size_t>(count) * sizeof(Value)));
  TRY_VOID(c.spend_steps(static_cast<std::int64_t>(count / 4)));
  items.reserve(static_cast<std::size_t>(count));
  for (__int128 i = 0; i < count; ++i) items.push_back(Value::integer(static_cast<std::int64_t>(start + i * step)));
  return Value::list(std::move(items), Type::kIntList);
}

Returned until(Context& c, Args a) {
  const std::int64_t n = a[0].integer();
  return numbers(c, 0, n, n < 0 ? -1 : 1);
}

Returned seq(Context& c, Args a) {
  std::int64_t start = 1;
  std::int64_t step = 1;
  if (a.empty() || a.size() > 3) return text("");
  const std::int64_t end = a.back().integer();
  if (a.size() > 1) start = a[0].integer();
  step = a.size() == 3 ? a[1].integer() : (end < start ? -1 : 1);
  if (step == 0 || (step > 0 ? end < start : end > start)) return text("");
  if (step > 0 ? end == INT64_MAX : end == INT64_MIN) TRY_VOID(c.allow_bytes(SIZE_MAX));
  TRY(const Value list, numbers(c, start, end + (step > 0 ? 1 : -1), step));
  std::string out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i > 0) out += ' ';
    out += std::to_string(list.at(i).integer());
    TRY_VOID(c.allow_text(out.size()));
  }
  return text(std::move(out));
}

constexpr Function kListsTable[] = {
    {"list", "a*", [](Context&, Args a) -> Returned { return Value::list({a.begin(), a.end()}); }, Cost::kMakes},
    {"tuple", "a*", [](Context&, Args a) -> Returned { return Value::list({a.begin(), a.end()}); }, Cost::kMakes},
    {"first", "a", first, Cost::kLooks},
    {"mustFirst", "a", first, Cost::kLooks},
    {"last", "a", last, Cost::kLooks},
    {"mustLast", "a", last, Cost::kLooks},
    {"rest", "a", rest},
    {"mustRest", "a", rest},
    {"initial", "a", initial},
    {"mustInitial", "a", initial},
    {"append", "aa", append},
    {"mustAppend", "aa", append},
    {"push", "aa", append},
    {"mustPush", "aa", append},
    {"prepend", "aa", prepend},
    {"mustPrepend", "aa", prepend},
    {"concat", "a*", concat},
    {"reverse", "a", reverse},
    {"mustReverse", "a", reverse},
    {"uniq", "a", uniq},
    {"mustUniq", "a", uniq},
    {"compact", "a", compact},
    {"mustCompact", "a", compact},
    {"without", "aa*", without},
    {"mustWithout", "aa*", without},
    {"has", "aa", has},
    {"mustHas", "aa", has},
    {"slice", "aa*", slice},
    {"mustSlice", "aa*", slice},
    {"chunk", "ia", chunk},
    {"mustChunk", "ia", chunk},
    {"sortAlpha", "a", sort_alpha},
    {"join", "sa", join},
    {"split", "ss", [](Context& c, Args a) -> Returned { return numbered(split_text(c, str(a, 1), str(a, 0), -1)); }},
    {"splitn", "sis",
     [](Context& c, Args a) -> Returned { return numbered(split_text(c, str(a, 2), str(a, 0), a[1].integer())); }},
    {"splitList", "ss",
     [](Context& c, Args a) -> Returned {
       TRY(auto parts, split_text(c, str(a, 1), str(a, 0), -1));
       return Value::strings(std::move(parts));
     }},
    {"until", "i", until},
    {"untilStep", "iii",
     [](Context& c, Args a) -> Returned { return numbers(c, a[0].integer(), a[1].integer(), a[2].integer()); }},
    {"seq", "i*", seq},
    {"all", "a*", [](Context&, Args a) -> Returned { return yes(std::ranges::none_of(a, is_empty)); }, Cost::kLooks},
    {"any", "a*", [](Context&, Args a) -> Returned { return yes(std::ranges::any_of(a, truth)); }, Cost::kLooks},
};

}  // namespace

Table list_functions() { return kListsTable; }

Result<std::vector<std::string>> string_list(Context& context, const Value& v) {
  std::vector<std::string> out;
  const auto add = [&](const Value& item) -> Result<void> {
    if (item.is_nil()) return {};
    TRY(std::string s, strval(item));
    TRY_VOID(context.spend_bytes(s.size()));
    out.push_back(std::move(s));
    return {};
  };
  if (!v.is_list()) {
    TRY_VOID(add(v));
    return out;
  }
  for (std::size_t i = 0; i < v.size(); ++i) TRY_VOID(add(v.at(i)));
  return out;
}

}  // namespace rotor::tmpl
