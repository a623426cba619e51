#include "apiserver/registry/secret_types.hpp"

#include <cctype>
#include <optional>

#include <fmt/format.h>

#include "apiserver/registry/meta.hpp"
#include "base/encoding.hpp"

namespace rotor::apiserver {

namespace {

using Errors = std::vector<FieldError>;
using json::Object;

enum class Demand : std::uint8_t { kPresent, kFilled, kObject };

struct Row {
  std::string_view type, key;
  Demand demand;
};
constexpr Row kRows[] = {{"kubernetes.io/tls", "tls.crt", Demand::kPresent},
                         {"kubernetes.io/tls", "tls.key", Demand::kPresent},
                         {"kubernetes.io/ssh-auth", "ssh-privatekey", Demand::kFilled},
                         {"kubernetes.io/dockercfg", ".dockercfg", Demand::kObject},
                         {"kubernetes.io/dockerconfigjson", ".dockerconfigjson", Demand::kObject}};

constexpr std::string_view kAccount = "kubernetes.io/service-account.name";

std::string data_path(std::string_view key) { return fmt::format("data[{}]", key); }

std::string_view first_word(std::string_view text) {
  const auto at = text.find_first_not_of(" \t\r\n");
  return at == std::string_view::npos ? std::string_view() : text.substr(at);
}

// Why the bytes are no JSON object, in the words of the API server's parser; of a value at most its first letter shows.
std::optional<std::string> no_object(std::string_view bytes) {
  const std::string_view text = first_word(bytes);
  if (text.empty()) return "unexpected end of JSON input";
  const std::string_view known = "{[\"-0123456789tfn";
  if (!known.contains(text.front()))
    return fmt::format("invalid character '{}' looking for beginning of value", text.front());
  auto parsed = json::parse(text);
  if (!parsed) return "unexpected end of JSON input";
  wipe_strings(*parsed);
  if (parsed->is_object() || parsed->is_null()) return std::nullopt;
  const std::string_view sort = parsed->is_array()    ? "array"
                                : parsed->is_string() ? "string"
                                : parsed->is_bool()   ? "bool"
                                                      : "number";
  return fmt::format("json: cannot unmarshal {} into Go value of type map[string]interface {{}}", sort);
}

void check_row(const Row& row, const Object* data, Errors& errors) {
  const json::Value* value = data == nullptr ? nullptr : data->if_contains(row.key);
  const bool filled = value != nullptr && value->is_string() && !value->get_string().empty();
  if (value == nullptr || (row.demand == Demand::kFilled && !filled)) {
    errors.push_back(field_required(data_path(row.key), ""));
    return;
  }
  if (row.demand != Demand::kObject) return;
  const auto bytes = base64_decode_secret(value->is_string() ? std::string_view(value->get_string()) : "");
  if (const auto why = no_object(bytes ? bytes->reveal() : std::string_view()))
    errors.push_back(field_invalid(data_path(row.key), "<secret contents redacted>", *why));
}

}  // namespace

void validate_secret_type(const Object& secret, Errors& errors) {
  const std::string_view type = text(secret, "type");
  const Object* data = child(secret, "data");
  for (const Row& row : kRows) {
    if (row.type == type) check_row(row, data, errors);
  }
  const auto has = [&](std::string_view key) { return data != nullptr && data->contains(key); };
  if (type == "kubernetes.io/basic-auth" && !has("username") && !has("password")) {
    errors.push_back(field_required(data_path("username"), ""));
    errors.push_back(field_required(data_path("password"), ""));
  }
  const Object* annotations = child(metadata_of(secret), "annotations");
  if (type == "kubernetes.io/service-account-token" &&
      (annotations == nullptr || text(*annotations, kAccount).empty())) {
    errors.push_back(field_required(fmt::format("metadata.annotations[{}]", kAccount), ""));
  }
}

std::vector<std::string> secret_warnings(const Object& secret) {
  const Object* data = child(secret, "data");
  if (text(secret, "type") != "kubernetes.io/tls" || data == nullptr) return {};
  for (const std::string_view key : {"tls.crt", "tls.key"}) {
    const auto bytes = base64_decode_secret(text(*data, key));
    const std::string_view shown = bytes ? bytes->reveal() : std::string_view();
    const std::string_view what = key == "tls.crt" ? "certificate" : "key";
    if (!shown.contains("-----BEGIN ")) return {fmt::format("tls: failed to find any PEM data in {} input", what)};
  }
  return {};
}

}  // namespace rotor::apiserver
