#include "providers/azure/vault.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "providers/azure/errors.hpp"

namespace rotor::providers::azure {
namespace {

constexpr std::string_view kCounter = "Azure/KeyVault";
constexpr std::chrono::hours kScopeFor{1};

// A tenant may be named by one of its domains as well; then there is nothing to compare.
bool is_id(std::string_view tenant) {
  return tenant.size() == 36 && std::ranges::count(tenant, '-') == 4 &&
         tenant.find_first_not_of("0123456789abcdefABCDEF-") == std::string_view::npos;
}

// A certificate and its key are read as secrets, too, and a vault names whichever it looked for.
bool says_absent(std::string_view code) {
  return code == "SecretNotFound" || code == "KeyNotFound" || code == "CertificateNotFound";
}

Result<void> check_tenant(const std::string& ours, const std::string& of_vault) {
  if (!is_id(ours) || !is_id(of_vault) || ascii_lower(ours) == ascii_lower(of_vault)) return {};
  return fail(
      Code::kInvalid,
      fmt::format("spec.provider.azurekv.vaultUrl: the vault belongs to tenant {}, the login is for tenant {}: a "
                  "vault takes tokens of its own tenant alone",
                  of_vault, ours));
}

}  // namespace

struct Vault::Attempt {
  Result<net::Response> response;
  bool absent = false;
  bool refused = false;  // the token
  std::string claims{};  // what another token should have
};

Vault::Vault(Shared& shared, Session session, std::string address, std::optional<std::string> scope, RetryPolicy retry)
    : shared_(shared),
      session_(std::move(session)),
      address_(std::move(address)),
      scope_(std::move(scope)),
      retry_(retry) {}

Task<Vault::Attempt> Vault::attempt(VaultGet request, TokenPtr token) {
  Attempt attempt;
  Call call{.name = request.name, .provider = std::string(kCounter), .retry = retry_, .reach = session_.reach()};
  call.make = [&]() -> Result<net::Request> {
    std::string authorization = "Bearer " + std::string(token->value.reveal());
    return net::Request{.url = request.url,
                        .headers = {{"Authorization", std::move(authorization)}, {"Accept", "application/json"}}};
  };
  call.judge = [&](const net::Response& response) {
    attempt.absent = attempt.refused = false;
    if (response.status == 200) return Judgement::take();
    const VaultError error = read_vault_error(response);
    // A 404 of anybody else's (a proxy, another server) says nothing about the secret.
    attempt.absent = response.status == 404 && request.may_be_absent && says_absent(error.code);
    attempt.refused = response.status == 401;
    if (attempt.refused) {
      const auto challenge = read_challenge(response.headers);
      attempt.claims = challenge && challenge->wants_claims() ? challenge->claims : std::string();
    }
    return Judgement::fail(error.to_error(request.name, response.status));
  };
  attempt.response = co_await shared_.caller.call(std::move(call));
  co_return std::move(attempt);
}

Task<Lookup<SecretBytes>> Vault::get(VaultGet request) {
  CO_TRY(const std::string wanted, co_await scope());
  std::string claims;
  for (bool last = false;; last = true) {
    CO_TRY(const TokenPtr token, co_await session_.token(wanted, claims));
    Attempt tried = co_await attempt(request, token);
    if (tried.response) co_return std::move(tried.response->body);
    if (tried.absent) co_return Absent{tried.response.error().message};
    const bool again = tried.refused && !last && session_.refused(wanted, token, tried.claims);
    if (!again) co_return std::unexpected(std::move(tried.response).error());
    claims = std::move(tried.claims);
  }
}

Task<Result<std::string>> Vault::scope() {
  if (scope_) co_return *scope_;
  auto known = co_await shared_.scopes.get(address_, [this] { return ask_scope(); });
  if (!known) co_return std::unexpected(std::move(known).error());
  co_return (*known)->scope;
}

Task<Result<KnownScope>> Vault::ask_scope() {
  CO_TRY(const Challenge challenge, co_await ask());
  CO_TRY_VOID(check_scope_host(challenge.scope, address_));
  co_return KnownScope{challenge.scope, shared_.caller.clock().now() + kScopeFor};
}

// A call without a token: the answer says where tokens come from and what they are for.
Task<Result<Challenge>> Vault::ask() {
  const std::string url = fmt::format("{}/secrets?api-version={}&maxresults=1", address_, kApiVersion);
  Challenge challenge;
  Call call{.name = "GetChallenge", .provider = std::string(kCounter), .retry = retry_, .reach = session_.reach()};
  call.make = [&]() -> Result<net::Request> {
    return net::Request{.url = url, .headers = {{"Accept", "application/json"}}};
  };
  call.judge = [&](const net::Response& response) {
    auto read = response.status == 401 ? read_challenge(response.headers) : std::nullopt;
    if (read) {
      challenge = *std::move(read);
      return Judgement::take();
    }
    const VaultError theirs = read_vault_error(response);
    Error error = theirs.to_error("GetChallenge", response.status);
    if (response.status / 100 == 2 || response.status == 401) error.code = Code::kInvalid;
    if (!theirs.code.empty() || is_transient(error)) return Judgement::fail(std::move(error));
    return Judgement::fail(std::move(error).prefixed("this is not how a key vault answers"));
  };
  auto response = co_await shared_.caller.call(std::move(call));
  if (response) co_return std::move(challenge);
  co_return std::unexpected(
      std::move(response).error().prefixed(fmt::format("spec.provider.azurekv.vaultUrl: {}", address_)));
}

Task<Result<void>> Vault::check() {
  CO_TRY(const std::string wanted, co_await scope());
  CO_TRY(const TokenPtr token, co_await session_.token(wanted));
  CO_TRY(const Challenge challenge, co_await ask());
  co_return check_tenant(session_.tenant(), challenge.tenant());
}

}  // namespace rotor::providers::azure
