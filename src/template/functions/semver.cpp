#include "template/functions/semver.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "template/functions/helpers.hpp"
#include "template/go/number.hpp"

namespace rotor::tmpl {

namespace {

bool is_digits(std::string_view s) { return !s.empty() && s.find_first_not_of("0123456789") == std::string_view::npos; }

std::vector<std::string_view> split(std::string_view s, std::string_view separator) {
  std::vector<std::string_view> out;
  while (true) {
    const auto at = s.find(separator);
    out.push_back(s.substr(0, at));
    if (at == std::string_view::npos) return out;
    s.remove_prefix(at + separator.size());
  }
}

// Dotted identifiers of letters, digits and hyphens.
bool is_identifiers(std::string_view s) {
  for (const std::string_view part : split(s, ".")) {
    if (part.empty()) return false;
    const bool plain = std::ranges::all_of(part, [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    });
    if (!plain) return false;
  }
  return true;
}

// numbers[-prerelease][+metadata], cut but not checked.
struct Pieces {
  std::string_view numbers;
  std::optional<std::string_view> prerelease, metadata;
};

Pieces cut(std::string_view s) {
  Pieces p;
  if (const auto plus = s.find('+'); plus != std::string_view::npos) {
    p.metadata = s.substr(plus + 1);
    s = s.substr(0, plus);
  }
  if (const auto hyphen = s.find('-'); hyphen != std::string_view::npos) {
    p.prerelease = s.substr(hyphen + 1);
    s = s.substr(0, hyphen);
  }
  p.numbers = s;
  return p;
}

int compare_identifiers(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  if (a.empty() || b.empty()) return a.empty() ? -1 : 1;
  const bool x = is_digits(a);
  const bool y = is_digits(b);
  if (x != y) return x ? -1 : 1;
  if (x) {
    a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
    b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
    if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  }
  return a < b ? -1 : (a == b ? 0 : 1);
}

int compare_prereleases(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  if (a.empty() || b.empty()) return a.empty() ? 1 : -1;
  const auto x = split(a, ".");
  const auto y = split(b, ".");
  for (std::size_t i = 0; i < std::max(x.size(), y.size()); ++i) {
    const int order = compare_identifiers(i < x.size() ? x[i] : "", i < y.size() ? y[i] : "");
    if (order != 0) return order;
  }
  return 0;
}

struct Constraint {
  std::string_view op;
  Version version;
  bool dirty = false, minor_dirty = false, patch_dirty = false;  // parts left open: `1.x`, `1`
};

bool is_open(std::string_view s) { return s == "x" || s == "X" || s == "*"; }

std::optional<Constraint> parse_constraint(std::string_view op, std::string_view text) {
  Constraint c{op, {}};
  if (text.starts_with('v')) text.remove_prefix(1);
  const Pieces p = cut(text);
  const auto parts = split(p.numbers, ".");
  if (parts.size() > 3) return std::nullopt;
  std::string version;
  if (is_open(parts[0])) {
    c.dirty = true;
    version = "0.0.0";
  } else if (parts.size() < 2 || is_open(parts[1])) {
    c.dirty = c.minor_dirty = true;
    version = std::string(parts[0]) + ".0.0";
  } else if (parts.size() < 3 || is_open(parts[2])) {
    c.dirty = c.patch_dirty = true;
    version = fmt::format("{}.{}.0", parts[0], parts[1]);
  } else {
    version = std::string(p.numbers);
  }
  if (p.prerelease) version += "-" + std::string(*p.prerelease);
  if (p.metadata && !is_identifiers(*p.metadata)) return std::nullopt;
  auto v = parse_version(version);
  if (!v) return std::nullopt;
  c.version = *std::move(v);
  return c;
}

bool not_equal(const Version& v, const Constraint& c) {
  const Version& k = c.version;
  if (c.dirty) {
    if (k.major != v.major) return true;
    if (c.minor_dirty) return false;
    if (k.minor != v.minor) return true;
    if (c.patch_dirty) return (!v.prerelease.empty() || !k.prerelease.empty()) && v.prerelease != k.prerelease;
    if (k.patch != v.patch) return true;
  }
  return compare_versions(v, k) != 0;
}

bool greater(const Version& v, const Constraint& c) {
  const Version& k = c.version;
  if (!c.dirty) return compare_versions(v, k) > 0;
  if (v.major != k.major) return v.major > k.major;
  if (c.minor_dirty) return false;
  if (c.patch_dirty) return v.minor > k.minor;
  return compare_versions(v, k) > 0;
}

bool at_most(const Version& v, const Constraint& c) {
  const Version& k = c.version;
  if (!c.dirty) return compare_versions(v, k) <= 0;
  if (v.major > k.major) return false;
  return !(v.major == k.major && v.minor > k.minor && !c.minor_dirty);
}

bool tilde(const Version& v, const Constraint& c) {
  const Version& k = c.version;
  if (k.major == 0 && k.minor == 0 && k.patch == 0 && !c.minor_dirty && !c.patch_dirty) return true;
  if (compare_versions(v, k) < 0 || v.major != k.major) return false;
  return v.minor == k.minor || c.minor_dirty;
}

bool caret(const Version& v, const Constraint& c) {
  const Version& k = c.version;
  if (compare_versions(v, k) < 0) return false;
  if (k.major > 0 || c.minor_dirty) return v.major == k.major;
  if (v.major > 0) return false;
  if (k.minor > 0 || c.patch_dirty) return v.minor == k.minor;
  if (v.minor > 0) return false;
  return k.patch == v.patch;
}

bool matches(const Version& v, const Constraint& c, bool prereleases) {
  if (!v.prerelease.empty() && c.version.prerelease.empty() && !prereleases) return false;
  if (c.op.empty() || c.op == "=") return c.dirty ? tilde(v, c) : compare_versions(v, c.version) == 0;
  if (c.op == "!=") return not_equal(v, c);
  if (c.op == ">") return greater(v, c);
  if (c.op == "<") return compare_versions(v, c.version) < 0;
  if (c.op == ">=" || c.op == "=>") return compare_versions(v, c.version) >= 0;
  if (c.op == "<=" || c.op == "=<") return at_most(v, c);
  return c.op == "^" ? caret(v, c) : tilde(v, c);
}

constexpr std::string_view kBlank = " \t\n\r\f\v";
constexpr std::string_view kVersionChars = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.-+*";

std::string_view take_operator(std::string_view& s) {
  for (const std::string_view op : {"!=", ">=", "=>", "<=", "=<", "~>", "=", ">", "<", "~", "^"}) {
    if (!s.starts_with(op)) continue;
    const std::string_view taken = s.substr(0, op.size());
    s.remove_prefix(op.size());
    return taken;
  }
  return {};
}

void skip(std::string_view& s, std::string_view set) { s.remove_prefix(std::min(s.find_first_not_of(set), s.size())); }

// Constraints that must all hold, separated by blanks or commas; `A - B` is a range.
std::optional<std::vector<Constraint>> parse_group(std::string_view s) {
  std::vector<Constraint> group;
  skip(s, kBlank);
  while (!s.empty()) {
    const std::string_view op = take_operator(s);
    skip(s, kBlank);
    const auto end = std::min(s.find_first_not_of(kVersionChars), s.size());
    const std::string_view version = s.substr(0, end);
    s.remove_prefix(end);
    auto c = parse_constraint(op, version);
    if (!c) return std::nullopt;
    group.push_back(*std::move(c));
    const std::size_t before = s.size();
    skip(s, kBlank);
    if (op.empty() && s.starts_with("- ")) {
      s.remove_prefix(2);
      skip(s, kBlank);
      const auto upper_end = std::min(s.find_first_not_of(kVersionChars), s.size());
      auto upper = parse_constraint("<=", s.substr(0, upper_end));
      if (!upper) return std::nullopt;
      group.back().op = ">=";
      group.push_back(*std::move(upper));
      s.remove_prefix(upper_end);
      skip(s, kBlank);
    }
    if (s.empty()) break;
    if (s.starts_with(',')) {
      s.remove_prefix(1);
      skip(s, kBlank);
      if (s.empty()) return std::nullopt;
    } else if (s.size() == before) {
      return std::nullopt;
    }
  }
  if (group.empty()) return std::nullopt;
  return group;
}

Returned semver(Context&, Args a) {
  auto v = parse_version(str(a, 0));
  if (!v) return bad("invalid semantic version");
  return Value::version(*std::move(v));
}

Returned semver_compare(Context& c, Args a) {
  TRY_VOID(c.spend_steps(static_cast<std::int64_t>(str(a, 0).size())));
  // Go reports a bad constraint before a bad version.
  const auto v = parse_version(str(a, 1));
  TRY(const bool holds, satisfies(str(a, 0), v.value_or(Version{})));
  if (!v) return bad("invalid semantic version");
  return yes(holds);
}

constexpr Function kSemverTable[] = {
    {"semver", "s", semver},
    {"semverCompare", "ss", semver_compare},
};

}  // namespace

std::optional<Version> parse_version(std::string_view text) {
  Version v;
  v.original = text;
  if (text.starts_with('v')) text.remove_prefix(1);
  const Pieces p = cut(text);
  const auto parts = split(p.numbers, ".");
  if (parts.size() > 3) return std::nullopt;
  std::uint64_t* const into[] = {&v.major, &v.minor, &v.patch};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto n = is_digits(parts[i]) ? parse_uint(parts[i], 10) : ParsedUint{};
    if (!n.value) return std::nullopt;
    *into[i] = *n.value;
  }
  if (p.prerelease) {
    if (!is_identifiers(*p.prerelease)) return std::nullopt;
    for (const std::string_view part : split(*p.prerelease, ".")) {
      if (is_digits(part) && part.size() > 1 && part[0] == '0') return std::nullopt;
    }
    v.prerelease = *p.prerelease;
  }
  if (p.metadata) {
    if (!is_identifiers(*p.metadata)) return std::nullopt;
    v.metadata = *p.metadata;
  }
  return v;
}

std::string print_version(const Version& v) {
  std::string out = fmt::format("{}.{}.{}", v.major, v.minor, v.patch);
  if (!v.prerelease.empty()) out += "-" + v.prerelease;
  if (!v.metadata.empty()) out += "+" + v.metadata;
  return out;
}

int compare_versions(const Version& a, const Version& b) {
  if (a.major != b.major) return a.major < b.major ? -1 : 1;
  if (a.minor != b.minor) return a.minor < b.minor ? -1 : 1;
  if (a.patch != b.patch) return a.patch < b.patch ? -1 : 1;
  return compare_prereleases(a.prerelease, b.prerelease);
}

Result<bool> satisfies(std::string_view constraint, const Version& v) {
  bool any = false;
  for (const std::string_view part : split(constraint, "||")) {
    const auto group = parse_group(part);
    if (!group) return rotor::fail(Code::kInvalid, "improper constraint");
    const bool prereleases =
        std::ranges::any_of(*group, [](const Constraint& c) { return !c.version.prerelease.empty(); });
    any = any || std::ranges::all_of(*group, [&](const Constraint& c) { return matches(v, c, prereleases); });
  }
  return any;
}

Table semver_functions() { return kSemverTable; }

}  // namespace rotor::tmpl
