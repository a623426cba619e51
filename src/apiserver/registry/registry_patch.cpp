// PATCH: from a patch document to an update, and server-side apply.
#include <fmt/format.h>

#include "apiserver/registry/registry.hpp"
#include "apiserver/registry/strategy.hpp"

namespace rotor::apiserver {

namespace {

Failure wrong_patch_type(const ServedKind& kind) {
  return unsupported_media_type(
      kind.custom ? "the body of the request was in an unknown format - accepted media types include: "
                    "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
                  : "the body of the request was in an unknown format - accepted media types include: "
                    "application/json-patch+json, application/merge-patch+json, "
                    "application/strategic-merge-patch+json, application/apply-patch+yaml");
}

Answer<json::Object> patched(const Target& target, PatchType type, json::Object live, const json::Value& document) {
  if (type == PatchType::kJson) {
    TRY(json::Value out, patch::json_patch(json::Value(std::move(live)), document));
    if (!out.is_object()) return refuse(bad_request("the patch leaves no object"));
    return std::move(out.get_object());
  }
  if (!document.is_object()) {
    return refuse(
        bad_request("error decoding patch: json: cannot unmarshal array into Go value of type "
                    "map[string]interface {}"));
  }
  if (type == PatchType::kStrategic) {
    return patch::strategic_merge_patch(std::move(live), document.get_object(), *target.version->schema);
  }
  json::Value out(std::move(live));
  patch::json_merge_patch(out, document);
  return std::move(out.get_object());
}

// The fields of an applied configuration that the endpoint takes.
json::Object for_endpoint(const Target& target, json::Object configuration) {
  if (target.subresource != "status") {
    if (target.version->status) configuration.erase("status");
    return configuration;
  }
  json::Object out;
  for (const char* field : {"apiVersion", "kind", "status"}) {
    if (const json::Value* value = configuration.if_contains(field)) out[field] = *value;
  }
  json::Object& meta = metadata_of(out);
  for (const char* field : {"name", "namespace", "resourceVersion", "uid"}) {
    if (const json::Value* value = metadata_of(configuration).if_contains(field)) meta[field] = *value;
  }
  return out;
}

std::string strict_error(const std::vector<std::string>& unknown) {
  std::string out = "strict decoding error: ";
  for (std::size_t i = 0; i < unknown.size(); ++i) out += (i == 0 ? "" : ", ") + unknown[i];
  return out;
}

}  // namespace

Answer<Written> Registry::patch(Target target, PatchType type, const json::Value& document,
                                const WriteRequest& request) {
  if (type == PatchType::kStrategic && target.kind->custom) return refuse(wrong_patch_type(*target.kind));
  const ObjectPtr stored = store_.get(target.kind->storage_key, key_of(target));
  if (type == PatchType::kApply) {
    if (!document.is_object()) return refuse(bad_request("error decoding YAML: the configuration is no object"));
    return apply(target, stored, document.get_object(), request);
  }
  if (stored == nullptr) return refuse(not_found(target.kind->group, target.kind->plural, target.name));
  const json::Object live = present(*target.kind, *target.version, *stored);
  TRY(json::Object updated, patched(target, type, live, document));
  if (name_of(updated).empty()) {
    return refuse(bad_request(fmt::format(
        "the name of the object ({} based on URL) was undeterminable: name must be provided", target.name)));
  }
  TRY_VOID(check_type(target, updated));
  TRY_VOID(check_identity(target, updated));
  TRY(schema::Decoded decoded,
      schema::decode(*target.version->schema, std::move(updated), request.validation, request.duplicates));
  return replace(target, stored, std::move(decoded.object), request, true, std::move(decoded.warnings));
}

Answer<Written> Registry::apply(const Target& target, const ObjectPtr& stored, json::Object configuration,
                                const WriteRequest& request) {
  const ServedKind& kind = *target.kind;
  if (text(configuration, "apiVersion") != api_version_of(kind.group, target.version->version) ||
      text(configuration, "kind") != kind.kind) {
    const auto [group, version] = split_api_version(text(configuration, "apiVersion"));
    return refuse(
        bad_request(fmt::format("invalid object type: {}/{}, Kind={}", group, version, text(configuration, "kind"))));
  }
  const std::string uid(uid_of(configuration));
  const std::string revision(text(metadata_of(configuration), "resourceVersion"));
  if (stored == nullptr && !target.subresource.empty()) return refuse(not_found(kind.group, kind.plural, target.name));
  std::vector<std::string> warnings = request.duplicates;
  json::Object probe = configuration;
  for (std::string& one : schema::prune(*target.version->schema, probe)) warnings.push_back(std::move(one));
  if (!warnings.empty() && request.validation == schema::FieldValidation::kStrict) {
    return refuse(bad_request(strict_error(warnings)));
  }
  if (request.validation == schema::FieldValidation::kIgnore) warnings.clear();

  json::Object live;
  if (stored != nullptr) live = present(kind, *target.version, *stored);
  TRY(patch::Applied applied,
      patch::apply(*target.version->schema, stored == nullptr ? nullptr : &live,
                   for_endpoint(target, std::move(configuration)), who(target, request), request.force));
  TRY_VOID(check_identity(target, applied.object));
  if (stored == nullptr && !uid.empty()) {
    return refuse(conflict(kind.group, kind.plural, target.name,
                           fmt::format("uid mismatch: the provided object specified uid {}, and no existing object was "
                                       "found",
                                       uid)));
  }
  if (stored == nullptr) {
    return insert(target, std::move(applied.object), request, false, std::move(warnings));
  }
  if (!revision.empty() && revision != text(metadata_of(*stored), "resourceVersion")) {
    return refuse(modified(kind, target.name));
  }
  if (!applied.changed) return Written{stored, false, std::move(warnings)};
  return replace(target, stored, std::move(applied.object), request, false, std::move(warnings));
}

}  // namespace rotor::apiserver
