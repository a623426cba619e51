#include "providers/azure/entra.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "json/writer.hpp"
#include "providers/azure/errors.hpp"
#include "providers/common/form.hpp"
#include "providers/common/jws.hpp"

namespace rotor::providers::azure {
namespace {

using std::chrono::seconds;

constexpr std::string_view kGetToken = "GetToken";
constexpr seconds kAssertionLife = std::chrono::minutes(10);
constexpr seconds kTolerableSkew{30};

SecretBytes body_of(const Login& login, const Proof& proof) {
  FormFields fields = {{"client_id", login.client_id}, {"grant_type", "client_credentials"}, {"scope", login.scope}};
  if (proof.assertion) {
    fields.emplace_back("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    fields.emplace_back("client_assertion", proof.text.reveal());
  } else {
    fields.emplace_back("client_secret", proof.text.reveal());
  }
  if (!login.claims.empty()) fields.emplace_back("claims", login.claims);
  return form_body(fields);
}

Result<net::Request> request_of(const Login& login, seconds ahead) {
  TRY(const Proof proof, login.prove(ahead));
  return net::Request{
      .method = "POST",
      .url = token_url(login.authority, login.tenant),
      .headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}},
      .body = body_of(login, proof)};
}

// How far their clock is ahead of ours, when that may be why an assertion was not taken.
seconds skew(const net::Headers& headers, WallTime now) {
  const std::string* date = net::find_header(headers, "Date");
  const auto theirs = date != nullptr ? parse_http_date(*date) : std::nullopt;
  if (!theirs) return seconds(0);
  const auto ahead = std::chrono::round<seconds>(*theirs - now);
  return std::chrono::abs(ahead) < kTolerableSkew ? seconds(0) : ahead;
}

std::int64_t epoch(WallTime time) { return std::chrono::floor<seconds>(time.time_since_epoch()).count(); }

}  // namespace

std::string token_url(const std::string& authority, const std::string& tenant) {
  return fmt::format("{}{}/oauth2/v2.0/token", authority, percent_encode(tenant));
}

Task<LoginResult> log_in(Caller& caller, Login login) {
  bool expired = false;
  seconds ahead{0};
  Call call{.name = std::string(kGetToken),
            .provider = "Azure/Entra",
            .retry = login.retry,
            .reach = login.reach,
            .max_body = 1U << 20};
  call.make = [&] { return request_of(login, ahead); };
  call.judge = [&](const net::Response& response) {
    if (response.status == 200) return Judgement::take();
    LoginError refused = read_login_error(kGetToken, response);
    expired = refused.assertion_expired;
    if (expired && login.dated) ahead = skew(response.headers, caller.clock().now());
    return ahead != seconds(0) ? Judgement::repeat(std::move(refused.error))
                               : Judgement::fail(std::move(refused.error));
  };
  auto response = co_await caller.call(std::move(call));
  if (!response) {
    co_return LoginResult{std::unexpected(std::move(response).error()), expired};
  }
  co_return LoginResult{read_token(kGetToken, response->body, caller.clock().now()), false};
}

Result<SecretBytes> certificate_assertion(const ClientCertificate& certificate, const std::string& client_id,
                                          const std::string& audience, WallTime now) {
  std::string header;
  json::Writer writer(header);
  writer.begin_object();
  writer.key("alg");
  writer.string(to_string(RsaScheme::kPs256));
  writer.key("typ");
  writer.string("JWT");
  writer.key("x5t#S256");
  writer.string(base64_encode(sha256(certificate.der), Base64::kRawUrl));
  writer.key("x5c");  // for applications that trust a subject name instead of one certificate
  writer.begin_array();
  writer.string(base64_encode(certificate.der));
  writer.end_array();
  writer.end_object();

  std::string claims;
  json::Writer body(claims);
  body.begin_object();
  for (const auto& [name, value] :
       {std::pair<std::string_view, std::string_view>("aud", audience), {"iss", client_id}, {"sub", client_id}}) {
    body.key(name);
    body.string(value);
  }
  body.key("jti");
  body.string(random_uuid());
  body.key("nbf");
  body.integer(epoch(now));
  body.key("exp");
  body.integer(epoch(now + kAssertionLife));
  body.end_object();
  return sign_jws(RsaScheme::kPs256, header, claims, certificate.key_pem);
}

}  // namespace rotor::providers::azure
