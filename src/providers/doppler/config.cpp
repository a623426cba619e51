#include "providers/doppler/config.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "providers/common/endpoint.hpp"

namespace rotor::json {

using namespace providers::doppler;

ROTOR_DESCRIBE(SecretRefAuth, "A token kept in a Secret.",
               field<&SecretRefAuth::token>("dopplerToken", {.required = true, .doc = "Any token of Doppler."}));

ROTOR_DESCRIBE(OidcConfig, "Log in with the token of a ServiceAccount.",
               field<&OidcConfig::identity>("identity",
                                            {.required = true, .doc = "The service account identity in Doppler."}),
               field<&OidcConfig::service_account>("serviceAccountRef",
                                                   {.required = true, .doc = "The ServiceAccount it trusts."}),
               field<&OidcConfig::expiration_seconds>("expirationSeconds",
                                                      {.default_json = "600",
                                                       .doc = "How long the ServiceAccount's token lives."}));

ROTOR_DESCRIBE(Auth, "How to log in; exactly one.",
               field<&Auth::secret_ref>("secretRef", {.doc = "With a token kept in a Secret."}),
               field<&Auth::oidc>("oidcConfig", {.doc = "With the token of a ServiceAccount."}));

ROTOR_DESCRIBE(Config, "A config of Doppler.",
               field<&Config::auth>("auth", {.required = true, .doc = "How to log in."}),
               field<&Config::project>("project", {.doc = "The project; a service token has one of its own."}),
               field<&Config::config>("config", {.doc = "The config; a service token has one of its own."}),
               field<&Config::name_transformer>("nameTransformer", {.one_of = {"upper-camel", "camel", "lower-snake",
                                                                               "tf-var", "dotnet-env", "lower-kebab"},
                                                                    .doc = "How find writes names."}),
               field<&Config::format>("format",
                                      {.one_of = {"json", "dotnet-json", "env", "yaml", "docker"},
                                       .doc = "Makes find give one file of all secrets, DOPPLER_SECRETS_FILE."}));

}  // namespace rotor::json

namespace rotor::providers::doppler {
namespace {

constexpr std::string_view kInvalidStore = "invalid store";
constexpr std::string_view kPublicAddress = "https://api.doppler.com";
constexpr std::string_view kBaseUrl = "DOPPLER_BASE_URL";
constexpr std::string_view kVerifyTls = "DOPPLER_VERIFY_TLS";
constexpr std::array<std::string_view, 7> kTransformers{"",       "upper-camel", "camel",      "lower-snake",
                                                        "tf-var", "dotnet-env",  "lower-kebab"};
constexpr std::array<std::string_view, 6> kFormats{"", "json", "dotnet-json", "env", "yaml", "docker"};

Result<void> check_namespace(const Store& store, const std::optional<std::string>& ns, std::string_view field) {
  auto checked = check_selector_namespace(store.kind, store.ns, ns, NamespaceRule::kStrict);
  if (!checked) return std::unexpected(std::move(checked).error().prefixed(field));
  return {};
}

Result<void> check_token(const Store& store, const api::es::SecretKeySelector& ref) {
  TRY_VOID(check_namespace(store, ref.ns, "dopplerToken"));
  if (ref.name.empty()) return fail(Code::kInvalid, "dopplerToken.name cannot be empty");
  return {};
}

Result<void> check_oidc(const Store& store, const OidcConfig& oidc) {
  if (oidc.identity.empty()) return fail(Code::kInvalid, "oidcConfig.identity cannot be empty");
  if (oidc.service_account.name.empty())
    return fail(Code::kInvalid, "oidcConfig.serviceAccountRef.name cannot be empty");
  return check_namespace(store, oidc.service_account.ns, "oidcConfig.serviceAccountRef");
}

Result<void> check_auth(const Store& store, const Auth& auth) {
  if (auth.secret_ref && auth.oidc) {
    return fail(Code::kInvalid, "Exactly one of 'secretRef' or 'oidcConfig' must be specified");
  }
  if (auth.secret_ref) return check_token(store, auth.secret_ref->token);
  if (auth.oidc) return check_oidc(store, *auth.oidc);
  return fail(Code::kInvalid, "either auth.secretRef or auth.oidcConfig must be specified");
}

template <std::size_t N>
Result<void> check_word(const std::array<std::string_view, N>& words, std::string_view field, std::string_view word) {
  if (std::ranges::find(words, word) != words.end()) return {};
  std::string known;
  for (const std::string_view one : words) known += fmt::format("{}{}", known.empty() ? "" : ", ", one);
  return fail(Code::kInvalid, fmt::format("spec.provider.doppler.{} is none of: {}", field, known));
}

Result<void> check(const Store& store, const Config& config) {
  TRY_VOID(check_auth(store, config.auth));
  TRY_VOID(check_word(kTransformers, "nameTransformer", config.name_transformer));
  return check_word(kFormats, "format", config.format);
}

}  // namespace

Result<Config> read_config(const Store& store) {
  if (store.config.text.empty() || store.config.text == "null") {
    return fail(Code::kInvalid, "missing or invalid Doppler SecretStore");
  }
  auto config = json::read<Config>(store.config.text);
  if (!config) return std::unexpected(std::move(config).error().prefixed("spec.provider.doppler"));
  return config;
}

Result<void> check_config(const Store& store, const Config& config) {
  auto checked = check(store, config);
  if (!checked) return std::unexpected(std::move(checked).error().prefixed(kInvalidStore));
  return {};
}

Result<std::string> base_url(const EnvironmentVariables& environment, PlainHttp plain) {
  const std::string verify = ascii_lower(environment(kVerifyTls).value_or("true"));
  if (verify != "true" && verify != "t" && verify != "1") {
    return fail(Code::kInvalid,
                fmt::format("unable to create DopplerClient : {} is set to something else than true, and certificates "
                            "are always checked: name your own authorities' file in SSL_CERT_FILE instead",
                            kVerifyTls));
  }
  std::string url = environment(kBaseUrl).value_or("");
  if (url.empty()) url = kPublicAddress;
  if (!url.contains("://")) url.insert(0, "https://");
  while (url.ends_with('/')) url.pop_back();
  const auto checked = check_endpoint(kBaseUrl, url, plain);
  if (!checked) return std::unexpected(Error(checked.error()).prefixed("unable to create DopplerClient "));
  return url;
}

}  // namespace rotor::providers::doppler
