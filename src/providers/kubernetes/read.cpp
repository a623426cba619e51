#include "providers/kubernetes/read.hpp"

#include <fmt/format.h>

#include "json/reader.hpp"
#include "json/writer.hpp"
#include "providers/common/property.hpp"
#include "providers/kubernetes/not_text.hpp"

namespace rotor::providers::kubernetes {
namespace {

SecretBytes map_text(const kube::StringMap& map) { return SecretBytes(map.empty() ? "null" : json::write(map)); }

std::string no_property(const RemoteRef& ref, std::string_view where) {
  return fmt::format("property {} does not exist in {} of secret \"{}\"", ref.property, where, ref.key);
}

// A Secret that is there without the property is a mistake in the manifest, not a secret that was deleted.
Result<SecretBytes> present(Lookup<SecretBytes> found) {
  if (found.absent()) return fail(Code::kInvalid, found.absence().what);
  if (found.failed()) return std::unexpected(found.error());
  return *std::move(found);
}

// `rest` is a label's whole name, dots and all; else the name ends at the first dot and a path into the value follows.
Result<SecretBytes> in_metadata(const kube::StringMap& map, std::string_view rest, const RemoteRef& ref) {
  if (const auto it = map.find(rest); it != map.end()) return SecretBytes(it->second);
  const auto dot = rest.find('.');
  const auto it = dot == std::string_view::npos ? map.end() : map.find(rest.substr(0, dot));
  if (it == map.end()) return fail(Code::kInvalid, no_property(ref, "metadata"));
  return present(property_of(tmpl::LookupRule::kPath, SecretBytes(it->second), rest.substr(dot + 1),
                             no_property(ref, "metadata")));
}

Result<SecretBytes> metadata_value(const kube::ObjectMeta& metadata, const RemoteRef& ref) {
  const std::string_view property = ref.property;
  if (property.empty()) {
    SecretBytes out(R"({"annotations":)");
    out.append(map_text(metadata.annotations).reveal());
    out.append(R"(,"labels":)");
    out.append(map_text(metadata.labels).reveal());
    out.append("}");
    return out;
  }
  if (property == "labels") return map_text(metadata.labels);
  if (property == "annotations") return map_text(metadata.annotations);
  if (property.starts_with("labels.")) return in_metadata(metadata.labels, property.substr(7), ref);
  if (property.starts_with("annotations.")) return in_metadata(metadata.annotations, property.substr(12), ref);
  return fail(Code::kInvalid, no_property(ref, "metadata"));
}

// Members as their JSON text: strings keep their quotes, as today.
Result<SecretMap> raw_members(const SecretBytes& document, const RemoteRef& ref) {
  json::Reader reader(document.reveal());
  SecretMap members;
  if (json::validate(document.reveal()) && reader.peek() == json::Kind::kObject) {
    reader.begin_object();
    std::string key;
    while (reader.next_member(key)) members.insert_or_assign(key, SecretBytes(reader.read_raw()));
    return members;
  }
  return std::unexpected(no_object({Code::kInvalid, "failed to unmarshal secret: invalid JSON format"}, ref));
}

Result<SecretMap> metadata_map(const kube::ObjectMeta& metadata, const RemoteRef& ref) {
  if (!ref.property.empty()) {
    TRY(const SecretBytes value, metadata_value(metadata, ref));
    if (value.reveal() == "null") return SecretMap();  // an object without labels or annotations
    return raw_members(value, ref);
  }
  SecretMap map;
  map.emplace("labels", map_text(metadata.labels));
  map.emplace("annotations", map_text(metadata.annotations));
  return map;
}

}  // namespace

SecretBytes whole(const SecretMap& data) {
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

Lookup<SecretBytes> read_value(const api::Secret& secret, const RemoteRef& ref) {
  if (ref.fetches_metadata()) return metadata_value(secret.metadata, ref);
  if (ref.property.empty()) {
    NotText not_text;
    not_text.look(ref.key, secret.data);
    return Lookup<SecretBytes>(whole(secret.data)).altered_by(not_text.said("remoteRef.property reads it as it is"));
  }
  return present(property_of(secret.data, ref.property, no_property(ref, "data")));
}

Result<SecretMap> read_map(const api::Secret& secret, const RemoteRef& ref) {
  if (ref.fetches_metadata()) return metadata_map(secret.metadata, ref);
  if (ref.property.empty()) return SecretMap(secret.data);
  TRY(const SecretBytes value,
      present(property_of(secret.data, ref.property,
                          fmt::format("property {} does not exist in key {}", ref.property, ref.key))));
  return raw_members(value, ref);
}

}  // namespace rotor::providers::kubernetes
