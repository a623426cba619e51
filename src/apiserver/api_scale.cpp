// The scale subresource of StatefulSets and Deployments: `kubectl scale` and autoscalers.
#include <fmt/format.h>

#include "apiserver/call.hpp"

namespace rotor::apiserver {

namespace {

using json::Object;

std::int64_t count(const Object* in, std::string_view key, std::int64_t otherwise) {
  const json::Value* value = in == nullptr ? nullptr : in->if_contains(key);
  return value != nullptr && value->is_int64() ? value->get_int64() : otherwise;
}

// matchLabels as the text of a selector; keys come in the object's order.
std::string selector_text(const Object* spec) {
  const Object* selector = spec == nullptr ? nullptr : child(*spec, "selector");
  const Object* pairs = selector == nullptr ? nullptr : child(*selector, "matchLabels");
  std::string out;
  if (pairs == nullptr) return out;
  for (const auto& pair : *pairs) {
    out += fmt::format("{}{}={}", out.empty() ? "" : ",", std::string_view(pair.key()), text(*pairs, pair.key()));
  }
  return out;
}

Object scale_of(const Object& workload) {
  Object meta;
  for (const char* field : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
    if (const json::Value* value = metadata_of(workload).if_contains(field)) meta[field] = *value;
  }
  const Object* spec = child(workload, "spec");
  Object wanted;
  wanted["replicas"] = count(spec, "replicas", 1);
  Object status;
  status["replicas"] = count(child(workload, "status"), "replicas", 0);
  status["selector"] = selector_text(spec);
  Object out;
  out["kind"] = "Scale";
  out["apiVersion"] = "autoscaling/v1";
  out["metadata"] = std::move(meta);
  out["spec"] = std::move(wanted);
  out["status"] = std::move(status);
  return out;
}

FieldError negative(std::int64_t replicas) {
  return field_invalid("spec.replicas", replicas, "must be greater than or equal to 0");
}

}  // namespace

Answer<Reply> Api::get_scale(const Call& call) const {
  TRY(const ObjectPtr workload, registry_.get(call.target));
  return reply_of(200, scale_of(*workload));
}

Answer<Reply> Api::change_scale(const Call& call) {
  const bool patching = call.http.method == "PATCH";
  TRY(const WriteRequest request, write_request(call.http, call.query, patching ? "PatchOptions" : "UpdateOptions"));
  TRY(const ObjectPtr workload, registry_.get(call.target));
  json::Value scale(scale_of(*workload));
  if (patching) {
    const std::string type = media_type(header(call.http, "Content-Type"));
    TRY(const json::Value document, read_patch(call.http, PatchType::kMerge));
    if (type == "application/json-patch+json") {
      TRY(scale, patch::json_patch(std::move(scale), document));
    } else if (type == "application/merge-patch+json" || type == "application/strategic-merge-patch+json") {
      patch::json_merge_patch(scale, document);
    } else {
      return refuse(
          unsupported_media_type("a Scale is changed by application/json-patch+json, application/merge-patch+json or "
                                 "application/strategic-merge-patch+json"));
    }
  } else {
    TRY(Body body, read_object(call.http, "Scale"));
    scale = std::move(body.object);
  }
  if (!scale.is_object()) return refuse(bad_request("the document is no Scale"));
  const std::int64_t replicas = count(child(scale.get_object(), "spec"), "replicas", 0);
  if (replicas < 0) return refuse(invalid("autoscaling", "Scale", call.target.name, {negative(replicas)}));

  Object wanted;
  wanted["spec"].emplace_object()["replicas"] = replicas;
  const std::string_view revision = text(metadata_of(scale.get_object()), "resourceVersion");
  if (!revision.empty()) metadata_of(wanted)["resourceVersion"] = revision;
  Target target = call.target;
  target.subresource.clear();
  TRY(const Written result, registry_.patch(std::move(target), PatchType::kMerge, wanted, request));
  return reply_of(200, scale_of(*result.object));
}

}  // namespace rotor::apiserver
