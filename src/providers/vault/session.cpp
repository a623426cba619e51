#include "providers/vault/session.hpp"

#include <fmt/format.h>

#include "base/duration.hpp"
#include "providers/common/cache_key.hpp"
#include "providers/vault/answer.hpp"
#include "providers/vault/aws_login.hpp"
#include "providers/vault/replication.hpp"

namespace rotor::providers::vault {
namespace {

using std::chrono::minutes;

// Vault locks a user after five refused logins with less than fifteen minutes between two.
constexpr minutes kGuardedPause{16};
constexpr minutes kPause{1};
// A token that the server has never taken is not replaced by another one sooner.
constexpr minutes kTrial{1};

bool is_refusal(const Error& error) {
  return error.code == Code::kInvalid || error.code == Code::kDenied || error.code == Code::kUnauthenticated;
}

// What of a proof decides who we are.
void add(CacheKey& /*key*/, const std::monostate& /*proof*/, const Scope& /*scope*/) {}
void add(CacheKey& key, const OwnToken& /*proof*/, const Scope& /*scope*/) { key.add("own"); }
void add(CacheKey& key, const AccountToken& proof, const Scope& scope) {
  key.add("account").add(resolve_namespace(scope, proof.account.ns)).add(proof.account.name);
  key.add(std::to_string(proof.request.expiration_seconds.value_or(0)));
  for (const std::string& audience : proof.request.audiences) key.add("audience").add(audience);
}
void add(CacheKey& key, const AwsProof& proof, const Scope& /*scope*/) {
  key.add("aws").add(proof.who->digest()).add(proof.region).add(proof.server_id);
}
void add(CacheKey& key, const GoogleProof& proof, const Scope& /*scope*/) {
  key.add("google").add(proof.who->digest()).add(proof.audience);
}

}  // namespace

Shared::Shared(const Services& lent)
    : caller(lent),
      http(lent.http),
      clouds{lent.aws_identities, lent.google_identities},
      services(lent),
      logins(lent.clock, kPause),
      guarded_logins(lent.clock, kGuardedPause) {}

Session::Session(Shared& shared, std::shared_ptr<const Server> server, Config config, Identity identity,
                 const StoreContext& context)
    : shared_(shared),
      server_(std::move(server)),
      identity_(std::move(identity)),
      login_ns_(config.auth && config.auth->ns ? *config.auth->ns : config.ns),
      gate_(context.gate),
      scope_(context.scope()) {
  if (identity_.logs_in()) {
    key_ = cache_key();
  } else {
    fixed_ = std::make_shared<const Login>(Login{.token = identity_.token});
  }
}

Task<Result<std::unique_ptr<Session>>> Session::open(Shared& shared, std::shared_ptr<const Server> server,
                                                     Config config, Identity identity, StoreContext context) {
  std::unique_ptr<Session> session(
      new Session(shared, std::move(server), std::move(config), std::move(identity), context));
  CO_TRY_VOID(co_await session->login());
  co_return Result<std::unique_ptr<Session>>(std::move(session));
}

std::unique_ptr<Session> Session::again() const {
  auto session = std::make_unique<Session>(*this);
  session->states_.clear();
  return session;
}

// Everything that decides which token the server would give, and who the server is.
std::string Session::cache_key() const {
  CacheKey key;
  key.add(server_->url).add(server_->tls.ca_pem).add(server_->tls.certificate_pem).add(server_->tls.key_pem.reveal());
  for (const auto& [name, value] : server_->headers) key.add("header").add(name).add(value);
  // Who tracks states needs those of the login: a token without them may not be known yet on a standby.
  if (server_->tracks_states) key.add("states");
  key.add(std::to_string(static_cast<int>(server_->reach)));
  key.add(login_ns_).add(std::to_string(static_cast<int>(*identity_.method))).add(identity_.path);
  for (const auto& [name, value] : identity_.members) key.add("member").add(name).add(value.reveal());
  std::visit([&](const auto& proof) { add(key, proof, scope_); }, identity_.proof);
  return key.digest();
}

Task<Result<LoginPtr>> Session::login() {
  if (fixed_) co_return fixed_;
  // The session is a member of the client that waits here, so it outlives the fetch.
  Result<LoginPtr> got = co_await cache().get(key_, [this] { return fetch(); });
  if (got) {
    for (const std::string& state : (*got)->states) states_ = merge_state(states_, state);
  }
  co_return std::move(got);
}

bool Session::end_is_known() {
  const LoginPtr login = fixed_ ? nullptr : cache().peek(key_);
  return login && login->expires && shared_.caller.clock().now() < *login->expires;
}

void Session::log_in_again() {
  if (const LoginPtr login = fixed_ ? nullptr : cache().peek(key_)) cache().drop(key_, login);
}

Task<Result<Login>> Session::fetch() {
  const LoginPtr old = cache().peek(key_);
  if (old && old->renewable && old->expires && shared_.caller.clock().now() < *old->expires) {
    Result<Login> renewed = co_await renew(shared_.caller, server_, login_ns_, old);
    if (renewed) co_return std::move(renewed);
  }
  CO_TRY(LoginMembers proof, co_await make_proof());
  Result<Login> login = co_await log_in(shared_.caller, server_, login_ns_, identity_, std::move(proof));
  if (!login && is_refusal(login.error())) {
    login.error().message += fmt::format("\n(tried again after {}, and at once when the Secret or the store changes)",
                                         format_duration(identity_.locks_out() ? kGuardedPause : kPause));
  }
  co_return std::move(login);
}

Task<Result<LoginMembers>> Session::make_proof() {
  Result<SecretBytes> jwt;
  if (const auto* aws = std::get_if<AwsProof>(&identity_.proof)) {
    const AwsProof proof = *aws;
    auto credentials = co_await proof.who->credentials();
    if (!credentials) co_return std::unexpected(std::move(credentials).error().prefixed(login_title(Method::kIam)));
    co_return sign_aws_login(**credentials, proof.region, proof.server_id, shared_.caller.clock().now());
  }
  if (std::holds_alternative<std::monostate>(identity_.proof)) co_return LoginMembers();
  if (const auto* google = std::get_if<GoogleProof>(&identity_.proof)) {
    const GoogleProof proof = *google;
    jwt = co_await proof.who->jwt(proof.audience);
    if (!jwt) co_return std::unexpected(std::move(jwt).error().prefixed(login_title(Method::kGcp)));
  } else if (const auto* account = std::get_if<AccountToken>(&identity_.proof)) {
    jwt = co_await account_token(*account);
  } else {
    jwt = read_own_token();
  }
  if (!jwt) co_return std::unexpected(std::move(jwt).error());
  LoginMembers members;
  members.emplace_back("jwt", *std::move(jwt));
  co_return std::move(members);
}

Task<Result<SecretBytes>> Session::account_token(AccountToken source) {
  const std::string account = source.account.name;
  Result<kube::IssuedToken> issued = co_await gate_.service_account_token(scope_, source.account, source.request);
  if (issued) co_return std::move(issued->token);
  // Whether it is there at all is what a person would look at first.
  auto secrets = co_await gate_.service_account_secrets(scope_, source.account);
  Error error =
      secrets ? std::move(issued).error()
              : Error(secrets.error()).prefixed(fmt::format("cannot get Kubernetes service account \"{}\"", account));
  if (secrets && source.or_bound) {
    Result<SecretBytes> bound = co_await bound_token(source.account, *std::move(secrets));
    if (bound) co_return std::move(bound);
    error.message += fmt::format("; {}", bound.error().message);
  }
  co_return std::unexpected(std::move(error).prefixed(
      fmt::format("cannot request Kubernetes service account token for service account \"{}\"", account)));
}

// What clusters before 1.24 made for every ServiceAccount, and what an administrator may have made by hand since.
Task<Result<SecretBytes>> Session::bound_token(ServiceAccountSelector account, std::vector<std::string> secrets) {
  for (const std::string& secret : secrets) {
    SecretKeySelector ref{.name = secret, .ns = account.ns, .key = "token"};
    auto token = co_await gate_.secret_value(scope_, std::move(ref));
    if (token && !token->empty()) co_return std::move(token);
  }
  co_return fail(Code::kInvalid, fmt::format("cannot find {} bound to service account: \"{}\"",
                                             secrets.empty() ? "secrets" : "token in secrets", account.name));
}

// True when another one may be got.
bool Session::forget(const LoginPtr& login) {
  if (fixed_) return false;
  if (!login->served && shared_.caller.clock().now() < login->obtained + kTrial) return false;
  cache().drop(key_, login);
  return true;
}

Task<Result<net::Response>> Session::call(Ask request) {
  request.ns = server_->ns;
  for (bool last = false;; last = true) {
    CO_TRY(const LoginPtr login, co_await this->login());
    Ask attempt = request;
    attempt.token = login->token;
    Result<net::Response> response = co_await ask(shared_.caller, server_, std::move(attempt), states_);
    if (response || response.error().code == Code::kDenied) login->served = true;
    if (response && names_a_lease(response->body)) login->holds_leases = true;
    if (response || last || response.error().code != Code::kUnauthenticated || !forget(login)) {
      co_return std::move(response);
    }
  }
}

}  // namespace rotor::providers::vault
