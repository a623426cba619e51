#include "providers/gcp/service_account_key.hpp"

#include <fmt/format.h>

#include "providers/common/endpoint.hpp"
#include "providers/common/jws.hpp"
#include "providers/gcp/token.hpp"

namespace rotor::json {

using providers::gcp::ServiceAccountKey;

ROTOR_DESCRIBE(ServiceAccountKey, "The key of a service account.",
               field<&ServiceAccountKey::type>("type", {.doc = "service_account."}),
               field<&ServiceAccountKey::client_email>("client_email", {.doc = "Who it is."}),
               field<&ServiceAccountKey::private_key_id>("private_key_id", {.doc = "Which of its keys."}),
               field<&ServiceAccountKey::private_key>("private_key", {.doc = "PEM."}),
               field<&ServiceAccountKey::token_uri>("token_uri", {.doc = "Where tokens are handed out."}));

}  // namespace rotor::json

namespace rotor::providers::gcp {
namespace {

using std::chrono::seconds;

constexpr std::string_view kDefaultTokenUri = "https://oauth2.googleapis.com/token";
constexpr std::string_view kSecretManagerAudience = "https://secretmanager.googleapis.com/";
constexpr std::string_view kWrong = "failed to process the provided JSON credentials";
constexpr seconds kBackdated{10};  // their clock may be behind ours
constexpr seconds kLife{3600};
constexpr seconds kIdentityLife{600};

struct Claims {
  std::string_view audience;
  std::string_view scope{};    // of an assertion
  std::string_view subject{};  // of a token
  seconds life = kLife;
};

std::string header_of(const ServiceAccountKey& key) {
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  for (const auto& [name, value] : {std::pair{"alg", std::string_view("RS256")}, {"typ", "JWT"}}) {
    writer.key(name);
    writer.string(value);
  }
  if (!key.private_key_id.empty()) {
    writer.key("kid");
    writer.string(key.private_key_id);
  }
  writer.end_object();
  return text;
}

std::string claims_of(const ServiceAccountKey& key, const Claims& claims, WallTime now) {
  const auto issued = std::chrono::floor<seconds>(now - kBackdated);
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  for (const auto& [name, value] : {std::pair{"iss", std::string_view(key.client_email)},
                                    {"sub", claims.subject},
                                    {"scope", claims.scope},
                                    {"aud", claims.audience}}) {
    if (value.empty()) continue;
    writer.key(name);
    writer.string(value);
  }
  for (const auto& [name, time] : {std::pair{"iat", issued}, {"exp", issued + claims.life}}) {
    writer.key(name);
    writer.integer(time.time_since_epoch().count());
  }
  writer.end_object();
  return text;
}

Result<SecretBytes> make_jwt(const ServiceAccountKey& key, const Claims& claims, WallTime now) {
  auto token = sign_jws(RsaScheme::kRs256, header_of(key), claims_of(key, claims, now), key.private_key.value);
  if (!token) return std::unexpected(std::move(token).error().prefixed("private_key"));
  return token;
}

}  // namespace

std::string name_of_type(std::string_view type) {
  const bool name =
      type.size() <= 64 && type.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
  return name ? std::string(type) : "…";
}

Result<ServiceAccountKey> read_service_account_key(const SecretBytes& json, PlainHttp plain) {
  auto key = json::read<ServiceAccountKey>(json.reveal());
  if (!key) return std::unexpected(std::move(key).error().prefixed(kWrong));
  const auto wrong = [](std::string_view what) { return fail(Code::kInvalid, fmt::format("{}: {}", kWrong, what)); };
  if (key->type != "service_account") {
    return wrong(
        fmt::format("google: read JWT from JSON credentials: 'type' field is \"{}\" (expected "
                    "\"service_account\")",
                    name_of_type(key->type)));
  }
  if (key->client_email.empty()) return wrong("client_email is missing");
  if (key->private_key.value.empty()) return wrong("private_key is missing");
  if (key->token_uri.empty()) key->token_uri = kDefaultTokenUri;
  // What is wrong with it is not handed on: that would quote the Secret.
  if (!check_endpoint("token_uri", key->token_uri, plain)) {
    return wrong("token_uri must be an https address that is none of the node's own");
  }
  return key;
}

Result<SecretBytes> make_assertion(const ServiceAccountKey& key, WallTime now) {
  return make_jwt(key, {.audience = key.token_uri, .scope = kScope}, now);
}

Result<SecretBytes> make_self_signed_token(const ServiceAccountKey& key, WallTime now) {
  return make_jwt(key, {.audience = kSecretManagerAudience, .subject = key.client_email}, now);
}

Result<SecretBytes> make_identity_token(const ServiceAccountKey& key, std::string_view audience, WallTime now) {
  return make_jwt(key, {.audience = audience, .subject = key.client_email, .life = kIdentityLife}, now);
}

}  // namespace rotor::providers::gcp
