// Reading what a request carries: bodies and options.
#include "apiserver/http/call.hpp"

#include <charconv>

#include <fmt/format.h>

#include "apiserver/schema/protobuf.hpp"
#include "json/yaml.hpp"

namespace rotor::apiserver {

namespace {

constexpr std::size_t kMaxBody = std::size_t{3} << 20;

bool is_yaml(std::string_view type) { return type == "application/yaml" || type == "application/apply-patch+yaml"; }

Answer<json::Value> parse_yaml(std::string_view document) {
  auto documents = json::parse_yaml_stream(document);
  if (!documents) return refuse(bad_request("error decoding YAML: " + documents.error().message));
  if (documents->size() != 1) return refuse(bad_request("error decoding YAML: one document is expected"));
  return std::move(documents->front().value);
}

Failure bad_options(std::string_view options, FieldError error) {
  return invalid("meta.k8s.io", options, "", {std::move(error)});
}

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

void read_options(const json::Object& from, DeleteRequest& to) {
  if (const auto policy = text(from, "propagationPolicy"); !policy.empty()) to.propagation = policy;
  if (const json::Object* wanted = child(from, "preconditions")) {
    to.uid = text(*wanted, "uid");
    to.resource_version = text(*wanted, "resourceVersion");
  }
  const json::Value* grace = from.if_contains("gracePeriodSeconds");
  if (grace != nullptr && grace->is_int64()) to.grace_seconds = grace->get_int64();
  const json::Value* orphan = from.if_contains("orphanDependents");
  to.orphaned_twice = orphan != nullptr && !orphan->is_null() && !to.propagation.empty();
  if (orphan != nullptr && orphan->is_bool() && !to.orphaned_twice)
    to.propagation = orphan->get_bool() ? "Orphan" : "Background";
  const json::Array* dry = list(from, "dryRun");
  if (dry != nullptr && !dry->empty()) to.dry_run = true;
}

}  // namespace

Answer<Body> read_object(const net::ServerRequest& request, std::string_view what) {
  if (request.body.size() > kMaxBody) return refuse(too_large_body(kMaxBody));
  const std::string type = media_type(header(request, "Content-Type"));
  const std::string_view body = request.body.reveal();
  if (type == schema::kProtobufType) {
    auto object = schema::from_protobuf(body);
    if (!object) return refuse(bad_request(std::move(object).error().message));
    return Body{*std::move(object), {}};
  }
  if (!type.empty() && type != "application/json" && type != "*/*" && !is_yaml(type)) {
    return refuse(
        unsupported_media_type("the body of the request was in an unknown format - accepted media types include: "
                               "application/json, application/yaml, application/vnd.kubernetes.protobuf"));
  }
  const auto unrecognized = [&](std::string_view why) {
    return refuse(bad_request(fmt::format(
        "the object provided is unrecognized (must be of type {}): couldn't get version/kind; json parse error: {}",
        what, why)));
  };
  if (is_yaml(type)) {
    TRY(json::Value value, parse_yaml(body));
    if (!value.is_object()) return unrecognized("the document is no object");
    return Body{std::move(value.get_object()), {}};
  }
  if (body.empty()) return unrecognized("unexpected end of JSON input (<empty>)");
  auto value = json::parse(body);
  if (!value) return unrecognized(value.error().message);
  if (!value->is_object()) return unrecognized("the document is no object");
  return Body{std::move(value->get_object()), schema::duplicate_fields(body)};
}

Answer<json::Value> read_patch(const net::ServerRequest& request, PatchType type) {
  if (request.body.size() > kMaxBody) return refuse(too_large_body(kMaxBody));
  const std::string_view body = request.body.reveal();
  if (type == PatchType::kApply) return parse_yaml(body);
  auto value = json::parse(body);
  if (!value) return refuse(bad_request("error decoding patch: " + value.error().message));
  return *std::move(value);
}

Answer<bool> dry_run(const Query& query, std::string_view options) {
  for (const std::string_view value : query.all("dryRun")) {
    if (value == "All") return true;
    if (!value.empty()) {
      return refuse(bad_options(
          options, {"FieldValueNotSupported",
                    fmt::format("Unsupported value: [\"{}\"]: supported values: \"All\"", value), "dryRun"}));
    }
  }
  return false;
}

Answer<WriteRequest> write_request(const net::ServerRequest& request, const Query& query, std::string_view options) {
  WriteRequest out;
  out.manager = query.get("fieldManager");
  if (out.manager.size() > 128) {
    return refuse(
        bad_options(options, {"FieldValueTooLong", "Too long: may not be more than 128 bytes", "fieldManager"}));
  }
  if (out.manager.empty()) out.manager = patch::default_manager(header(request, "User-Agent"));
  const std::string_view validation = query.get("fieldValidation");
  if (validation == "Strict") {
    out.validation = schema::FieldValidation::kStrict;
  } else if (validation == "Ignore") {
    out.validation = schema::FieldValidation::kIgnore;
  } else if (!validation.empty() && validation != "Warn") {
    return refuse(
        bad_options(options, field_unsupported("fieldValidation", validation, {"", "Ignore", "Strict", "Warn"})));
  }
  TRY(out.dry_run, dry_run(query, options));
  out.force = query.flag("force");
  return out;
}

Answer<DeleteRequest> delete_request(const net::ServerRequest& request, const Query& query) {
  DeleteRequest out;
  if (!request.body.empty()) {
    TRY(const Body body, read_object(request, "DeleteOptions"));
    read_options(body.object, out);
  }
  if (const auto policy = query.get("propagationPolicy"); !policy.empty()) out.propagation = policy;
  if (const auto grace = integer(query.get("gracePeriodSeconds"))) out.grace_seconds = grace;
  TRY(const bool dry, dry_run(query, "DeleteOptions"));
  out.dry_run = out.dry_run || dry;
  if (out.orphaned_twice) {
    return refuse(bad_options("DeleteOptions", field_invalid("propagationPolicy", json::Value(out.propagation),
                                                             "orphanDependents and deletionPropagation cannot be "
                                                             "both set")));
  }
  const std::string& policy = out.propagation;
  if (!policy.empty() && policy != "Foreground" && policy != "Background" && policy != "Orphan") {
    return refuse(bad_options("DeleteOptions", field_unsupported("propagationPolicy", policy,
                                                                 {"Foreground", "Background", "Orphan", "nil"})));
  }
  return out;
}

}  // namespace rotor::apiserver
