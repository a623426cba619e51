#include "providers/gcp/token.hpp"

#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/quote.hpp"
#include "base/time.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "providers/common/form.hpp"
#include "providers/gcp/errors.hpp"

namespace rotor::providers::gcp {
namespace {

using std::chrono::seconds;

constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kExchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange";
constexpr std::string_view kAccessTokenType = "urn:ietf:params:oauth:token-type:access_token";
constexpr std::string_view kBindingUrl = "https://securetoken.googleapis.com/v1/identitybindingtoken";
constexpr std::string_view kAccounts = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/";
constexpr std::int64_t kLongestLife = 12 * 3600;

struct Answer {
  Result<SecretBytes> body;
  int status = 0;  // the last answer's; 0 when there was none
};

// One POST, tried again when that may help.
Task<Answer> post(Caller& caller, std::string name, net::Request request,
                  net::Reach reach = net::Reach::kNotOfTheNode) {
  request.method = "POST";
  int status = 0;
  Call call{.name = name, .provider = std::string(kCounter), .reach = reach, .max_body = 256U << 10};
  call.make = [&request, &status]() -> Result<net::Request> {
    status = 0;
    return request;
  };
  call.judge = [&name, &status](const net::Response& response) {
    status = response.status;
    if (response.status == 200) return Judgement::take();
    return Judgement::fail(read_error(response).to_error(name));
  };
  auto response = co_await caller.call(std::move(call));
  if (!response) co_return Answer{std::unexpected(std::move(response).error()), status};
  co_return Answer{std::move(response->body), status};
}

net::Request form_request(std::string url, const std::vector<std::pair<std::string, std::string_view>>& fields) {
  return {.url = std::move(url), .headers = {{"Content-Type", std::string(kForm)}}, .body = form_body(fields)};
}

net::Headers bearer(const AccessToken& token) {
  return {{"Content-Type", std::string(kJson)}, {"Authorization", fmt::format("Bearer {}", token.token.reveal())}};
}

Task<Result<AccessToken>> post_for_token(Caller& caller, std::string name, net::Request request,
                                         net::Reach reach = net::Reach::kNotOfTheNode) {
  Answer answer = co_await post(caller, name, std::move(request), reach);
  CO_TRY(const SecretBytes body, std::move(answer.body));
  co_return read_token(name, body, caller.clock().now());
}

std::optional<std::int64_t> read_seconds(json::Reader& reader) {
  const bool text = reader.peek() == json::Kind::kString;
  if (!text && reader.peek() != json::Kind::kNumber) {
    reader.read_raw();
    return std::nullopt;
  }
  const std::string digits = text ? reader.read_string() : std::string(reader.read_number());
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

struct Issued {
  SecretBytes token;
  std::string expire_time;
};

Result<AccessToken> read_impersonated(std::string_view call, const SecretBytes& body) {
  Issued issued;
  json::Reader reader(body.reveal(), 16);
  reader.begin_object();
  std::string key;
  while (reader.next_member(key)) {
    const bool text = reader.peek() == json::Kind::kString;
    if (text && key == "accessToken") {
      issued.token = reader.read_secret();
    } else if (text && key == "expireTime") {
      issued.expire_time = reader.read_string();
    } else {
      reader.read_raw();
    }
  }
  const auto expires = parse_time(issued.expire_time);
  if (!reader.finish() || issued.token.empty() || !expires) {
    return fail(Code::kUnavailable, fmt::format("{}: the answer holds no token with a time of expiry", call));
  }
  return AccessToken{.token = std::move(issued.token), .expires = *expires};
}

SecretBytes impersonation_body(std::int64_t lifetime) {
  SecretBytes body;
  json::Writer writer(body);
  writer.begin_object();
  if (lifetime > 0) {
    writer.key("lifetime");
    writer.string(fmt::format("{}s", lifetime));
  }
  writer.key("scope");
  writer.begin_array();
  writer.string(kScope);
  writer.end_array();
  writer.end_object();
  return body;
}

SecretBytes binding_body(std::string_view audience, const SecretBytes& token) {
  SecretBytes body;
  json::Writer writer(body);
  writer.begin_object();
  for (const auto& [name, value] : {std::pair{std::string_view("audience"), audience},
                                    {"grant_type", kExchangeGrant},
                                    {"requested_token_type", kAccessTokenType},
                                    {"scope", kScope},
                                    {"subject_token", token.reveal()},
                                    {"subject_token_type", "urn:ietf:params:oauth:token-type:jwt"}}) {
    writer.key(name);
    writer.string(value);
  }
  writer.end_object();
  return body;
}

}  // namespace

Result<AccessToken> read_token(std::string_view call, const SecretBytes& body, WallTime now) {
  SecretBytes token;
  std::optional<std::int64_t> life;
  json::Reader reader(body.reveal(), 16);
  reader.begin_object();
  std::string key;
  while (reader.next_member(key)) {
    if (key == "access_token" && reader.peek() == json::Kind::kString) {
      token = reader.read_secret();
    } else if (key == "expires_in") {
      life = read_seconds(reader);
    } else {
      reader.read_raw();
    }
  }
  if (!reader.finish() || token.empty()) {
    return fail(Code::kUnavailable, fmt::format("{}: the answer holds no access token", call));
  }
  if (!life || *life <= 0) {
    return fail(Code::kUnavailable, fmt::format("{}: the answer does not say how long its token is good for", call));
  }
  return AccessToken{.token = std::move(token), .expires = now + seconds(std::min(*life, kLongestLife))};
}

Task<AssertionAnswer> exchange_assertion(Caller& caller, std::string token_uri, net::Reach reach,
                                         SecretBytes assertion) {
  const std::string name = "ExchangeAssertion";
  net::Request request =
      form_request(std::move(token_uri),
                   {{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}, {"assertion", assertion.reveal()}});
  Answer answer = co_await post(caller, name, std::move(request), reach);
  if (answer.body) co_return AssertionAnswer{read_token(name, *answer.body, caller.clock().now())};
  const bool nobody = answer.status == 0 || answer.status >= 500;
  const bool unreachable = nobody && is_transient(answer.body.error());
  co_return AssertionAnswer{std::unexpected(std::move(answer.body).error()), unreachable};
}

Task<Result<AccessToken>> exchange_refresh_token(Caller& caller, std::string token_uri, RefreshToken login) {
  net::Request request = form_request(std::move(token_uri), {{"grant_type", "refresh_token"},
                                                             {"client_id", login.client_id},
                                                             {"client_secret", login.client_secret.reveal()},
                                                             {"refresh_token", login.refresh_token.reveal()}});
  auto token = co_await post_for_token(caller, "ExchangeRefreshToken", std::move(request));
  co_return std::move(token);
}

Task<Result<AccessToken>> exchange_subject_token(Caller& caller, Exchange exchange) {
  net::Request request = form_request(exchange.token_url, {{"audience", exchange.audience},
                                                           {"grant_type", kExchangeGrant},
                                                           {"requested_token_type", kAccessTokenType},
                                                           {"scope", kScope},
                                                           {"subject_token", exchange.subject_token.reveal()},
                                                           {"subject_token_type", exchange.subject_token_type}});
  if (!exchange.client_id.empty()) {
    std::string pair = fmt::format("{}:{}", exchange.client_id, exchange.client_secret.reveal());
    request.headers.push_back({"Authorization", "Basic " + base64_encode(pair)});
    wipe(pair.data(), pair.size());
  }
  auto token = co_await post_for_token(caller, "ExchangeSubjectToken", std::move(request), exchange.reach);
  co_return std::move(token);
}

Task<Result<AccessToken>> bind_identity(Caller& caller, std::string audience, SecretBytes service_account_token) {
  const std::string name = "GenerateIDBindToken";
  net::Request request{.url = std::string(kBindingUrl),
                       .headers = {{"Content-Type", std::string(kJson)}},
                       .body = binding_body(audience, service_account_token)};
  Answer answer = co_await post(caller, name, std::move(request));
  if (answer.body) co_return read_token(name, *answer.body, caller.clock().now());
  Error error = std::move(answer.body).error();
  if (answer.status != 0) {
    error = std::move(error).prefixed(fmt::format("could not get idbindtoken token, status: {}", answer.status));
  }
  co_return std::unexpected(std::move(error).prefixed("unable to fetch identitybindingtoken"));
}

Task<Result<AccessToken>> impersonate(Caller& caller, std::string url, AccessToken caller_token,
                                      std::int64_t lifetime) {
  const std::string name = "GenerateAccessToken";
  net::Request request{.url = std::move(url), .headers = bearer(caller_token), .body = impersonation_body(lifetime)};
  Answer answer = co_await post(caller, name, std::move(request));
  if (!answer.body) {
    co_return std::unexpected(std::move(answer.body).error().prefixed("unable to generate gcp access token"));
  }
  co_return read_impersonated(name, *answer.body);
}

namespace {

Result<std::string> account_url(std::string_view email, std::string_view verb) {
  const std::size_t at = email.find('@');
  if (at == 0 || at == std::string_view::npos || at + 1 == email.size()) {
    return fail(Code::kInvalid,
                fmt::format("{} is not the e-mail address of a service account (NAME@PROJECT.iam.gserviceaccount.com)",
                            go_quote(email)));
  }
  return fmt::format("{}{}@{}:{}", kAccounts, percent_encode(email.substr(0, at)), percent_encode(email.substr(at + 1)),
                     verb);
}

SecretBytes signing_body(std::string_view claims) {
  SecretBytes body;
  json::Writer writer(body);
  writer.begin_object();
  writer.key("payload");
  writer.string(claims);
  writer.end_object();
  return body;
}

Result<SecretBytes> read_signed(std::string_view call, const SecretBytes& body) {
  SecretBytes token;
  json::Reader reader(body.reveal(), 16);
  reader.begin_object();
  std::string key;
  while (reader.next_member(key)) {
    if (key == "signedJwt" && reader.peek() == json::Kind::kString) {
      token = reader.read_secret();
    } else {
      reader.read_raw();
    }
  }
  if (reader.finish() && !token.empty()) return token;
  return fail(Code::kUnavailable, fmt::format("{}: the answer holds no JWT", call));
}

}  // namespace

Result<std::string> impersonation_url(std::string_view email) { return account_url(email, "generateAccessToken"); }

Task<Result<SecretBytes>> sign_jwt(Caller& caller, std::string email, std::string claims, AccessToken caller_token) {
  const std::string name = "SignJwt";
  CO_TRY(std::string url, account_url(email, "signJwt"));
  net::Request request{.url = std::move(url), .headers = bearer(caller_token), .body = signing_body(claims)};
  Answer answer = co_await post(caller, name, std::move(request));
  if (answer.body) co_return read_signed(name, *answer.body);
  Error error = std::move(answer.body).error();
  if (error.code == Code::kDenied) {
    error.message += fmt::format("; {} needs roles/iam.serviceAccountTokenCreator on itself to sign", email);
  }
  co_return std::unexpected(std::move(error));
}

}  // namespace rotor::providers::gcp
