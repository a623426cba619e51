// Strings (sprig). Lengths and cuts count bytes, as Go's slices do.
#include <algorithm>
#include <cstring>
#include <set>

#include <fmt/format.h>

#include "template/functions/helpers.hpp"
#include "template/go/quote.hpp"
#include "template/go/unicode.hpp"

namespace rotor::tmpl {

namespace {

std::string_view trim_set(std::string_view s, std::string_view cut) {
  std::set<char32_t> set;
  while (!cut.empty()) {
    const Rune c = decode_rune(cut);
    set.insert(c.value);
    cut.remove_prefix(static_cast<std::size_t>(c.width));
  }
  while (!s.empty()) {
    const Rune r = decode_rune(s);
    if (!set.contains(r.value)) break;
    s.remove_prefix(static_cast<std::size_t>(r.width));
  }
  while (!s.empty()) {
    const Rune r = decode_last_rune(s);
    if (!set.contains(r.value)) break;
    s.remove_suffix(static_cast<std::size_t>(r.width));
  }
  return s;
}

Returned trim_prefix(Context&, Args a) {
  std::string_view s = str(a, 1);
  if (s.starts_with(str(a, 0))) s.remove_prefix(str(a, 0).size());
  return text(s);
}

Returned trim_suffix(Context&, Args a) {
  std::string_view s = str(a, 1);
  if (s.ends_with(str(a, 0))) s.remove_suffix(str(a, 0).size());
  return text(s);
}

Returned substr(Context&, Args a) {
  const std::string& s = str(a, 2);
  const auto size = static_cast<std::int64_t>(s.size());
  const std::int64_t start = std::max<std::int64_t>(a[0].integer(), 0);
  std::int64_t end = a[1].integer();
  if (a[0].integer() >= 0 && (end < 0 || end > size)) end = size;
  if (end < 0 || end > size || start > end) return bad("slice bounds out of range");
  return text(std::string_view(s).substr(static_cast<std::size_t>(start), static_cast<std::size_t>(end - start)));
}

Returned trunc(Context&, Args a) {
  const std::string_view s = str(a, 1);
  const std::int64_t n = a[0].integer();
  const auto size = static_cast<std::int64_t>(s.size());
  if (n < 0 && n > -size) return text(s.substr(static_cast<std::size_t>(size + n)));
  if (n >= 0 && size > n) return text(s.substr(0, static_cast<std::size_t>(n)));
  return a[1];
}

Returned repeat(Context& c, Args a) {
  const std::int64_t n = a[0].integer();
  const std::string& s = str(a, 1);
  if (n < 0) return bad("strings: negative Repeat count");
  if (s.empty()) return a[1];
  TRY_VOID(c.allow_text(static_cast<std::size_t>(n) > kMaxText ? SIZE_MAX : s.size() * static_cast<std::size_t>(n)));
  std::string out;
  out.reserve(s.size() * static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i) out += s;
  return text(std::move(out));
}

bool is_latin1_space(unsigned char c) { return (c >= '\t' && c <= '\r') || c == ' ' || c == 0x85 || c == 0xA0; }

Returned nospace(Context&, Args a) {
  const std::string& s = str(a, 0);
  if (std::ranges::none_of(s, [](char c) { return is_latin1_space(static_cast<unsigned char>(c)); })) return a[0];
  std::string out;
  for (const char c : s) {
    if (!is_latin1_space(static_cast<unsigned char>(c))) append_rune(out, static_cast<unsigned char>(c));
  }
  return text(std::move(out));
}

Returned initials(Context&, Args a) {
  std::string out;
  bool gap = true;
  for (const char c : str(a, 0)) {
    const bool space = is_latin1_space(static_cast<unsigned char>(c));
    if (!space && gap) append_rune(out, static_cast<unsigned char>(c));
    gap = space;
  }
  return text(std::move(out));
}

std::string abbreviate(std::string_view s, std::int64_t offset, std::int64_t width) {
  const auto size = static_cast<std::int64_t>(s.size());
  if (width < 4) return {};
  if (size <= width) return std::string(s);
  const std::int64_t room = width - 3;
  offset = std::min(offset, size);
  if (size - offset < room) offset = size - room;
  if (offset <= 4) return std::string(s.substr(0, static_cast<std::size_t>(room))) + "...";
  if (width < 7) return {};
  if (offset + room < size) return "..." + abbreviate(s.substr(static_cast<std::size_t>(offset)), 0, room);
  return "..." + std::string(s.substr(static_cast<std::size_t>(size - room)));
}

Returned abbrev(Context&, Args a) {
  if (a[0].integer() < 4) return a[1];
  return text(abbreviate(str(a, 1), 0, a[0].integer()));
}

Returned abbrevboth(Context&, Args a) {
  const std::int64_t left = a[0].integer();
  const std::int64_t right = a[1].integer();
  if (right < 4 || (left > 0 && right < 7)) return a[2];
  return text(abbreviate(str(a, 2), left, right));
}

Returned wrap(Context& c, std::string_view s, std::int64_t length, std::string_view separator, bool cut_words) {
  if (separator.empty()) separator = "\n";
  const auto width = static_cast<std::size_t>(std::clamp<std::int64_t>(length, 1, INT32_MAX));
  TRY_VOID(c.allow_text(s.size() + s.size() / width * separator.size()));
  std::string out;
  while (s.size() > width) {
    if (s[0] == ' ') {
      s.remove_prefix(1);
      continue;
    }
    const auto space = s.substr(0, width + 1).rfind(' ');
    const auto later = space != std::string_view::npos || cut_words ? std::string_view::npos : s.find(' ', width);
    if (space != std::string_view::npos || later != std::string_view::npos) {
      const std::size_t at = space != std::string_view::npos ? space : later;
      out.append(s.substr(0, at)).append(separator);
      s.remove_prefix(at + 1);
    } else if (cut_words) {
      out.append(s.substr(0, width)).append(separator);
      s.remove_prefix(width);
    } else {
      break;
    }
  }
  return text(out.append(s));
}

std::string replace_all(std::string_view s, std::string_view from, std::string_view to) {
  std::string out;
  if (from.empty()) {
    while (!s.empty()) {
      const auto width = static_cast<std::size_t>(decode_rune(s).width);
      out.append(to).append(s.substr(0, width));
      s.remove_prefix(width);
    }
    return out.append(to);
  }
  while (true) {
    const auto at = find_text(s, from);
    out += s.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += to;
    s.remove_prefix(at + from.size());
  }
}

std::size_t count_text(std::string_view s, std::string_view what) {
  std::size_t count = 0;
  for (auto at = find_text(s, what); at != std::string_view::npos; at = find_text(s, what)) {
    s.remove_prefix(at + what.size());
    ++count;
  }
  return count;
}

Returned replace(Context& c, Args a) {
  const std::string& s = str(a, 2);
  const std::size_t most = s.size() / std::max<std::size_t>(str(a, 0).size(), 1) + 1;
  if (str(a, 1).size() > str(a, 0).size()) {
    const std::size_t found = str(a, 0).empty() ? most : count_text(s, str(a, 0));
    TRY_VOID(c.allow_text(s.size() + found * str(a, 1).size()));
  }
  return text(replace_all(s, str(a, 0), str(a, 1)));
}

Result<std::string> indented(Context& c, std::int64_t n, std::string_view s) {
  if (n < 0) return bad("strings: negative Repeat count");
  const auto lines = static_cast<std::size_t>(std::ranges::count(s, '\n')) + 1;
  TRY_VOID(
      c.allow_text(static_cast<std::size_t>(n) > kMaxText / lines ? SIZE_MAX : static_cast<std::size_t>(n) * lines));
  const std::string pad(static_cast<std::size_t>(n), ' ');
  return pad + replace_all(s, "\n", "\n" + pad);
}

Returned each_word(Context& c, Args a, std::string (*write)(std::string)) {
  std::string out;
  bool first = true;
  for (const Value& v : a) {
    if (v.is_nil()) continue;
    if (!first) out += ' ';
    first = false;
    TRY(std::string word, strval(v));
    out += write(std::move(word));
    TRY_VOID(c.allow_text(out.size()));
  }
  return text(std::move(out));
}

Returned random_of(Context& c, std::int64_t n, std::string_view alphabet) {
  std::string out;
  if (n <= 0) return text(std::move(out));
  TRY_VOID(c.allow_text(static_cast<std::size_t>(n)));
  TRY_VOID(c.spend_steps(n));
  const std::size_t fair = 256 - 256 % alphabet.size();  // beyond it some letters would come more often
  while (out.size() < static_cast<std::size_t>(n)) {
    for (const char byte : c.random_bytes(std::min<std::size_t>(static_cast<std::size_t>(n), 4096))) {
      const auto drawn = static_cast<unsigned char>(byte);
      if (drawn < fair && out.size() < static_cast<std::size_t>(n)) out += alphabet[drawn % alphabet.size()];
    }
  }
  return text(std::move(out));
}

constexpr std::string_view kAlphaNum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

std::string ascii_alphabet() {
  std::string all;
  for (char c = ' '; c <= '~'; ++c) all += c;
  return all;
}

Returned shuffle(Context& c, Args a) {
  TRY_VOID(c.spend_steps(static_cast<std::int64_t>(str(a, 0).size())));
  std::vector<char32_t> runes;
  for (std::string_view s = str(a, 0); !s.empty();) {
    const Rune r = decode_rune(s);
    runes.push_back(r.value);
    s.remove_prefix(static_cast<std::size_t>(r.width));
  }
  for (std::size_t i = runes.size(); i > 1; --i) std::swap(runes[i - 1], runes[c.random_below(i)]);
  std::string out;
  for (const char32_t r : runes) append_rune(out, r);
  return text(std::move(out));
}

Returned contains(Context&, Args a) { return yes(find_text(str(a, 1), str(a, 0)) != std::string_view::npos); }

constexpr Function kStringsTable[] = {
    {"trim", "s", [](Context&, Args a) -> Returned { return text(trim_space(str(a, 0))); }},
    {"trimAll", "ss", [](Context&, Args a) -> Returned { return text(trim_set(str(a, 1), str(a, 0))); }},
    {"trimall", "ss", [](Context&, Args a) -> Returned { return text(trim_set(str(a, 1), str(a, 0))); }},
    {"trimPrefix", "ss", trim_prefix},
    {"trimSuffix", "ss", trim_suffix},
    {"substr", "iis", substr},
    {"trunc", "is", trunc},
    {"repeat", "is", repeat},
    {"nospace", "s", nospace},
    {"initials", "s", initials},
    {"abbrev", "is", abbrev},
    {"abbrevboth", "iis", abbrevboth},
    {"wrap", "is", [](Context& c, Args a) -> Returned { return wrap(c, str(a, 1), a[0].integer(), "", false); }},
    {"wrapWith", "iss",
     [](Context& c, Args a) -> Returned { return wrap(c, str(a, 2), a[0].integer(), str(a, 1), true); }},
    {"contains", "ss", contains},
    {"hasPrefix", "ss", [](Context&, Args a) -> Returned { return yes(str(a, 1).starts_with(str(a, 0))); }},
    {"hasSuffix", "ss", [](Context&, Args a) -> Returned { return yes(str(a, 1).ends_with(str(a, 0))); }},
    {"replace", "sss", replace},
    {"quote", "a*",
     [](Context& c, Args a) -> Returned { return each_word(c, a, [](std::string s) { return quote(s); }); }},
    {"squote", "a*",
     [](Context& c, Args a) -> Returned { return each_word(c, a, [](std::string s) { return "'" + s + "'"; }); }},
    {"cat", "a*", [](Context& c, Args a) -> Returned { return each_word(c, a, [](std::string s) { return s; }); }},
    {"indent", "is",
     [](Context& c, Args a) -> Returned {
       TRY(std::string s, indented(c, a[0].integer(), str(a, 1)));
       return text(std::move(s));
     }},
    {"nindent", "is",
     [](Context& c, Args a) -> Returned {
       TRY(const std::string s, indented(c, a[0].integer(), str(a, 1)));
       return text("\n" + s);
     }},
    {"plural", "ssi", [](Context&, Args a) -> Returned { return a[2].integer() == 1 ? a[0] : a[1]; }},
    {"toString", "a",
     [](Context&, Args a) -> Returned {
       TRY(std::string s, strval(a[0]));
       return text(std::move(s));
     }},
    {"toStrings", "a",
     [](Context& c, Args a) -> Returned {
       TRY(auto all, string_list(c, a[0]));
       return Value::strings(std::move(all));
     }},
    {"shuffle", "s", shuffle},
    {"hello", "", [](Context&, Args) -> Returned { return text("Hello!"); }},
    {"randAlphaNum", "i", [](Context& c, Args a) -> Returned { return random_of(c, a[0].integer(), kAlphaNum); }},
    {"randAlpha", "i",
     [](Context& c, Args a) -> Returned { return random_of(c, a[0].integer(), kAlphaNum.substr(0, 52)); }},
    {"randNumeric", "i",
     [](Context& c, Args a) -> Returned { return random_of(c, a[0].integer(), kAlphaNum.substr(52)); }},
    {"randAscii", "i", [](Context& c, Args a) -> Returned { return random_of(c, a[0].integer(), ascii_alphabet()); }},
};

}  // namespace

Table string_functions() { return kStringsTable; }

std::size_t find_text(std::string_view s, std::string_view what) {
  const void* found = memmem(s.data(), s.size(), what.data(), what.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - s.data());
}

}  // namespace rotor::tmpl
