// Security Token Service: temporary credentials. https://docs.aws.amazon.com/STS/latest/APIReference/
#pragma once

#include <string>
#include <vector>

#include "providers/aws/config.hpp"
#include "providers/aws/signed_call.hpp"

namespace rotor::providers::aws {

struct RoleSession {
  std::string role_arn;
  std::string external_id{};
  std::vector<SessionTag> tags{};
  std::vector<std::string> transitive_tag_keys{};
};

struct StsContext {
  Endpoint endpoint;
  RetryPolicy retry;
};

struct WebIdentity {
  std::string role_arn;
  std::string session_name;
  SecretBytes token;
};

struct StsResult {
  Result<Credentials> credentials;
  bool refused = false;  // what was presented is stale or not (yet) accepted: worth one try with a new one
};

// Signed with `base`.
Task<StsResult> assume_role(SignedCaller& caller, StsContext context, std::shared_ptr<const Credentials> base,
                            RoleSession session);
// Not signed at all.
Task<StsResult> assume_role_with_web_identity(SignedCaller& caller, StsContext context, WebIdentity identity);

// The Credentials element of an answer.
Result<Credentials> read_credentials(std::string_view operation, const SecretBytes& body);

}  // namespace rotor::providers::aws
