// POST, PUT, PATCH, DELETE.
#include <fmt/format.h>

#include "apiserver/http/call.hpp"

namespace rotor::apiserver {

namespace {

std::optional<PatchType> patch_type(const net::ServerRequest& request) {
  const std::string type = media_type(header(request, "Content-Type"));
  if (type == "application/merge-patch+json") return PatchType::kMerge;
  if (type == "application/strategic-merge-patch+json") return PatchType::kStrategic;
  if (type == "application/json-patch+json") return PatchType::kJson;
  if (type == "application/apply-patch+yaml") return PatchType::kApply;
  return std::nullopt;
}

Failure wrong_patch_type(const ServedKind& kind) {
  return unsupported_media_type(fmt::format(
      "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, "
      "application/merge-patch+json, {}application/apply-patch+yaml",
      kind.custom ? "" : "application/strategic-merge-patch+json, "));
}

}  // namespace

Reply Api::written(const Call& call, Written result) const {
  return {.status = result.created ? 201 : 200,
          .body = renderer_.one(call.target, *result.object, call.accepted),
          .warnings = std::move(result.warnings)};
}

Answer<Reply> Api::create(const Call& call) {
  const ServedKind& kind = *call.target.kind;
  TRY(WriteRequest request, write_request(call.http, call.query, "CreateOptions"));
  TRY(Body body, read_object(call.http, kind.kind));
  if (kind.create_only) {
    TRY_VOID(check_type(call.target, body.object));
    TRY(const json::Object answer,
        answer_review(call.target, std::move(body.object), call.caller, issuer_, store_, clock_.now()));
    return reply_of(201, answer);
  }
  Target target = call.target;
  if (kind.namespaced && target.ns.empty()) return refuse(method_not_allowed());
  request.duplicates = std::move(body.duplicates);
  TRY(Written result, registry_.create(std::move(target), std::move(body.object), request));
  return written(call, std::move(result));
}

Answer<Reply> Api::update(const Call& call) {
  TRY(WriteRequest request, write_request(call.http, call.query, "UpdateOptions"));
  TRY(Body body, read_object(call.http, call.target.kind->kind));
  request.duplicates = std::move(body.duplicates);
  TRY(Written result, registry_.update(call.target, std::move(body.object), request));
  return written(call, std::move(result));
}

Answer<Reply> Api::patch(const Call& call) {
  const auto type = patch_type(call.http);
  if (!type || (*type == PatchType::kStrategic && call.target.kind->custom)) {
    return refuse(wrong_patch_type(*call.target.kind));
  }
  TRY(WriteRequest request, write_request(call.http, call.query, "PatchOptions"));
  const auto refuse_option = [](FieldError error) {
    return refuse(invalid("meta.k8s.io", "PatchOptions", "", {std::move(error)}));
  };
  if (*type == PatchType::kApply && call.query.get("fieldManager").empty()) {
    return refuse_option(field_required("fieldManager", "is required for apply patch"));
  }
  if (*type != PatchType::kApply && call.query.has("force")) {
    return refuse_option(field_forbidden("force", "may not be specified for non-apply patch"));
  }
  TRY(const json::Value document, read_patch(call.http, *type));
  TRY(Written result, registry_.patch(call.target, *type, document, request));
  return written(call, std::move(result));
}

Answer<Reply> Api::remove(const Call& call) {
  TRY(const DeleteRequest request, delete_request(call.http, call.query));
  TRY(const Removed removed, registry_.remove(call.target, request));
  const ServedKind& kind = *call.target.kind;
  if (!removed.gone || kind.returns_deleted) {
    return Reply{.body = renderer_.one(call.target, *removed.object, call.accepted)};
  }
  return reply_of(200, success_status(kind.group, kind.plural, call.target.name, uid_of(*removed.object)));
}

Answer<Reply> Api::remove_collection(const Call& call) {
  TRY(const DeleteRequest request, delete_request(call.http, call.query));
  TRY(const ListRequest selection, list_request(call.query, false));
  WatchFilter filter{.ns = call.target.ns, .labels = {}, .fields = {}};
  TRY(filter.labels, LabelSelector::parse(selection.label_selector));
  TRY(filter.fields, FieldSelector::parse(selection.field_selector));
  TRY_VOID(filter.fields.check(call.target.version->selectable_fields, call.target.kind->namespaced));
  std::vector<ObjectPtr> items;
  for (const auto& [key, object] : store_.objects(call.target.kind->storage_key)) {
    if (filter.matches(*object)) items.push_back(object);
  }
  for (const ObjectPtr& item : items) {
    Target one = call.target;
    one.ns = namespace_of(*item);
    one.name = name_of(*item);
    TRY_VOID(registry_.remove(one, request));
  }
  return Reply{.body = renderer_.many(call.target, items, {.revision = store_.revision()}, call.accepted)};
}

}  // namespace rotor::apiserver
