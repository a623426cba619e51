#include "providers/azure/bundle.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/encoding.hpp"
#include "base/time.hpp"
#include "json/writer.hpp"
#include "providers/azure/json_walk.hpp"
#include "providers/azure/jwk.hpp"
#include "providers/common/property.hpp"

namespace rotor::providers::azure {
namespace {

// What `attributes` has of interest; each is seconds since 1970.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kAttributes = {{
    {"exp", "attribute.expires"},
    {"created", "attribute.created"},
    {"updated", "attribute.updated"},
    {"nbf", "attribute.notBefore"},
}};
constexpr std::int64_t kMostSeconds = 9'000'000'000;  // beyond it WallTime ends

std::optional<std::int64_t> seconds_of(std::string_view raw) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), seconds);
  const bool whole = error == std::errc() && end == raw.data() + raw.size();
  return whole && std::abs(seconds) <= kMostSeconds ? std::optional(seconds) : std::nullopt;
}

void read_attributes(json::Reader& reader, SecretMap& metadata) {
  each_member(reader, [&](const std::string& key) {
    const auto* known = std::ranges::find(kAttributes, key, &std::pair<std::string_view, std::string_view>::first);
    const auto seconds = seconds_of(reader.read_raw());
    if (known == kAttributes.end() || !seconds) return;
    metadata.insert_or_assign(std::string(known->second),
                              SecretBytes(format_time(WallTime(std::chrono::seconds(*seconds)))));
  });
}

void read_tags(json::Reader& reader, SecretMap& metadata) {
  each_member(reader, [&](const std::string& key) {
    SecretBytes value;
    if (reader.peek() == json::Kind::kString) {
      value = reader.read_secret();
    } else if (const std::string_view raw = reader.read_raw(); raw != "null") {
      value = SecretBytes(raw);
    }
    metadata.insert_or_assign(key, std::move(value));
  });
}

// Is `id` ("https://v.vault.azure.net/secrets/NAME/VERSION") the object we asked for?
bool names_object(std::string_view id, const ObjectName& object, std::string_view version) {
  const std::string lower = ascii_lower(id);
  const std::string path = fmt::format("/{}/{}", row_of(object.type).path, ascii_lower(object.name));
  const auto at = lower.rfind(path);
  if (at == std::string::npos) return false;
  const std::string_view rest = std::string_view(lower).substr(at + path.size());
  if (version.empty()) return rest.empty() || rest.starts_with('/');
  return rest == "/" + ascii_lower(version);
}

// `…/secrets/NAME/VERSION`: what comes after the name.
std::string version_in(std::string_view id, const ObjectName& object) {
  const std::size_t last = id.rfind('/');
  if (last == std::string_view::npos) return {};
  const bool names_none = ascii_lower(id.substr(last + 1)) == ascii_lower(object.name);
  return names_none ? std::string() : std::string(id.substr(last + 1));
}

struct Parts {
  std::string id;
  std::optional<SecretBytes> value;
  SecretMap metadata;
};

void read_value(json::Reader& reader, Type type, Parts& parts) {
  if (type == Type::kKey) {
    if (auto key = read_jwk(reader)) {
      parts.id = std::move(key->id);
      parts.value = std::move(key->json);
    }
  } else if (reader.peek() == json::Kind::kString) {
    parts.value = reader.read_secret();
  } else {
    reader.read_raw();
  }
}

Result<Parts> read_parts(Type type, const SecretBytes& body) {
  json::Reader reader(body.reveal());
  Parts parts;
  SecretMap attributes;
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    if (key == row_of(type).value)
      read_value(reader, type, parts);
    else if (key == "id" && reader.peek() == json::Kind::kString)
      parts.id = reader.read_string();
    else if (key == "tags")
      read_tags(reader, parts.metadata);
    else if (key == "attributes")
      read_attributes(reader, attributes);
    else
      reader.read_raw();
  }
  TRY_VOID(reader.finish());
  for (auto& [name, value] : attributes) parts.metadata.insert_or_assign(name, std::move(value));
  return parts;
}

// A payload that is no JSON has no properties.
Result<SecretBytes> property_in(const SecretBytes& payload, std::string_view property, std::string missing) {
  auto found = property_of(tmpl::LookupRule::kPathThenKey, payload, property, std::move(missing));
  // Not there is a mistake in the manifest: the secret itself exists.
  if (found.absent()) return fail(Code::kInvalid, found.absence().what);
  if (found.failed()) return std::unexpected(found.error());
  return *std::move(found);
}

// The members of a JSON object of texts; nothing for any other text.
std::optional<SecretMap> texts_of(const SecretBytes& json) {
  json::Reader reader(json.reveal());
  if (reader.peek() != json::Kind::kObject) return std::nullopt;
  SecretMap members;
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    if (reader.peek() != json::Kind::kString) return std::nullopt;
    members.insert_or_assign(key, reader.read_secret());
  }
  if (!reader.finish()) return std::nullopt;
  return members;
}

}  // namespace

Result<Bundle> read_bundle(const ObjectName& object, std::string_view version, const SecretBytes& body) {
  const std::string_view call = row_of(object.type).call;
  auto parts = read_parts(object.type, body);
  if (!parts) return fail(Code::kUnavailable, fmt::format("{}: the answer is not a JSON object", call));
  if (!parts->value) return fail(Code::kUnavailable, fmt::format("{}: the answer holds no value", call));
  if (!names_object(parts->id, object, version)) {
    return fail(Code::kUnavailable, fmt::format("{}: the answer is about another object than the one asked for", call));
  }
  if (object.type == Type::kCertificate) {
    auto der = base64_decode_secret(parts->value->reveal());
    if (!der || der->empty()) return fail(Code::kUnavailable, fmt::format("{}: cer in the answer is not base64", call));
    parts->value = *std::move(der);
  }
  return Bundle{*std::move(parts->value), std::move(parts->metadata), version_in(parts->id, object)};
}

Result<SecretBytes> pick_value(const Bundle& bundle, Type type, const RemoteRef& ref) {
  if (ref.property.empty() || type == Type::kCertificate) return bundle.value;
  return property_in(bundle.value, ref.property,
                     fmt::format("property {} does not exist in key {}", ref.property, ref.key));
}

Result<SecretBytes> pick_metadata(const SecretMap& metadata, const std::string& property) {
  if (property.empty()) {
    SecretBytes out;
    json::Writer writer(out, json::Escape::kHtml);
    writer.begin_object();
    for (const auto& [name, value] : metadata) {
      writer.key(name);
      writer.string(value.reveal());
    }
    writer.end_object();
    return out;
  }
  if (const auto it = metadata.find(property); it != metadata.end()) return it->second;
  const auto dot = property.find('.');
  const auto holder =
      dot == std::string::npos || dot == 0 ? metadata.end() : metadata.find(std::string_view(property).substr(0, dot));
  if (holder == metadata.end()) return fail(Code::kInvalid, fmt::format("tag {} does not exist", property));
  const std::string rest = property.substr(dot + 1);
  return property_in(holder->second, rest, fmt::format("property {} does not exist in key {}", rest, property));
}

SecretMap spread_metadata(const SecretMap& metadata, const std::string& name) {
  SecretMap out;
  for (const auto& [tag, value] : metadata) {
    const std::string key = fmt::format("{}_{}", name, tag);
    auto members = texts_of(value);
    if (!members) {
      out.insert_or_assign(key, value);
      continue;
    }
    for (auto& [member, text] : *members) out.insert_or_assign(fmt::format("{}_{}", key, member), std::move(text));
  }
  return out;
}

}  // namespace rotor::providers::azure
