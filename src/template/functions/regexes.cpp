// Regular expressions (sprig): pattern first, then subject, then replacement or count.
#include <algorithm>
#include <utility>

#include "base/encoding.hpp"
#include "template/functions/helpers.hpp"
#include "template/go/regex.hpp"

namespace rotor::tmpl {

namespace {

// A short pattern can compile to a large program, and a text of n bytes take n steps of each of its instructions.
Result<Regex> compiled(Context& c, const std::string& pattern, const std::string& subject) {
  constexpr std::int64_t kRefused = 50'000;  // a program that grew too large is dropped after as much work
  auto re = Regex::compile(pattern);
  if (!re) {
    TRY_VOID(c.spend_steps(static_cast<std::int64_t>(pattern.size()) + kRefused));
    return re;
  }
  const auto per_byte = 1 + static_cast<std::int64_t>(re->size()) / 16;
  TRY_VOID(c.spend_steps(3LL * re->size() + static_cast<std::int64_t>(subject.size()) * per_byte / 16));
  if (!is_utf8(subject)) TRY_VOID(c.allow_bytes(subject.size() * (sizeof(std::size_t) + 3)));
  return re;
}

// The functions without `must` report a bad pattern as Go's regexp.MustCompile does, but without quoting it.
Result<Regex> must_compile(Context& c, const std::string& pattern, const std::string& subject, bool must) {
  auto re = compiled(c, pattern, subject);
  if (!re && !must && !is_over_budget(re.error()))
    return std::unexpected(std::move(re).error().prefixed("regexp: Compile"));
  return re;
}

Returned match(Context& c, Args a, bool must) {
  auto re = compiled(c, str(a, 0), str(a, 1));
  if (re) return yes(re->matches(str(a, 1)));
  if (must || is_over_budget(re.error())) return std::unexpected(std::move(re).error());
  return yes(false);
}

int limit_of(const Value& v) { return static_cast<int>(std::clamp<std::int64_t>(v.integer(), -1, INT32_MAX)); }

// Runs `work` with what the render has left and charges what it took.
template <class Work>
auto charged(Context& c, Work work) -> Result<decltype(work(std::declval<RegexBudget&>()))> {
  RegexBudget budget{.runs = c.steps_left(), .bytes = std::min(c.bytes_left(), kMaxText)};
  auto done = work(budget);
  if (budget.too_large) TRY_VOID(c.allow_text(SIZE_MAX));
  TRY_VOID(c.spend_steps(c.steps_left() - budget.runs));
  return done;
}

Returned strings_of(Context& c, const std::vector<std::string_view>& parts) {
  constexpr std::size_t kPiece = 128;
  TRY_VOID(c.allow_bytes(parts.size() * kPiece));
  if (parts.empty()) return Value::nil_list(Type::kStringList);  // Go's regexp makes no slice for nothing: JSON null
  return Value::strings({parts.begin(), parts.end()});
}

Returned find(Context& c, Args a, bool must) {
  TRY(const Regex re, must_compile(c, str(a, 0), str(a, 1), must));
  TRY(const auto found, charged(c, [&](RegexBudget& budget) { return re.find_all(str(a, 1), 1, budget); }));
  return text(found.empty() ? std::string_view() : found[0]);
}

Returned find_all(Context& c, Args a, bool must) {
  TRY(const Regex re, must_compile(c, str(a, 0), str(a, 1), must));
  TRY(const auto found,
      charged(c, [&](RegexBudget& budget) { return re.find_all(str(a, 1), limit_of(a[2]), budget); }));
  return strings_of(c, found);
}

Returned replace(Context& c, Args a, bool must, bool literal) {
  TRY(const Regex re, must_compile(c, str(a, 0), str(a, 1), must));
  TRY(std::string replaced, charged(c, [&](RegexBudget& budget) {
        return literal ? re.replace_all_literal(str(a, 1), str(a, 2), budget)
                       : re.replace_all(str(a, 1), str(a, 2), budget);
      }));
  return text(std::move(replaced));
}

Returned split(Context& c, Args a, bool must) {
  TRY(const Regex re, must_compile(c, str(a, 0), str(a, 1), must));
  TRY(const auto parts, charged(c, [&](RegexBudget& budget) { return re.split(str(a, 1), limit_of(a[2]), budget); }));
  return strings_of(c, parts);
}

Returned quote_meta(Context&, Args a) {
  std::string out;
  for (const char c : str(a, 0)) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return text(std::move(out));
}

constexpr Function kRegexesTable[] = {
    {"regexMatch", "ss", [](Context& c, Args a) -> Returned { return match(c, a, false); }},
    {"mustRegexMatch", "ss", [](Context& c, Args a) -> Returned { return match(c, a, true); }},
    {"regexFind", "ss", [](Context& c, Args a) -> Returned { return find(c, a, false); }},
    {"mustRegexFind", "ss", [](Context& c, Args a) -> Returned { return find(c, a, true); }},
    {"regexFindAll", "ssi", [](Context& c, Args a) -> Returned { return find_all(c, a, false); }},
    {"mustRegexFindAll", "ssi", [](Context& c, Args a) -> Returned { return find_all(c, a, true); }},
    {"regexReplaceAll", "sss", [](Context& c, Args a) -> Returned { return replace(c, a, false, false); }},
    {"mustRegexReplaceAll", "sss", [](Context& c, Args a) -> Returned { return replace(c, a, true, false); }},
    {"regexReplaceAllLiteral", "sss", [](Context& c, Args a) -> Returned { return replace(c, a, false, true); }},
    {"mustRegexReplaceAllLiteral", "sss", [](Context& c, Args a) -> Returned { return replace(c, a, true, true); }},
    {"regexSplit", "ssi", [](Context& c, Args a) -> Returned { return split(c, a, false); }},
    {"mustRegexSplit", "ssi", [](Context& c, Args a) -> Returned { return split(c, a, true); }},
    {"regexQuoteMeta", "s", quote_meta},
};

}  // namespace

Table regex_functions() { return kRegexesTable; }

}  // namespace rotor::tmpl
