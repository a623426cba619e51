// Logging in to Microsoft Entra ID as an application. OAuth 2.0 client credentials:
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
#pragma once

#include <functional>
#include <string>

#include "providers/azure/client_certificate.hpp"
#include "providers/azure/token.hpp"
#include "providers/common/call.hpp"

namespace rotor::providers::azure {

// What proves that the caller is the application.
struct Proof {
  bool assertion = false;  // a signed statement; else a client secret
  SecretBytes text;
};

struct Login {
  std::string authority;
  std::string tenant;
  std::string client_id;
  std::string scope;
  std::string claims{};  // of a challenge; usually empty
  RetryPolicy retry{};
  net::Reach reach = net::Reach::kNotOfTheNode;
  bool dated = false;  // the proof says when it was made, by our clock
  // Anew for each try, with what Entra's clock is ahead of ours.
  std::function<Result<Proof>(std::chrono::seconds ahead)> prove{};
};

struct LoginResult {
  Result<Token> token;
  bool assertion_expired = false;  // another assertion may be taken
};
Task<LoginResult> log_in(Caller& caller, Login login);

// Where the tokens of a tenant come from.
std::string token_url(const std::string& authority, const std::string& tenant);

// The statement of who holds the certificate's key, good for ten minutes from `now`.
// https://learn.microsoft.com/entra/identity-platform/certificate-credentials
Result<SecretBytes> certificate_assertion(const ClientCertificate& certificate, const std::string& client_id,
                                          const std::string& audience, WallTime now);

}  // namespace rotor::providers::azure
