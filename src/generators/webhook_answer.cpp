#include "generators/webhook_answer.hpp"

#include <fmt/format.h>

#include "generators/answer_values.hpp"
#include "generators/json_path.hpp"
#include "json/reader.hpp"
#include "net/http1.hpp"

namespace rotor::generators {
namespace {

using providers::Judgement;

constexpr int kNotModified = 304;
constexpr int kNotFound = 404;

Result<std::string_view> place_in(std::string_view document, std::string_view json_path, std::string_view shown) {
  if (json_path.empty()) return document;
  const auto path = parse_json_path(json_path);
  auto place = path ? find_json(document, *path) : Result<std::string_view>(std::unexpected(path.error()));
  if (place) return *place;
  return std::unexpected(Error(place.error()).prefixed(fmt::format("failed to get response path {}", shown)));
}

Result<SecretMap> object_values(std::string_view value) {
  json::Reader reader(value);
  const auto kind = reader.peek();
  if (kind == json::Kind::kObject) return answer_values(value, Numbers::kPlain);
  return fail(Code::kInvalid, fmt::format("failed to get response (wrong type: {}); spec.result.jsonPath must lead to "
                                          "an object, each of whose members becomes a key",
                                          json::to_string(kind)));
}

Result<SecretMap> values_in(std::string_view body, std::string_view json_path, std::string_view shown) {
  if (auto valid = json::validate(body); !valid) {
    return std::unexpected(std::move(valid).error().prefixed("failed to parse response json"));
  }
  TRY(const std::string_view place, place_in(body, json_path, shown));
  json::Reader reader(place);
  if (reader.peek() != json::Kind::kString) return object_values(place);
  // A text that holds a document of its own.
  const SecretBytes inner = reader.read_secret();
  if (auto valid = json::validate(inner.reveal()); !valid) {
    return std::unexpected(std::move(valid).error().prefixed("failed to parse response json from jsonpath"));
  }
  return object_values(inner.reveal());
}

}  // namespace

Judgement judge_webhook(const net::Response& response) {
  const int status = response.status;
  if (status / 100 == 2 || status == kNotFound) return Judgement::take();
  if (status == kNotModified) return Judgement::fail({Code::kInvalid, "not modified: the endpoint answered 304"});
  Error error = providers::error_by_status("endpoint gave error", status);
  const std::string_view note = status / 100 == 3 ? " (a redirect, which is not followed)" : "";
  error.message = fmt::format("endpoint gave error {} {}{}", status, net::reason_phrase(status), note);
  return Judgement::fail(std::move(error));
}

providers::Lookup<SecretMap> webhook_values(const net::Response& response, std::string_view json_path,
                                            std::string_view shown) {
  if (response.status == kNotFound) return providers::Absent{"Secret does not exist: the endpoint answered 404"};
  return values_in(response.body.reveal(), json_path, shown);
}

}  // namespace rotor::generators
