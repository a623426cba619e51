#include "providers/property.hpp"

#include <string>

#include <fmt/format.h>

#include "json/reader.hpp"
#include "template/gjson.hpp"

namespace rotor::providers {
namespace {

using json::Kind;
using json::Reader;

// The path that means `property` as one key, dots included.
std::string literal_path(std::string_view property) {
  std::string out;
  for (const char c : property) {
    if (c == '.') out += '\\';
    out += c;
  }
  return out;
}

std::optional<gjson::Match> look_up(std::string_view document, std::string_view property, PathOrder order) {
  const bool dotted = property.contains('.');
  if (order == PathOrder::kLiteralFirst && dotted) {
    if (auto found = gjson::lookup(document, literal_path(property))) return found;
  }
  if (auto found = gjson::lookup(document, property)) return found;
  if (order == PathOrder::kPathFirst && dotted) return gjson::lookup(document, literal_path(property));
  return std::nullopt;
}

Result<void> check_json(std::string_view text) {
  auto valid = json::validate(text);
  if (!valid) return fail(Code::kInvalid, fmt::format("payload is not valid JSON: {}", valid.error().message));
  return {};
}

}  // namespace

Result<std::optional<SecretBytes>> find_property(const SecretBytes& payload, std::string_view property,
                                                 PathOrder order) {
  TRY_VOID(check_json(payload.reveal()));
  auto found = look_up(payload.reveal(), property, order);
  if (!found) return std::optional<SecretBytes>();
  return std::optional<SecretBytes>(std::move(found->text));
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
