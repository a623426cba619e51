#include "apiserver/registry/status.hpp"

#include <fmt/format.h>

namespace rotor::apiserver {

namespace {

std::string qualified(std::string_view group, std::string_view name) {
  return group.empty() ? std::string(name) : fmt::format("{}.{}", name, group);
}

json::Object details_of(std::string_view group, std::string_view kind, std::string_view name) {
  json::Object out;
  if (!name.empty()) out["name"] = name;
  if (!group.empty()) out["group"] = group;
  if (!kind.empty()) out["kind"] = kind;
  return out;
}

json::Value cause(const FieldError& error) {
  json::Object out;
  out["reason"] = error.reason;
  out["message"] = error.message;
  out["field"] = error.field;
  return out;
}

}  // namespace

Failure not_found(std::string_view group, std::string_view resource, std::string_view name) {
  return {404, "NotFound", fmt::format("{} \"{}\" not found", qualified(group, resource), name),
          details_of(group, resource, name)};
}

Failure no_such_resource() { return {404, "NotFound", "the server could not find the requested resource"}; }

Failure already_exists(std::string_view group, std::string_view resource, std::string_view name) {
  return {409, "AlreadyExists", fmt::format("{} \"{}\" already exists", qualified(group, resource), name),
          details_of(group, resource, name)};
}

Failure conflict(std::string_view group, std::string_view resource, std::string_view name, std::string_view why) {
  return {409, "Conflict",
          fmt::format("Operation cannot be fulfilled on {} \"{}\": {}", qualified(group, resource), name, why),
          details_of(group, resource, name)};
}

Failure invalid(std::string_view group, std::string_view kind, std::string_view name,
                const std::vector<FieldError>& errors) {
  std::string list;
  json::Array causes;
  for (const FieldError& error : errors) {
    list += fmt::format("{}{}: {}", list.empty() ? "" : ", ", error.field, error.message);
    causes.push_back(cause(error));
  }
  if (errors.size() > 1) list = "[" + list + "]";
  Failure out{422, "Invalid", fmt::format("{} \"{}\" is invalid: {}", qualified(group, kind), name, list),
              details_of(group, kind, name)};
  if (errors.empty()) out.message = fmt::format("{} \"{}\" is invalid", qualified(group, kind), name);
  out.details["causes"] = std::move(causes);
  return out;
}

Failure bad_request(std::string message) { return {400, "BadRequest", std::move(message)}; }

Failure unauthorized() { return {401, "Unauthorized", "Unauthorized"}; }

Failure forbidden(std::string_view group, std::string_view resource, std::string_view name, std::string_view why) {
  const std::string what = resource.empty() ? "forbidden"
                           : name.empty()   ? fmt::format("{} is forbidden", qualified(group, resource))
                                            : fmt::format("{} \"{}\" is forbidden", qualified(group, resource), name);
  return {403, "Forbidden", fmt::format("{}: {}", what, why), details_of(group, resource, name)};
}

Failure denied_by_webhook(std::string_view webhook, std::string_view why) {
  return {403, "Forbidden", fmt::format("admission webhook \"{}\" denied the request: {}", webhook, why)};
}

Failure method_not_allowed() {
  return {405, "MethodNotAllowed", "the server does not allow this method on the requested resource"};
}

Failure unsupported_media_type(std::string message) { return {415, "UnsupportedMediaType", std::move(message)}; }

Failure not_acceptable(std::string message) { return {406, "NotAcceptable", std::move(message)}; }

Failure expired(std::string message) { return {410, "Expired", std::move(message)}; }

Failure too_large_resource_version(std::uint64_t asked, std::uint64_t current) {
  Failure out{504, "Timeout", fmt::format("Timeout: Too large resource version: {}, current: {}", asked, current)};
  json::Object why;
  why["reason"] = "ResourceVersionTooLarge";
  why["message"] = "Too large resource version";
  out.details["causes"] = json::Array{std::move(why)};
  out.retry_after_seconds = 1;
  return out;
}

Failure internal(std::string message) {
  Failure out{500, "InternalError", "Internal error occurred: " + message};
  json::Object why;
  why["message"] = message;
  out.details["causes"] = json::Array{std::move(why)};
  return out;
}

Failure too_large_for_store() { return {500, "", "etcdserver: request is too large"}; }

Failure too_large_body(std::size_t limit) {
  return {413, "RequestEntityTooLarge", fmt::format("Request entity too large: limit is {}", limit)};
}

FieldError field_invalid(std::string field, const json::Value& value, std::string_view why) {
  return {"FieldValueInvalid", fmt::format("Invalid value: {}: {}", json::serialize(value), why), std::move(field)};
}

FieldError field_required(std::string field, std::string_view why) {
  return {"FieldValueRequired", why.empty() ? "Required value" : fmt::format("Required value: {}", why),
          std::move(field)};
}

FieldError field_duplicate(std::string field, const json::Value& value) {
  return {"FieldValueDuplicate", fmt::format("Duplicate value: {}", json::serialize(value)), std::move(field)};
}

FieldError field_not_found(std::string field, const json::Value& value) {
  return {"FieldValueNotFound", fmt::format("Not found: {}", json::serialize(value)), std::move(field)};
}

FieldError field_forbidden(std::string field, std::string_view why) {
  return {"FieldValueForbidden", fmt::format("Forbidden: {}", why), std::move(field)};
}

FieldError field_unsupported(std::string field, std::string_view value,
                             const std::vector<std::string_view>& supported) {
  std::string list;
  for (const std::string_view one : supported) list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", one);
  return {"FieldValueNotSupported", fmt::format("Unsupported value: \"{}\": supported values: {}", value, list),
          std::move(field)};
}

json::Object to_status(const Failure& failure) {
  json::Object out;
  out["kind"] = "Status";
  out["apiVersion"] = "v1";
  out["metadata"] = json::Object{};
  out["status"] = "Failure";
  out["message"] = failure.message;
  if (!failure.reason.empty()) out["reason"] = failure.reason;
  json::Object details = failure.details;
  if (failure.retry_after_seconds > 0) details["retryAfterSeconds"] = failure.retry_after_seconds;
  if (!details.empty() || failure.code == 404) out["details"] = std::move(details);
  out["code"] = failure.code;
  return out;
}

json::Object success_status(std::string_view group, std::string_view resource, std::string_view name,
                            std::string_view uid) {
  json::Object out;
  out["kind"] = "Status";
  out["apiVersion"] = "v1";
  out["metadata"] = json::Object{};
  out["status"] = "Success";
  json::Object details = details_of(group, resource, name);
  if (!uid.empty()) details["uid"] = uid;
  out["details"] = std::move(details);
  return out;
}

}  // namespace rotor::apiserver
