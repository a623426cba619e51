#include "local/preview/template_error.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "local/nearest.hpp"
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

std::optional<int> take_number(std::string_view& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

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

// What stands between `before` and `after`; empty when there is no such text.
std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const auto begin = text.find(before);
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + before.size());
  const auto end = text.find(after);
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end);
}

std::size_t find_token(std::string_view line, std::string_view token, std::size_t from) {
  const bool whole = is_identifier(token);
  for (auto at = line.find(token, from); at != std::string_view::npos; at = line.find(token, at + 1)) {
    const auto end = at + token.size();
    const bool apart = (at == 0 || !is_word(line[at - 1])) && (end == line.size() || !is_word(line[end]));
    if (!whole || apart) return at;
  }
  return std::string_view::npos;
}

// A parse error names its token, in one of these quotes; without one the action that opened last is meant.
std::size_t column_of(const Spot& spot, std::string_view line, std::string_view delimiter) {
  if (spot.column) return std::min(*spot.column, line.size());
  const auto first = line.find(delimiter);
  const std::size_t from = first == std::string_view::npos ? 0 : first;
  const std::string_view message = spot.message;
  for (const auto& [before, after] : {std::pair{"{{", "}}"}, {"<", ">"}, {"\"", "\""}, {"'", "'"}}) {
    const auto token = between(message, before, after);
    if (token.empty()) continue;
    if (const auto at = find_token(line, token, from); at != std::string_view::npos) return at;
  }
  const auto last = line.rfind(delimiter);
  return last == std::string_view::npos ? 0 : last;
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

std::string advice(const Spot& spot, std::string_view path, const std::vector<std::string>& fields) {
  // A key such as `tls.crt` written as if it were a path.
  if (!is_identifier(path) && has(fields, path)) return did_you_mean(access(path));
  const std::string_view function = between(spot.message, "function \"", "\" not defined");
  if (!function.empty()) {
    if (has(fields, function)) return did_you_mean(access(function));
    for (const auto& [old, now] : kEngineV1) {
      if (function == old) return did_you_mean(now);
    }
    if (const auto name = nearest(function, function_names())) return did_you_mean(*name);
    if (const auto field = nearest(function, fields)) return did_you_mean(access(*field));
    return "docs/templates.md lists the functions";
  }
  // A member of a document that is text so far: `.config.host`.
  if (const auto dot = path.find('.'); spot.message.contains("can't evaluate field") && dot != std::string_view::npos) {
    const std::string_view holder = path.substr(0, dot);
    if (has(fields, holder)) return did_you_mean(fmt::format("(fromJson {}){}", access(holder), path.substr(dot)));
  }
  const std::string_view key = between(spot.message, "map has no entry for key \"", "\"");
  const bool of_data = spot.message.contains("at <.");
  if (key.empty()) return {};
  if (!of_data) return fmt::format("a member that may be missing is read with `get`: `get … \"{}\"`", key);
  if (const auto field = nearest(key, fields)) return did_you_mean(access(*field));
  return list_fields(fields);
}

// Without `executing "NAME" at <NODE>: `, which the caret shows better.
std::string_view cause_of(std::string_view message) {
  if (!message.starts_with("executing ")) return message;
  const auto node = message.find(">: ");
  return node == std::string_view::npos ? message : message.substr(node + 3);
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

std::optional<Spot> spot_of(std::string_view error, std::string_view template_name) {
  const std::string mark = fmt::format("template: {}:", template_name);
  const auto at = error.rfind(mark);
  if (at == std::string_view::npos) return std::nullopt;
  error.remove_prefix(at + mark.size());
  const auto line = take_number(error);
  if (!line || !error.starts_with(':')) return std::nullopt;
  error.remove_prefix(1);
  Spot spot{*line, std::nullopt, {}};
  if (const auto column = take_number(error); column && error.starts_with(':')) {
    spot.column = static_cast<std::size_t>(*column);
    error.remove_prefix(1);
  }
  if (error.starts_with(' ')) error.remove_prefix(1);
  spot.message = error;
  return spot;
}

std::string explain(const Spot& spot, const TemplateText& text, const std::vector<std::string>& fields) {
  const std::string_view line = line_of(text.source, spot.line);
  const std::size_t column = column_of(spot, line, text.left_delimiter);
  std::string out;
  if (text.hidden) {
    out = fmt::format("  line {}: {}", spot.line, cause_of(spot.message));
  } else {
    const Excerpt shown = excerpt(line, column);
    const std::string number = std::to_string(spot.line);
    out = fmt::format("  line {}, column {}: {}\n  {} | {}\n  {} | {}^", number, column + 1, cause_of(spot.message),
                      number, shown.text, std::string(number.size(), ' '), shown.pad);
  }
  if (const std::string hint = advice(spot, path_around(line, column), fields); !hint.empty()) {
    out += fmt::format("\n  {}", hint);
  }
  return out;
}

}  // namespace rotor::local
