// What the API server answers when it refuses: metav1.Status with the wording clients and people know.
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.hpp"

namespace rotor::apiserver {

struct Failure {
  int code = 500;
  std::string reason;
  std::string message;
  json::Object details{};
  int retry_after_seconds = 0;
};

template <class T>
using Answer = std::expected<T, Failure>;

inline std::unexpected<Failure> refuse(Failure failure) { return std::unexpected(std::move(failure)); }

// One thing wrong with one field: {"FieldValueInvalid", "Invalid value: …", "spec.a"}.
struct FieldError {
  std::string reason;
  std::string message;
  std::string field;
};

// `resource` is the plural, `kind` the Kind; core's group is "".
Failure not_found(std::string_view group, std::string_view resource, std::string_view name);
Failure no_such_resource();
Failure already_exists(std::string_view group, std::string_view resource, std::string_view name);
Failure conflict(std::string_view group, std::string_view resource, std::string_view name, std::string_view why);
Failure invalid(std::string_view group, std::string_view kind, std::string_view name,
                const std::vector<FieldError>& errors);
Failure bad_request(std::string message);
Failure unauthorized();
Failure forbidden(std::string_view group, std::string_view resource, std::string_view name, std::string_view why);
// As a webhook that refuses with 403 is quoted.
Failure denied_by_webhook(std::string_view webhook, std::string_view why);
Failure method_not_allowed();
Failure unsupported_media_type(std::string message);
Failure not_acceptable(std::string message);
Failure expired(std::string message);
Failure too_large_resource_version(std::uint64_t asked, std::uint64_t current);
Failure internal(std::string message);
Failure too_large_for_store();
Failure too_large_body(std::size_t limit);

FieldError field_invalid(std::string field, const json::Value& value, std::string_view why);
FieldError field_required(std::string field, std::string_view why);
FieldError field_duplicate(std::string field, const json::Value& value);
FieldError field_not_found(std::string field, const json::Value& value);
FieldError field_forbidden(std::string field, std::string_view why);
FieldError field_unsupported(std::string field, std::string_view value, const std::vector<std::string_view>& supported);

json::Object to_status(const Failure& failure);

// The answer to a delete that removed the object at once.
json::Object success_status(std::string_view group, std::string_view resource, std::string_view name,
                            std::string_view uid);

}  // namespace rotor::apiserver
