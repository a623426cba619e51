// Who a store is towards Azure: what the manifest says about it, read and checked, before anybody is asked.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "providers/azure/client_certificate.hpp"
#include "providers/azure/cloud.hpp"
#include "providers/azure/config.hpp"
#include "providers/gate.hpp"
#include "providers/services.hpp"

namespace rotor::providers::azure {

struct ClientSecret {
  SecretBytes secret;
};
// A token of a ServiceAccount, which the application trusts.
struct AccountToken {
  ServiceAccountSelector account;
  kube::TokenRequest request;
};
// The same for the controller's own ServiceAccount, as a file that the kubelet renews.
struct TokenFile {
  std::string path;
};
struct ManagedIdentity {
  std::string client_id;  // empty: the machine's own
};
using Credential = std::variant<ClientSecret, ClientCertificate, AccountToken, TokenFile, ManagedIdentity>;

struct Identity {
  Credential credential;
  std::string authority;  // "https://login.microsoftonline.com/"; this and the next two not for ManagedIdentity
  std::string tenant;
  std::string client_id;
  std::string key;  // a digest of all that makes it: what is kept for one identity serves no other
};

// Reads what the manifest points at. kDenied: the store may not use the controller's own identity.
Task<Result<Identity>> read_identity(EnvironmentVariables environment, Config config, Cloud cloud,
                                     StoreContext context);

}  // namespace rotor::providers::azure
