#include "providers/property.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <vector>

#include "json/reader.hpp"

namespace rotor::providers {
namespace {

using json::Kind;
using json::Reader;

// The steps of a path: `a.b.0`, with `\` taking the next character literally.
Result<std::vector<std::string>> split_path(std::string_view path) {
  std::vector<std::string> steps(1);
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '\\' && i + 1 < path.size()) {
      steps.back() += path[++i];
    } else if (c == '.') {
      steps.emplace_back();
    } else if (std::string_view("*?#|@{}[]!").contains(c)) {
      return fail(Code::kInvalid,
                  fmt::format("property: `{}` in a path is not built yet; write `\\{}` to mean the character itself", c, c));
    } else {
      steps.back() += c;
    }
  }
  return steps;
}

// The source slice of one step into `document`; nullopt when it is not there. The first of duplicate members wins.
std::optional<std::string_view> step_into(std::string_view document, const std::string& step) {
  if (step.empty()) return std::nullopt;
  Reader reader(document);
  std::optional<std::string_view> found;
  if (reader.peek() == Kind::kObject) {
    reader.begin_object();
    std::string key;
    while (reader.next_member(key)) {
      const std::string_view value = reader.read_raw();
      if (!found && key == step) found = value;
    }
  } else if (reader.peek() == Kind::kArray) {
    std::size_t wanted = 0;
    const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), wanted);
    if (error != std::errc{} || end != step.data() + step.size()) return std::nullopt;
    reader.begin_array();
    for (std::size_t i = 0; reader.next_element(); ++i) {
      const std::string_view value = reader.read_raw();
      if (i == wanted) found = value;
    }
  }
  return found;
}

std::optional<std::string_view> walk(std::string_view document, const std::vector<std::string>& steps) {
  for (const std::string& step : steps) {
    const auto next = step_into(document, step);
    if (!next) return std::nullopt;
    document = *next;
  }
  return document;
}

bool is_plain_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

SecretBytes plain_number(std::string_view text) {
  if (is_plain_integer(text)) return SecretBytes(text);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  std::vector<char, WipingAllocator<char>> buffer(400);
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  return error == std::errc{} ? SecretBytes(std::string_view(buffer.data(), end)) : SecretBytes(text);
}

SecretBytes as_text(std::string_view value) {
  Reader reader(value);
  switch (reader.peek()) {
    case Kind::kString: return reader.read_secret();
    case Kind::kNumber: return plain_number(reader.read_number());
    case Kind::kNull: return {};
    default: return SecretBytes(value);
  }
}

// Literal: the whole property is one key, dots included.
std::optional<std::string_view> look_up(std::string_view document, const std::vector<std::string>& path,
                                        std::string_view literal, PathOrder order) {
  const bool dotted = literal.contains('.');
  if (order == PathOrder::kLiteralFirst && dotted) {
    if (const auto found = step_into(document, std::string(literal))) return found;
  }
  if (const auto found = walk(document, path)) return found;
  if (order == PathOrder::kPathFirst && dotted) return step_into(document, std::string(literal));
  return std::nullopt;
}

Result<void> check_json(std::string_view text) {
  auto valid = json::validate(text);
  if (!valid) return fail(Code::kInvalid, fmt::format("payload is not valid JSON: {}", valid.error().message));
  return {};
}

}  // namespace

Result<std::optional<SecretBytes>> find_property(const SecretBytes& payload, std::string_view property, PathOrder order) {
  TRY_VOID(check_json(payload.reveal()));
  TRY(const std::vector<std::string> path, split_path(property));
  const auto found = look_up(payload.reveal(), path, property, order);
  if (!found) return std::optional<SecretBytes>();
  return std::optional<SecretBytes>(as_text(*found));
}

Result<SecretMap> members_of(const SecretBytes& payload) {
  TRY_VOID(check_json(payload.reveal()));
  Reader reader(payload.reveal());
  const Kind kind = reader.peek();
  if (kind == Kind::kNull) return SecretMap();
  if (kind != Kind::kObject) {
    return fail(Code::kInvalid, fmt::format("expected a JSON object, found {}", json::to_string(kind)));
  }
  SecretMap members;
  reader.begin_object();
  std::string key;
  while (reader.next_member(key)) {
    const Kind member = reader.peek();
    if (member == Kind::kString) {
      members[key] = reader.read_secret();
    } else {
      const std::string_view raw = reader.read_raw();
      members[key] = member == Kind::kNull ? SecretBytes() : SecretBytes(raw);
    }
  }
  return members;
}

}  // namespace rotor::providers
