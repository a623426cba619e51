// An identity of AWS as Google's token service takes it: a signed request that asks AWS who signed it.
// https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds
#pragma once

#include <string>
#include <string_view>

#include "providers/common/call.hpp"
#include "providers/common/sigv4.hpp"
#include "providers/gcp/external_account.hpp"

namespace rotor::providers::gcp {

struct AwsIdentity {
  aws::Credentials credentials;
  std::string region;
};

inline constexpr std::string_view kAwsTokenType = "urn:ietf:params:aws:token-type:aws4_request";

// GetCallerIdentity of the region's STS, signed for `audience`, as percent-encoded JSON.
Result<SecretBytes> aws_subject_token(const AwsIdentity& identity, std::string_view audience, WallTime now);

// The identity of the machine: variables of the environment, else AWS's metadata service (version 2 of it) at the
// addresses in `source`, which check_external_account has looked at.
Task<Result<AwsIdentity>> aws_identity_of_machine(Caller& caller, EnvironmentVariables environment,
                                                  CredentialSource source);

}  // namespace rotor::providers::gcp
