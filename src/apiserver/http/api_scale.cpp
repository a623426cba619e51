// The scale subresource: `kubectl scale` and autoscalers.
#include <fmt/format.h>

#include "apiserver/http/call.hpp"

namespace rotor::apiserver {

namespace {

using json::Object;

std::optional<std::int64_t> count(const json::Value& in, std::string_view path) {
  const json::Value* value = json::find(in, path);
  return value != nullptr && value->is_int64() ? std::optional(value->get_int64()) : std::nullopt;
}

// {"spec":{"replicas":n}} for "spec.replicas".
Object nested(std::string_view path, json::Value value) {
  const auto dot = path.find('.');
  Object out;
  out[path.substr(0, dot)] =
      dot == std::string_view::npos ? std::move(value) : json::Value(nested(path.substr(dot + 1), std::move(value)));
  return out;
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

Object scale_of(const ScalePaths& paths, const Object& workload) {
  const json::Value whole(workload);
  Object meta;
  for (const char* field : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
    if (const json::Value* value = metadata_of(workload).if_contains(field)) meta[field] = *value;
  }
  Object wanted;
  if (const std::int64_t n = count(whole, paths.wanted).value_or(0); n != 0) wanted["replicas"] = n;
  Object status;
  status["replicas"] = count(whole, paths.there).value_or(0);
  const std::string selector = paths.selector.empty() ? selector_text(child(workload, "spec"))
                                                      : std::string(json::find_string(whole, paths.selector));
  if (!selector.empty()) status["selector"] = selector;
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
  const ScalePaths& paths = *call.target.version->scale;
  TRY(const ObjectPtr workload, registry_.get(call.target));
  if (!count(json::Value(*workload), paths.wanted))
    return refuse(internal(fmt::format("the spec replicas field \".{}\" does not exist", paths.wanted)));
  return reply_of(200, scale_of(paths, *workload));
}

Answer<Reply> Api::change_scale(const Call& call) {
  const bool patching = call.http.method == "PATCH";
  TRY(const WriteRequest request, write_request(call.http, call.query, patching ? "PatchOptions" : "UpdateOptions"));
  TRY(const ObjectPtr workload, registry_.get(call.target));
  const ScalePaths& paths = *call.target.version->scale;
  json::Value scale(scale_of(paths, *workload));
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
  const std::int64_t replicas = count(scale, "spec.replicas").value_or(0);
  const ServedKind& kind = *call.target.kind;
  if (replicas < 0 && kind.custom) {
    return refuse(invalid(kind.group, kind.kind, call.target.name,
                          {field_invalid("." + paths.wanted, replicas, "should be a non-negative integer")}));
  }
  if (replicas < 0) return refuse(invalid("autoscaling", "Scale", call.target.name, {negative(replicas)}));

  Object wanted = nested(paths.wanted, replicas);
  const std::string_view revision = text(metadata_of(scale.get_object()), "resourceVersion");
  if (!revision.empty()) metadata_of(wanted)["resourceVersion"] = revision;
  Target target = call.target;
  target.subresource.clear();
  TRY(const Written result, registry_.patch(std::move(target), PatchType::kMerge, wanted, request));
  return reply_of(200, scale_of(paths, *result.object));
}

}  // namespace rotor::apiserver
