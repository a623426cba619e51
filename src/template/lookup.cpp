#include "template/lookup.hpp"

#include <fmt/format.h>

#include "json/reader.hpp"
#include "json/writer.hpp"
#include "template/gjson/gjson.hpp"
#include "template/go/json.hpp"
#include "template/go/number.hpp"

namespace rotor::tmpl {

namespace {

using Found = std::optional<SecretBytes>;

Result<Found> path_in(std::string_view document, std::string_view path) {
  TRY(auto match, gjson::lookup(document, path));
  if (!match) return Found();
  return Found(std::move(match->text));
}

// The property as one key: its dots mean themselves.
Result<Found> literal_in(std::string_view document, std::string_view property) {
  std::string path;
  for (const char c : property) {
    if (c == '.') path += '\\';
    path += c;
  }
  return path_in(document, path);
}

std::string_view first_value(std::string_view text, Result<void>& problem) {
  json::Reader reader(text);
  const std::string_view raw = reader.read_raw();
  if (reader.failed()) problem = reader.finish();
  return raw;
}

Result<SecretBytes> rewritten(std::string_view raw) {
  TRY(std::string text, json::compact_sorted(raw, json::Escape::kHtml));
  SecretBytes out(text);
  wipe(text.data(), text.size());
  return out;
}

// One member's bytes, numbers as written.
Result<SecretBytes> member_bytes(std::string_view raw, bool rewrite) {
  json::Reader reader(raw);
  switch (reader.peek()) {
    case json::Kind::kString:
      return reader.read_secret();
    case json::Kind::kNull:
      return SecretBytes();
    case json::Kind::kArray:
    case json::Kind::kObject:
      if (rewrite) return rewritten(raw);
      return SecretBytes(raw);
    default:
      return SecretBytes(raw);
  }
}

Result<void> each_member(std::string_view document, const auto& visit) {
  json::Reader reader(document);
  const json::Kind kind = reader.peek();
  if (kind == json::Kind::kNull) {
    reader.read_null();
    return reader.finish();
  }
  if (kind != json::Kind::kObject && !reader.failed()) {
    return fail(Code::kInvalid, fmt::format("expected a JSON object, found {}", json::to_string(kind)));
  }
  reader.begin_object();
  std::string key;
  while (reader.next_member(key)) {
    const std::string_view raw = reader.read_raw();
    if (!reader.failed()) TRY_VOID(visit(key, raw));
  }
  return reader.finish();
}

Result<Found> find_in_vault(std::string_view payload, std::string_view property) {
  Result<void> problem;
  const std::string_view document = first_value(payload, problem);
  TRY_VOID(std::move(problem));
  if (property.empty()) return rewritten(document);
  Found exact;
  TRY_VOID(each_member(document, [&](const std::string& key, std::string_view raw) -> Result<void> {
    if (key != property) return {};
    TRY(exact, member_bytes(raw, true));
    return {};
  }));
  if (exact) return exact;
  TRY(const SecretBytes anew, rewritten(document));
  return path_in(anew.reveal(), property);
}

Result<Found> find_in_kubernetes(const SecretBytes& payload, std::string_view property) {
  TRY(const SecretMap data, extract_members(payload));
  if (property.empty()) {
    SecretBytes out;
    json::Writer writer(out);
    writer.begin_object();
    for (const auto& [key, value] : data) {
      writer.key(key);
      writer.string(value.reveal());
    }
    writer.end_object();
    return out;
  }
  const Holder holder = holder_of(data, property);
  if (holder.value == nullptr) return std::nullopt;
  if (holder.path.empty()) return *holder.value;
  return path_in(holder.value->reveal(), holder.path);
}

SecretBytes decoded_bytes(const Value& v) {
  switch (v.type()) {
    case Type::kNil:
      return {};
    case Type::kString:
      return SecretBytes(v.text());
    case Type::kFloat64:
      return SecretBytes(format_float(v.real(), 'f', -1));
    default:
      return SecretBytes(write_json(v).value_or(""));
  }
}

}  // namespace

Result<std::optional<SecretBytes>> find_property(LookupRule rule, const SecretBytes& payload,
                                                 std::string_view property) {
  const std::string_view document = payload.reveal();
  if (rule == LookupRule::kKeyThenRewritten) return find_in_vault(document, property);
  if (rule == LookupRule::kTextsOfData) return find_in_kubernetes(payload, property);
  if (property.empty()) return payload;
  if (rule == LookupRule::kJsonKeyThenPath) {
    if (auto valid = json::validate(document); !valid)
      return std::unexpected(std::move(valid).error().prefixed("unable to unmarshal secret from JSON"));
  }
  if (rule == LookupRule::kPath) return path_in(document, property);
  const bool dotted = property.substr(rule == LookupRule::kJsonKeyThenPath ? 1 : 0).contains('.');
  if (rule != LookupRule::kPathThenKey && dotted) {
    TRY(auto found, literal_in(document, property));
    if (found) return found;
  }
  TRY(auto found, path_in(document, property));
  if (found) return found;
  if (rule == LookupRule::kPathThenKey && dotted) return literal_in(document, property);
  return std::nullopt;
}

Holder holder_of(const SecretMap& data, std::string_view property) {
  if (const auto exact = data.find(property); exact != data.end()) return {&exact->second, {}};
  const auto dot = property.find('.');
  if (dot == std::string_view::npos || dot == 0 || property.ends_with('.')) return {};
  const auto holder = data.find(property.substr(0, dot));
  if (holder == data.end()) return {};
  return {&holder->second, property.substr(dot + 1)};
}

Result<SecretMap> extract_members(const SecretBytes& payload) {
  SecretMap out;
  TRY_VOID(each_member(payload.reveal(), [&out](const std::string& key, std::string_view raw) -> Result<void> {
    TRY(SecretBytes bytes, member_bytes(raw, false));
    out.insert_or_assign(key, std::move(bytes));
    return {};
  }));
  return out;
}

Result<SecretMap> extract_decoded(const SecretBytes& payload) {
  Result<void> problem;
  const std::string_view document = first_value(payload.reveal(), problem);
  TRY_VOID(std::move(problem));
  TRY(const Value v, read_json(document));
  SecretMap out;
  if (v.is_nil()) return out;
  if (!v.is_map()) return fail(Code::kInvalid, "expected a JSON object");
  for (const auto& [key, member] : v.members()) out.emplace(key, decoded_bytes(member));
  return out;
}

}  // namespace rotor::tmpl
