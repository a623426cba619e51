#include "providers/vault/kv.hpp"

#include <array>

#include <fmt/format.h>

#include "json/reader.hpp"
#include "json/writer.hpp"
#include "providers/common/message.hpp"
#include "providers/vault/answer.hpp"
#include "template/go/number.hpp"

namespace rotor::providers::vault {
namespace {

constexpr std::string_view kNothing = "Secret does not exist";

bool is_object(std::string_view raw) { return raw.starts_with('{'); }

std::unexpected<Error> no_answer(std::string_view why) {
  return fail(Code::kUnavailable, fmt::format("the server's answer makes no sense: {}", why));
}

std::unexpected<Error> wrong_version(bool v1) {
  return fail(Code::kInvalid,
              v1 ? "failed to find data field: the mount is of KV version 2, but spec.provider.vault.version is v1"
                 : "failed to find data field: the server says that this is no path of a KV version 2 mount; compare "
                   "spec.provider.vault.path and version with `vault secrets list -detailed`");
}

// Of a version without data: it was deleted or destroyed, and the server says so.
bool is_deleted(std::string_view data) {
  const std::string_view metadata = member_of(data, "metadata").value_or("{}");
  return !text_member(metadata, "deletion_time").empty() || member_of(metadata, "destroyed") == "true";
}

// The number of the version that was read.
std::string version_in(std::string_view data) {
  const std::string_view number = member_of(member_of(data, "metadata").value_or("{}"), "version").value_or("");
  const bool digits = !number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos;
  return digits ? std::string(number) : std::string();
}

Lookup<Document> document_inside(std::string_view data, int status) {
  const std::optional<std::string_view> inside = member_of(data, "data");
  if (!inside) return wrong_version(false);
  if (*inside == "null") {
    if (status == 404 && is_deleted(data)) return Absent{std::string(kNothing)};
    return fail(Code::kInvalid, "secret has no data, and the server does not say that it was deleted");
  }
  if (!is_object(*inside) || status == 404) return fail(Code::kInvalid, "failed to unmarshall JSON");
  return Document{SecretBytes(*inside), version_in(data)};
}

// Version 1 and everything that is not KV. Whoever reads a version 2 path whole gets its deletion as absence, too.
Lookup<Document> document_itself(std::string_view data, int status) {
  if (status == 404) {
    if (member_of(data, "data") == "null" && is_deleted(data)) return Absent{std::string(kNothing)};
    return no_answer("404 with data");
  }
  if (!is_object(data)) return fail(Code::kInvalid, "failed to unmarshall JSON");
  return Document{SecretBytes(data)};
}

// A JSON value as text: strings as they read, null empty, the rest as written.
SecretBytes plain(std::string_view raw) {
  json::Reader reader(raw);
  if (reader.peek() == json::Kind::kString) return reader.read_secret();
  return raw == "null" ? SecretBytes() : SecretBytes(raw);
}

Result<SecretBytes> member_bytes(std::string_view raw) {
  json::Reader reader(raw);
  switch (reader.peek()) {
    case json::Kind::kObject:
    case json::Kind::kArray:
      return json::compact_sorted_secret(raw, json::Escape::kHtml);
    case json::Kind::kNumber: {
      if (raw.find_first_of(".eE") == std::string_view::npos) return SecretBytes(raw);
      const auto number = tmpl::parse_float(raw);
      return number.value ? SecretBytes(tmpl::format_float(*number.value, 'f', -1)) : SecretBytes(raw);
    }
    default:
      return plain(raw);
  }
}

template <class Visit>
void each_member(std::string_view object, Visit visit) {
  json::Reader reader(object);
  if (reader.peek() != json::Kind::kObject) return;
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) visit(key, reader.read_raw());
}

}  // namespace

Lookup<Document> read_document(bool v1, const net::Response& response) {
  const auto envelope = read_envelope(response.body);
  if (!envelope) return no_answer("it is no JSON object");
  if (response.status == 404 && envelope->says_nothing()) return Absent{std::string(kNothing)};
  if (!envelope->data) {
    if (envelope->warns_of_versions()) return wrong_version(v1);
    return no_answer("it holds no data");
  }
  return v1 ? document_itself(*envelope->data, response.status) : document_inside(*envelope->data, response.status);
}

Result<void> check_mount(bool v1, const net::Response& response) {
  const auto envelope = read_envelope(response.body);
  const std::string_view mount = envelope ? envelope->data.value_or("{}") : "{}";
  const std::string type = text_member(mount, "type");
  if (type.empty()) return {};
  const std::string_view options = member_of(mount, "options").value_or("{}");
  const bool versioned = type == "kv" && text_member(options, "version") == "2";
  if (versioned != v1) return {};
  const std::string path = fit_message(text_member(mount, "path"));
  if (v1) {
    return fail(Code::kInvalid,
                fmt::format("the mount {} is of KV version 2, but spec.provider.vault.version is v1", path));
  }
  if (type == "kv" || type == "generic") {
    return fail(Code::kInvalid,
                fmt::format("the mount {} is of KV version 1, but spec.provider.vault.version is v2", path));
  }
  return fail(Code::kInvalid,
              fmt::format("the mount {} is of type {}, not kv: spec.provider.vault.version: v1 without path reads it",
                          path, fit_message(type)));
}

Lookup<std::vector<std::string>> read_names(const net::Response& response) {
  std::vector<std::string> names;
  const auto envelope = read_envelope(response.body);
  if (!envelope) return no_answer("it is no JSON object");
  if (response.status == 404 && envelope->says_nothing()) return Absent{std::string(kNothing)};
  if (envelope->warns_of_versions()) return wrong_version(true);
  if (response.status == 404 || !envelope->data || !is_object(*envelope->data)) return no_answer("it is no list");
  const auto keys = member_of(*envelope->data, "keys");
  if (!keys) return no_answer("it is no list");
  if (*keys == "null") return names;
  json::Reader reader(*keys);
  reader.begin_array();
  while (reader.next_element()) names.push_back(reader.read_string());
  if (!reader.finish()) return no_answer("its keys are no list of names");
  return names;
}

Lookup<SecretMap> read_metadata(const net::Response& response) {
  static constexpr std::array<std::string_view, 3> kShown{"created_time", "current_version", "delete_version_after"};
  const auto envelope = read_envelope(response.body);
  if (!envelope) return no_answer("it is no JSON object");
  if (response.status == 404 && envelope->says_nothing()) return Absent{"secret not found"};
  if (!envelope->data && envelope->warns_of_versions()) return wrong_version(false);
  if (response.status == 404 || !envelope->data || !is_object(*envelope->data))
    return no_answer("it holds no metadata");
  SecretMap metadata;
  for (const std::string_view field : kShown) {
    const auto raw = member_of(*envelope->data, field);
    if (raw && *raw != "null") metadata.insert_or_assign(std::string(field), plain(*raw));
  }
  each_member(member_of(*envelope->data, "custom_metadata").value_or("null"),
              [&](const std::string& key, std::string_view raw) { metadata.insert_or_assign(key, plain(raw)); });
  return metadata;
}

SecretBytes metadata_document(const SecretMap& metadata) {
  SecretBytes out;
  if (metadata.empty()) return out;
  json::Writer writer(out, json::Escape::kHtml);
  writer.begin_object();
  for (const auto& [key, value] : metadata) {
    writer.key(key);
    writer.string(value.reveal());
  }
  writer.end_object();
  return out;
}

Result<SecretMap> members_of(const SecretBytes& document) {
  const auto wrong = [] { return fail(Code::kInvalid, "failed to unmarshal secret: invalid JSON format"); };
  json::Reader reader(document.reveal());
  if (reader.peek() != json::Kind::kObject) return wrong();
  SecretMap members;
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    const std::string_view raw = reader.read_raw();
    if (reader.failed()) return wrong();
    auto bytes = member_bytes(raw);
    if (!bytes) return wrong();
    members.insert_or_assign(key, *std::move(bytes));
  }
  if (!reader.finish()) return wrong();
  return members;
}

}  // namespace rotor::providers::vault
