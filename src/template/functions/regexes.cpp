// Regular expressions (sprig): pattern first, then subject, then replacement or count.
#include <algorithm>

#include "template/functions/helpers.hpp"
#include "template/regex.hpp"

namespace rotor::tmpl {

namespace {

// Compiling and matching are linear; what they may cost is charged before.
Result<Regex> compiled(Context& c, const std::string& pattern, const std::string& subject) {
  TRY_VOID(c.spend_steps(static_cast<std::int64_t>(pattern.size() * 16 + subject.size())));
  return Regex::compile(pattern);
}

// The functions without `must` report a bad pattern as Go's regexp.MustCompile does, but without quoting it.
Result<Regex> must_compile(Context& c, const std::string& pattern, const std::string& subject, bool must) {
  auto re = compiled(c, pattern, subject);
  if (!re && !must) return std::unexpected(std::move(re).error().prefixed("regexp: Compile"));
  return re;
}

Returned match(Context& c, Args a, bool must) {
  auto re = compiled(c, str(a, 0), str(a, 1));
  if (re) return yes(re->matches(str(a, 1)));
  if (must) return std::unexpected(std::move(re).error());
  return yes(false);
}

int limit_of(const Value& v) { return static_cast<int>(std::clamp<std::int64_t>(v.integer(), -1, INT32_MAX)); }

Value strings_of(const std::vector<std::string_view>& parts) { return Value::strings({parts.begin(), parts.end()}); }

Returned find(Context& c, Args a, bool must) {
  TRY(const Regex re, must_compile(c, str(a, 0), str(a, 1), must));
  const auto found = re.find_all(str(a, 1), 1);
  return text(found.empty() ? std::string_view() : found[0]);
}

Returned find_all(Context& c, Args a, bool must) {
  TRY(const Regex re, must_compile(c, str(a, 0), str(a, 1), must));
  return strings_of(re.find_all(str(a, 1), limit_of(a[2])));
}

// A replacement can multiply the text: at most one match for every byte and the end.
Result<void> charge(Context& c, Args a) {
  const std::size_t groups = 1 + static_cast<std::size_t>(std::ranges::count(str(a, 2), '$'));
  return c.spend_bytes(str(a, 1).size() * groups +
                       std::min<std::size_t>(str(a, 2).size(), 1 << 20) * (str(a, 1).size() + 1));
}

Returned replace(Context& c, Args a, bool must, bool literal) {
  TRY(const Regex re, must_compile(c, str(a, 0), str(a, 1), must));
  TRY_VOID(charge(c, a));
  return text(literal ? re.replace_all_literal(str(a, 1), str(a, 2)) : re.replace_all(str(a, 1), str(a, 2)));
}

Returned split(Context& c, Args a, bool must) {
  TRY(const Regex re, must_compile(c, str(a, 0), str(a, 1), must));
  return strings_of(re.split(str(a, 1), limit_of(a[2])));
}

Returned quote_meta(Context&, Args a) {
  std::string out;
  for (const char c : str(a, 0)) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return text(std::move(out));
}

constexpr Function kTable[] = {
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

Table regex_functions() { return kTable; }

}  // namespace rotor::tmpl
