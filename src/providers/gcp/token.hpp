// Access tokens, and Google's services that hand them out in exchange for something else.
#pragma once

#include <optional>
#include <string>

#include "providers/common/call.hpp"

namespace rotor::providers::gcp {

inline constexpr std::string_view kCounter = "GCP/SecretManager";
inline constexpr std::string_view kScope = "https://www.googleapis.com/auth/cloud-platform";

struct AccessToken {
  SecretBytes token;
  std::optional<WallTime> expires;
  std::string quota_project{};         // whose quota a person's own login is counted on
  std::optional<Error> not_checked{};  // made by ourselves, without a word from Google: why
};

// What the service account's key signed, for a token.
struct AssertionAnswer {
  Result<AccessToken> token;
  bool unreachable = false;  // nobody answered, or the service is down
};
Task<AssertionAnswer> exchange_assertion(Caller& caller, std::string token_uri, net::Reach reach,
                                         SecretBytes assertion);

// A person's own login (gcloud auth application-default login).
struct RefreshToken {
  std::string client_id;
  SecretBytes client_secret;
  SecretBytes refresh_token;
};
Task<Result<AccessToken>> exchange_refresh_token(Caller& caller, std::string token_uri, RefreshToken login);

// An identity of somebody else's, by the Security Token Service. RFC 8693.
struct Exchange {
  std::string token_url;
  std::string audience;
  std::string subject_token_type;
  SecretBytes subject_token{};
  std::string client_id{};
  SecretBytes client_secret{};
  net::Reach reach = net::Reach::kNotOfTheNode;  // of token_url
};
Task<Result<AccessToken>> exchange_subject_token(Caller& caller, Exchange exchange);

// A ServiceAccount of a GKE cluster, by the cluster's own pool. `audience`: identitynamespace:POOL:PROVIDER.
Task<Result<AccessToken>> bind_identity(Caller& caller, std::string audience, SecretBytes service_account_token);

// A token of the service account that `url` names. `lifetime` in seconds; 0: the service's default, an hour.
Task<Result<AccessToken>> impersonate(Caller& caller, std::string url, AccessToken caller_token, std::int64_t lifetime);
// Where to ask for tokens of this service account; kInvalid when it is no e-mail address.
Result<std::string> impersonation_url(std::string_view email);

// `claims`, a JSON text, signed by Google with a key of that service account.
Task<Result<SecretBytes>> sign_jwt(Caller& caller, std::string email, std::string claims, AccessToken caller_token);

// {"access_token","expires_in"}.
Result<AccessToken> read_token(std::string_view call, const SecretBytes& body, WallTime now);

}  // namespace rotor::providers::gcp
