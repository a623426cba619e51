// Identities that another provider vouches for: the JSON of type external_account that gcloud makes for a pool.
// https://cloud.google.com/iam/docs/workload-identity-federation
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "json/describe.hpp"
#include "kube/object/object.hpp"
#include "providers/services.hpp"

namespace rotor::providers::gcp {

struct TokenFormat {
  std::string type;  // text (also when empty), json
  std::string subject_token_field_name;
};
struct Executable {
  std::string command;
};
struct CredentialSource {
  std::string file;
  std::string url;
  kube::StringMap headers;
  std::optional<TokenFormat> format;
  std::optional<Executable> executable;
  std::string environment_id;  // "aws1": an identity of AWS
  std::string region_url;
  std::string imdsv2_session_token_url;

  bool is_aws() const { return !environment_id.empty(); }
};
struct Impersonation {
  std::int64_t token_lifetime_seconds = 0;
};
struct ExternalAccount {
  std::string type;
  std::string audience;
  std::string subject_token_type;
  std::string token_url;
  std::string token_info_url;
  std::string service_account_impersonation_url;
  std::optional<Impersonation> service_account_impersonation;
  std::string client_id;
  json::SecretText client_secret;
  std::string quota_project_id;
  std::string universe_domain;
  std::optional<CredentialSource> credential_source;

  std::int64_t lifetime() const;  // of impersonated tokens, in seconds
};

// Reads the JSON; kInvalid when it is of another type.
Result<ExternalAccount> read_external_account(std::string_view json);

// What was left out.
void fill_defaults(ExternalAccount& account);

// By whose word a source may be used.
struct SourceRules {
  bool of_manifest = true;                // written by whoever writes stores, not by whoever runs the controller
  std::string external_token_endpoint{};  // the only URL that a token may be got from
  std::vector<std::string> files{};       // that whoever runs the controller permits
  PlainHttp plain_http = PlainHttp::kNearby;
};

// Every problem at once. `needs_source`: the token comes from credential_source.
Result<void> check_external_account(ExternalAccount& account, bool needs_source, const SourceRules& rules);

// The paths in $ROTOR_GCP_SUBJECT_TOKEN_FILES, between colons.
std::vector<std::string> permitted_files(std::string_view variable);

}  // namespace rotor::providers::gcp

namespace rotor::json {
ROTOR_DESCRIBED(providers::gcp::TokenFormat);
ROTOR_DESCRIBED(providers::gcp::Executable);
ROTOR_DESCRIBED(providers::gcp::CredentialSource);
ROTOR_DESCRIBED(providers::gcp::Impersonation);
ROTOR_DESCRIBED(providers::gcp::ExternalAccount);
}  // namespace rotor::json
