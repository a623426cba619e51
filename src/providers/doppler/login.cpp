#include "providers/doppler/login.hpp"

#include <fmt/format.h>

#include "base/time.hpp"
#include "json/writer.hpp"
#include "providers/common/cache_key.hpp"
#include "providers/common/header_token.hpp"
#include "providers/doppler/answers.hpp"

namespace rotor::providers::doppler {

// The vendor's reference does not show this answer: `success` need not be there, nor when the token ends.
struct Exchanged {
  std::optional<bool> success;
  json::SecretText token;
  std::string expires_at;
};

}  // namespace rotor::providers::doppler

namespace rotor::json {

using namespace providers::doppler;

ROTOR_DESCRIBED(providers::doppler::Exchanged);
ROTOR_DESCRIBE(Exchanged, "A login.", field<&Exchanged::success>("success"), field<&Exchanged::token>("token"),
               field<&Exchanged::expires_at>("expires_at"));

}  // namespace rotor::json

namespace rotor::providers::doppler {
namespace {

constexpr std::string_view kUsualKey = "dopplerToken";
constexpr std::int64_t kUsualSeconds = 600;
constexpr std::chrono::seconds kRememberRefusals{30};
// https://docs.doppler.com/docs/cli. No manifest names Doppler's server.
constexpr PersonalPlaces kPersonal{.address = {}, .token = "DOPPLER_TOKEN"};
constexpr std::chrono::seconds kUnknownLife{60};  // of a token that does not say how long it lives

SecretBytes login_request(std::string_view identity, const SecretBytes& token) {
  SecretBytes body;
  json::Writer writer(body);
  writer.begin_object();
  writer.key("identity");
  writer.string(identity);
  writer.key("token");
  writer.string(token.reveal());
  writer.end_object();
  return body;
}

Error refused_login(const net::Response& response) {
  Error error = error_by_status("", response.status);
  const std::string why = messages_of(response);
  error.message =
      fmt::format("Doppler OIDC auth failed with status {}{}{}", response.status, why.empty() ? "" : ": ", why);
  return error;
}

Result<Token> read_login(const net::Response& response, WallTime now) {
  auto answer = json::read<Exchanged>(response.body.reveal());
  if (!answer) return fail(Code::kUnavailable, "Doppler OIDC auth: the answer is no JSON object with a token");
  if (answer->success && !*answer->success) {
    const std::string why = messages_of(response);
    return fail(Code::kUnauthenticated, "Doppler OIDC auth failed" + (why.empty() ? why : ": " + why));
  }
  if (answer->token.value.empty()) return fail(Code::kUnavailable, "Doppler OIDC auth: the answer holds no token");
  TRY(SecretBytes token, header_token("Doppler OIDC auth", answer->token.value));
  if (answer->expires_at.empty()) return Token{std::move(token), now + kUnknownLife};
  const auto expires = parse_time(answer->expires_at);
  if (!expires) return fail(Code::kUnavailable, "Doppler OIDC auth: expires_at in the answer is no date");
  return Token{std::move(token), *expires};
}

// None unless the store asks for them: Doppler counts every call against a low limit.
Result<RetryPolicy> retries(const Store& store) {
  auto policy = retry_policy(store);
  if (!policy) return std::unexpected(std::move(policy).error().prefixed("spec.retrySettings.retryInterval"));
  const bool given = store.max_retries || (store.retry_interval && !store.retry_interval->empty());
  if (!given) policy->attempts = 1;
  return policy;
}

}  // namespace

Shared::Shared(const Services& lent, EtagCache::Limits limits)
    : services(lent), caller(lent), tokens(lent.clock, kRememberRefusals), etags(limits) {}

Login::Login(Shared& shared, Config config, const StoreContext& context)
    : shared_(shared), config_(std::move(config)), gate_(context.gate), scope_(context.scope()) {}

Task<Result<std::unique_ptr<Login>>> Login::create(Shared& shared, Config config, StoreContext context) {
  std::unique_ptr<Login> login(new Login(shared, std::move(config), context));
  CO_TRY(login->base_, base_url(shared.services.environment, shared.services.plain_http));
  CO_TRY(login->retry_, retries(context.store));
  CO_TRY(std::optional<PersonalToken> mine, personal_token(shared.services, kPersonal, login->base_));
  if (mine) {
    login->hold(*std::move(mine));
  } else if (login->config_.auth.secret_ref) {
    CO_TRY_VOID(co_await login->read_token(context));
  } else {
    login->prepare_exchange(context);
  }
  co_return std::move(login);
}

Task<Result<void>> Login::read_token(StoreContext context) {
  api::es::SecretKeySelector ref = config_.auth.secret_ref->token;
  if (ref.key.empty()) ref.key = kUsualKey;
  std::string source = fmt::format("{}: Secret \"{}\", key \"{}\"", kTokenField, ref.name, ref.key);
  CO_TRY(const SecretBytes kept, co_await context.gate.secret_value(context.scope(), std::move(ref)));
  CO_TRY(SecretBytes token, header_token(kTokenField, kept));
  hold({std::move(token), std::move(source)});
  co_return Result<void>();
}

void Login::hold(PersonalToken token) {
  source_ = "the token is that of " + token.source;
  identity_ = cache_key({base_, "token", token.token.reveal()});
  held_ = std::make_shared<const Token>(Token{std::move(token.token), std::nullopt});
}

void Login::prepare_exchange(const StoreContext& context) {
  const OidcConfig& oidc = *config_.auth.oidc;
  source_ = fmt::format("logged in by spec.provider.doppler.auth.oidcConfig as {}", oidc.identity);
  token_request_.expiration_seconds = oidc.expiration_seconds > 0 ? oidc.expiration_seconds : kUsualSeconds;
  token_request_.audiences = oidc.service_account.audiences;
  if (token_request_.audiences.empty()) token_request_.audiences.push_back(base_);
  token_request_.audiences.push_back(scope_.cluster()
                                         ? "clusterSecretStore:" + context.store.name
                                         : fmt::format("secretStore:{}:{}", context.consumer_ns, context.store.name));
  std::string audiences;
  for (const std::string& audience : token_request_.audiences)
    audiences += fmt::format("{}:{}", audience.size(), audience);
  identity_ = cache_key({base_, "oidc", oidc.identity, resolve_namespace(scope_, oidc.service_account.ns),
                         oidc.service_account.name, audiences, std::to_string(*token_request_.expiration_seconds)});
}

Task<Result<TokenPtr>> Login::token() {
  if (held_) co_return held_;
  // The login is a member of the client that waits here, so it outlives the exchange.
  auto got = co_await shared_.tokens.get(identity_, [this] { return exchange(); });
  if (!got) co_return std::unexpected(std::move(got).error().prefixed("failed to get OIDC token"));
  co_return std::move(got);
}

bool Login::refused(const TokenPtr& token) {
  if (held_) return false;
  shared_.tokens.drop(identity_, token);
  return true;
}

Task<Result<Token>> Login::exchange() {
  const OidcConfig oidc = *config_.auth.oidc;
  CO_TRY(const kube::IssuedToken issued,
         co_await gate_.service_account_token(scope_, oidc.service_account, token_request_));
  Call call{.name = "OidcLogin",
            .provider = "Doppler",
            .retry = retry_,
            .attempt = std::chrono::seconds(10),
            .whole = std::chrono::seconds(30)};
  call.make = [&] {
    return net::Request{.method = "POST",
                        .url = base_ + "/v3/auth/oidc",
                        .headers = {{"Accept", "application/json"}, {"Content-Type", "application/json"}},
                        .body = login_request(oidc.identity, issued.token)};
  };
  call.judge = [](const net::Response& response) {
    return response.status == 200 ? Judgement::take() : Judgement::fail(refused_login(response));
  };
  CO_TRY(const net::Response response, co_await shared_.caller.call(std::move(call)));
  co_return read_login(response, shared_.caller.clock().now());
}

}  // namespace rotor::providers::doppler
