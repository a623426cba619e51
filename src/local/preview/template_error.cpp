#include "local/preview/template_error.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "template/functions/registry.hpp"

namespace rotor::local {
namespace {

constexpr std::size_t kWidest = 110;  // of a line as shown
constexpr std::size_t kBeforeCaret = 60;
constexpr std::size_t kMostListed = 12;

// What engine v1 called functions that have another name now.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kEngineV1 = {
    {{"base64decode", "b64dec"}, {"base64encode", "b64enc"}, {"toBytes", "toString"}}};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_identifier(std::string_view text) {
  return !text.empty() && (text[0] < '0' || text[0] > '9') && std::ranges::all_of(text, is_word);
}
bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

std::string_view line_of(std::string_view source, int number) {
  for (int i = 1; i < number; ++i) {
    const auto end = source.find('\n');
    if (end == std::string_view::npos) return {};
    source.remove_prefix(end + 1);
  }
  std::string_view line = source.substr(0, source.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The path or word around the column, with what people put into it although it is no identifier: `.tls-key`.
std::string_view path_around(std::string_view line, std::size_t column) {
  const auto belongs = [](char c) { return is_word(c) || c == '.' || c == '-'; };
  std::size_t begin = column;
  std::size_t end = column;
  while (begin > 0 && belongs(line[begin - 1])) --begin;
  while (end < line.size() && belongs(line[end])) ++end;
  std::string_view path = line.substr(begin, end - begin);
  while (path.starts_with('.') || path.starts_with('-')) path.remove_prefix(1);
  return path;
}

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string access(std::string_view field) {
  return is_identifier(field) ? fmt::format(".{}", field) : fmt::format("index . \"{}\"", field);
}

std::string did_you_mean(std::string_view what) { return fmt::format("did you mean `{}`?", what); }

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const auto* function : tmpl::all_functions()) names.emplace_back(function->name);
  return names;
}

std::string list_fields(const std::vector<std::string>& fields) {
  if (fields.empty()) return "there is no data";
  std::string out = "the data has ";
  for (std::size_t i = 0; i < std::min(fields.size(), kMostListed); ++i) {
    out += (i > 0 ? ", " : "") + fmt::format("`{}`", access(fields[i]));
  }
  if (fields.size() > kMostListed) out += fmt::format(" and {} more", fields.size() - kMostListed);
  return out;
}

std::string about_function(std::string_view function, const std::vector<std::string>& fields) {
  if (has(fields, function)) return did_you_mean(access(function));
  for (const auto& [old, now] : kEngineV1) {
    if (function == old) return did_you_mean(now);
  }
  if (const auto name = nearest(function, function_names())) return did_you_mean(*name);
  if (const auto field = nearest(function, fields)) return did_you_mean(access(*field));
  return "docs/templates.md lists the functions";
}

std::string advice(const tmpl::Fault& fault, std::string_view path, const std::vector<std::string>& fields) {
  using Kind = tmpl::Fault::Kind;
  // A key such as `tls.crt` written as if it were a path.
  if (!is_identifier(path) && has(fields, path)) return did_you_mean(access(path));
  const auto dot = path.find('.');
  switch (fault.kind) {
    case Kind::kUnknownFunction:
      return about_function(fault.subject, fields);
    case Kind::kNoFields:  // a member of a document that is text so far: `.config.host`
      if (dot == std::string_view::npos || !has(fields, path.substr(0, dot))) return {};
      return did_you_mean(fmt::format("(fromJson {}){}", access(path.substr(0, dot)), path.substr(dot)));
    case Kind::kMissingMember:
      return fmt::format("a member that may be missing is read with `get`: `get … \"{}\"`", fault.subject);
    case Kind::kMissingKey:
      if (const auto field = nearest(fault.subject, fields)) return did_you_mean(access(*field));
      return list_fields(fields);
    case Kind::kOther:
      break;
  }
  return {};
}

struct Excerpt {
  std::string text;
  std::string pad;  // as wide as what stands before the caret
};

Excerpt excerpt(std::string_view line, std::size_t column) {
  std::size_t begin = 0;
  std::size_t end = line.size();
  if (line.size() > kWidest) {
    begin = column > kBeforeCaret ? column - kBeforeCaret : 0;
    end = std::min(line.size(), begin + kWidest);
    while (begin > 0 && is_continuation(line[begin])) --begin;
    while (end < line.size() && is_continuation(line[end])) ++end;
  }
  Excerpt out{std::string(line.substr(begin, end - begin)), {}};
  for (const char c : line.substr(begin, column - begin)) {
    if (!is_continuation(c)) out.pad += c == '\t' ? '\t' : ' ';
  }
  if (begin > 0) out.text.insert(0, "…"), out.pad.insert(0, " ");
  if (end < line.size()) out.text += "…";
  return out;
}

}  // namespace

std::string explain(const tmpl::Fault& fault, const TemplateText& text, const std::vector<std::string>& fields) {
  const std::string_view line = line_of(text.source, fault.line);
  const std::size_t column = std::min(fault.column, line.size());
  std::string out;
  if (text.hidden) {
    out = fmt::format("  line {}: {}", fault.line, fault.what);
  } else {
    const Excerpt shown = excerpt(line, column);
    const std::string number = std::to_string(fault.line);
    out = fmt::format("  line {}, column {}: {}\n  {} | {}\n  {} | {}^", number, column + 1, fault.what, number,
                      shown.text, std::string(number.size(), ' '), shown.pad);
  }
  if (const std::string hint = advice(fault, path_around(line, column), fields); !hint.empty()) {
    out += fmt::format("\n  {}", hint);
  }
  return out;
}

}  // namespace rotor::local
