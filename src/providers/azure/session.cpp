#include "providers/azure/session.hpp"

#include "providers/azure/managed_identity.hpp"
#include "providers/azure/token_file.hpp"
#include "providers/common/reach.hpp"

namespace rotor::providers::azure {
namespace {

constexpr std::chrono::seconds kRememberRefusals{60};
constexpr std::chrono::seconds kJustMade{30};

// What a newline at the end of a Secret's value does is seen by nobody.
Error with_newline_hint(Error error, const Credential& credential) {
  const auto* secret = std::get_if<ClientSecret>(&credential);
  if (secret == nullptr || error.code != Code::kUnauthenticated || !secret->secret.reveal().ends_with('\n'))
    return error;
  error.message += "; the client secret in the Secret ends with a line break, which counts as part of it";
  return error;
}

}  // namespace

Shared::Shared(const Services& services)
    : environment(services.environment),
      caller(services),
      tokens(services.clock, kRememberRefusals),
      scopes(services.clock) {}

Session::Session(Shared& shared, Identity identity, const StoreContext& context, RetryPolicy retry)
    : shared_(shared),
      identity_(std::move(identity)),
      gate_(context.gate),
      consumer_(context.scope()),
      retry_(retry),
      reach_(reach_of(context, shared.environment)) {}

Task<Result<TokenPtr>> Session::token(std::string scope, std::string claims) {
  const std::string slot = key(scope);
  // The session is a member of the client that waits here, so it outlives the fetch.
  auto got = co_await shared_.tokens.get(slot, [this, &scope, &claims] { return fetch(scope, claims); });
  co_return std::move(got);
}

bool Session::refused(const std::string& scope, const TokenPtr& token, const std::string& claims) {
  const bool just_made = shared_.caller.clock().now() - token->obtained < kJustMade;
  const bool lacks_claims = !claims.empty() && !token->with_claims;
  if (just_made && !lacks_claims) return false;
  shared_.tokens.drop(key(scope), token);
  return true;
}

Task<Result<Token>> Session::fetch(std::string scope, std::string claims) {
  if (const auto* machine = std::get_if<ManagedIdentity>(&identity_.credential)) {
    auto got = co_await machine_token(shared_.caller, shared_.environment, machine->client_id, resource_of(scope));
    if (!got) co_return std::unexpected(std::move(got).error().prefixed("cannot log in with the managed identity"));
    co_return std::move(got);
  }
  const bool with_claims = !claims.empty();
  auto got = co_await from_entra(std::move(scope), std::move(claims));
  if (!got) {
    Error error = with_newline_hint(std::move(got).error(), identity_.credential);
    co_return std::unexpected(
        std::move(error).prefixed("cannot log in to Microsoft Entra ID at " + identity_.authority));
  }
  got->with_claims = with_claims;
  co_return std::move(got);
}

// An assertion that was issued to us and is not taken for its time is replaced once.
Task<Result<Token>> Session::from_entra(std::string scope, std::string claims) {
  const bool issued = std::holds_alternative<AccountToken>(identity_.credential) ||
                      std::holds_alternative<TokenFile>(identity_.credential);
  for (bool last = !issued;; last = true) {
    Login request = login(scope, claims);
    Proof proof;
    if (issued) {
      CO_TRY(proof, co_await assertion());
      request.prove = [&proof](std::chrono::seconds) -> Result<Proof> { return proof; };
    }
    LoginResult result = co_await log_in(shared_.caller, std::move(request));
    if (result.token || last || !result.assertion_expired) co_return std::move(result.token);
  }
}

Login Session::login(std::string scope, std::string claims) const {
  Login login{.authority = identity_.authority,
              .tenant = identity_.tenant,
              .client_id = identity_.client_id,
              .scope = std::move(scope),
              .claims = std::move(claims),
              .retry = retry_,
              .reach = reach_};
  if (const auto* secret = std::get_if<ClientSecret>(&identity_.credential)) {
    login.prove = [secret](std::chrono::seconds) -> Result<Proof> { return Proof{false, secret->secret}; };
  } else if (const auto* certificate = std::get_if<ClientCertificate>(&identity_.credential)) {
    login.dated = true;
    login.prove = [this, certificate](std::chrono::seconds ahead) -> Result<Proof> {
      TRY(SecretBytes signed_text,
          certificate_assertion(*certificate, identity_.client_id, token_url(identity_.authority, identity_.tenant),
                                shared_.caller.clock().now() + ahead));
      return Proof{true, std::move(signed_text)};
    };
  }
  return login;
}

Task<Result<Proof>> Session::assertion() {
  if (const auto* file = std::get_if<TokenFile>(&identity_.credential)) {
    CO_TRY(SecretBytes text, read_token_file(file->path));
    co_return Proof{true, std::move(text)};
  }
  const AccountToken account = std::get<AccountToken>(identity_.credential);
  auto issued = co_await gate_.service_account_token(consumer_, account.account, account.request);
  if (!issued) co_return std::unexpected(std::move(issued).error().prefixed("error creating service account token"));
  co_return Proof{true, std::move(issued->token)};
}

}  // namespace rotor::providers::azure
