// What a login by federation presents: the word of the other identity provider.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "providers/common/cache_key.hpp"
#include "providers/gcp/aws_identity.hpp"
#include "providers/gcp/login.hpp"

namespace rotor::providers::gcp {

struct KubernetesSubject {
  ReferenceGate* gate;  // outlives the login
  Scope scope;
  ServiceAccountSelector account;
  std::vector<std::string> audiences;
};
// From credential_source of the JSON: a file, an address, or AWS's metadata service.
struct ConfiguredSubject {
  CredentialSource source;
  net::Reach reach;  // of its address
};

using Subject = std::variant<KubernetesSubject, AwsIdentity, ConfiguredSubject>;

// `audience`: the pool's provider, which a signature for AWS is made for.
Task<Result<SecretBytes>> subject_token(Shared& shared, Subject subject, std::string audience);

void add_to_key(CacheKey& key, const Subject& subject);

// A token as text, or as the member of a JSON document. `where` it came from: in front of errors.
Result<SecretBytes> read_subject_token(const SecretBytes& document, const CredentialSource& source,
                                       std::string_view where);

}  // namespace rotor::providers::gcp
