#include "api/externalsecrets/store.hpp"

#include <charconv>

#include <fmt/format.h>

#include "json/reader.hpp"

namespace rotor::api::es {

Result<Duration> parse_store_interval(const std::optional<json::Raw>& value) {
  if (!value || value->text == "null") return Duration::zero();
  json::Reader reader(value->text);
  if (reader.peek() == json::Kind::kNumber) {
    const std::string text(reader.read_number());
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size() || seconds > 9'000'000'000) {
      return fail(Code::kInvalid,
                  fmt::format("invalid refreshInterval {}: give whole seconds, or a duration such as \"5m\"", text));
    }
    if (seconds < 0) return fail(Code::kInvalid, fmt::format("invalid refreshInterval {}: must not be negative", text));
    return std::chrono::seconds(seconds);
  }
  const std::string text = reader.read_string();
  if (auto whole = reader.finish(); !whole) {
    return fail(Code::kInvalid, "invalid refreshInterval: give whole seconds, or a duration such as \"5m\"");
  }
  auto parsed = parse_duration(text);
  if (!parsed)
    return std::unexpected(std::move(parsed).error().prefixed(fmt::format("invalid refreshInterval \"{}\"", text)));
  if (*parsed < Duration::zero()) {
    return fail(Code::kInvalid, fmt::format("invalid refreshInterval \"{}\": must not be negative", text));
  }
  return *parsed;
}

}  // namespace rotor::api::es

namespace rotor::json {

using namespace api::es;

namespace {

// Every back end of the published API is accepted, known to us or not: what cannot be served is the controller's to
// say.
constexpr std::string_view kProviderSchema =
    R"({"type":"object","description":"The back end; exactly one.","minProperties":1,"maxProperties":1,)"
    R"("x-kubernetes-preserve-unknown-fields":true})";

}  // namespace

ROTOR_DESCRIBE(RetrySettings, "How often a provider's call is tried again.",
               field<&RetrySettings::max_retries>("maxRetries",
                                                  {.format = "int32", .doc = "Attempts after the first."}),
               field<&RetrySettings::retry_interval>("retryInterval", {.doc = "Pause between attempts, a duration."}));

ROTOR_DESCRIBE(StoreCondition, "Namespaces that may use the store; one matching member is enough.",
               field<&StoreCondition::namespace_selector>("namespaceSelector", {.doc = "By the namespace's labels."}),
               field<&StoreCondition::namespaces>(
                   "namespaces", {.pattern = kLabelPattern, .min_length = 1, .max_length = 63, .doc = "By name."}),
               field<&StoreCondition::namespace_regexes>(
                   "namespaceRegexes", {.doc = "By RE2 expressions the name must contain a match of."}));

ROTOR_DESCRIBE(
    StoreSpec, "Where the back end is and how to log in to it.",
    field<&StoreSpec::controller>("controller",
                                  {.doc = "Class of the controller that serves this store; any when empty."}),
    field<&StoreSpec::provider>("provider", {.required = true, .schema_json = kProviderSchema}),
    field<&StoreSpec::retry_settings>("retrySettings", {.doc = "Retries of the provider's client."}),
    field<&StoreSpec::refresh_interval>("refreshInterval",
                                        {.int_or_string = true,
                                         .doc = "How often the store is validated again: seconds, or a duration."}),
    field<&StoreSpec::conditions>("conditions", {.doc = "Who may use a ClusterSecretStore; everybody when empty."}));

ROTOR_DESCRIBE(StoreStatus, "What the controller found out about the store.",
               field<&StoreStatus::conditions>("conditions", {.doc = "Whether the store can be used."}),
               field<&StoreStatus::capabilities>("capabilities", {.doc = "ReadOnly, WriteOnly or ReadWrite."}));

ROTOR_DESCRIBE(SecretStore, "A back end that ExternalSecrets of one namespace read from.",
               field<&SecretStore::api_version>("apiVersion"), field<&SecretStore::kind>("kind"),
               field<&SecretStore::metadata>("metadata"), field<&SecretStore::spec>("spec"),
               field<&SecretStore::status>("status"));

ROTOR_DESCRIBE(ClusterSecretStore, "A back end that ExternalSecrets of many namespaces read from.",
               field<&ClusterSecretStore::api_version>("apiVersion"), field<&ClusterSecretStore::kind>("kind"),
               field<&ClusterSecretStore::metadata>("metadata"), field<&ClusterSecretStore::spec>("spec"),
               field<&ClusterSecretStore::status>("status"));

ROTOR_DESCRIBE(
    v1beta1::StoreSpec, "Where the back end is and how to log in to it.",
    field<&StoreSpec::controller>("controller",
                                  {.doc = "Class of the controller that serves this store; any when empty."}),
    field<&StoreSpec::provider>("provider", {.required = true, .schema_json = kProviderSchema}),
    field<&StoreSpec::retry_settings>("retrySettings", {.doc = "Retries of the provider's client."}),
    field<&StoreSpec::refresh_interval>(
        "refreshInterval",
        {.schema_json = R"({"type":"integer","description":"How often the store is validated again, in seconds."})"}),
    field<&StoreSpec::conditions>("conditions", {.doc = "Who may use a ClusterSecretStore; everybody when empty."}));

ROTOR_DESCRIBE(v1beta1::SecretStore, "A back end that ExternalSecrets of one namespace read from.",
               field<&v1beta1::SecretStore::api_version>("apiVersion"), field<&v1beta1::SecretStore::kind>("kind"),
               field<&v1beta1::SecretStore::metadata>("metadata"), field<&v1beta1::SecretStore::spec>("spec"),
               field<&v1beta1::SecretStore::status>("status"));

ROTOR_DESCRIBE(v1beta1::ClusterSecretStore, "A back end that ExternalSecrets of many namespaces read from.",
               field<&v1beta1::ClusterSecretStore::api_version>("apiVersion"),
               field<&v1beta1::ClusterSecretStore::kind>("kind"),
               field<&v1beta1::ClusterSecretStore::metadata>("metadata"),
               field<&v1beta1::ClusterSecretStore::spec>("spec"),
               field<&v1beta1::ClusterSecretStore::status>("status"));

}  // namespace rotor::json
