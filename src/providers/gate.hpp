// The one way from a provider to objects of the cluster. Every read names the consumer whose manifest asks for it, so a
// read that is not scoped cannot be written down; the namespace rule of stores is applied here and nowhere else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/externalsecrets/references.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "base/task.hpp"
#include "kube/client/client.hpp"

namespace rotor::providers {

inline constexpr std::string_view kSecretStoreKind = "SecretStore";
inline constexpr std::string_view kClusterSecretStoreKind = "ClusterSecretStore";

// On whose behalf something is read.
struct Scope {
  std::string store_kind;   // SecretStore, ClusterSecretStore
  std::string consumer_ns;  // of the ExternalSecret; empty while a ClusterSecretStore is validated without a consumer

  bool cluster() const { return store_kind == kClusterSecretStoreKind; }
};

// The consumer's namespace; the selector's own only for a ClusterSecretStore that gives one.
// Empty: nobody can say yet (a ClusterSecretStore whose credentials depend on the consumer).
std::string resolve_namespace(const Scope& scope, const std::optional<std::string>& selector_ns);

class ReferenceGate {
 public:
  virtual ~ReferenceGate() = default;

  // One value of a Secret. Errors: `cannot get Kubernetes secret "n" from namespace "ns": …`,
  // `cannot find secret data for key: "k"`. Never kNotFound: a missing credential is not a missing remote secret.
  virtual Task<Result<SecretBytes>> secret_value(Scope scope, api::es::SecretKeySelector ref) = 0;

  // The texts of a ConfigMap. Errors are the API server's own words: whoever asks says what it is for.
  virtual Task<Result<kube::StringMap>> config_map(Scope scope, std::string name, std::optional<std::string> ns) = 0;

  // The annotations of a ServiceAccount (cloud roles are named there).
  virtual Task<Result<kube::StringMap>> service_account_annotations(Scope scope,
                                                                    api::es::ServiceAccountSelector ref) = 0;

  // The Secrets that a ServiceAccount lists as its own: in clusters before 1.24 one with a token without an end.
  virtual Task<Result<std::vector<std::string>>> service_account_secrets(Scope scope,
                                                                         api::es::ServiceAccountSelector ref) = 0;

  // A token of that ServiceAccount for `request.audiences`. The caller adds the selector's own audiences if it wants
  // them.
  virtual Task<Result<kube::IssuedToken>> service_account_token(Scope scope, api::es::ServiceAccountSelector ref,
                                                                kube::TokenRequest request) = 0;
};

// The gate over a real client; reads are direct, not cached.
// `no_tokens`, when not empty, is why this process hands out no ServiceAccount tokens: the message of every request for
// one.
std::unique_ptr<ReferenceGate> make_reference_gate(kube::Client& client, std::string no_tokens = {});

// Checks of `validate_store` for a selector's namespace. `strict`: a ClusterSecretStore must give one.
enum class NamespaceRule : std::uint8_t { kStrict, kReferent };
Result<void> check_selector_namespace(std::string_view store_kind, std::string_view store_ns,
                                      const std::optional<std::string>& selector_ns, NamespaceRule rule);

}  // namespace rotor::providers
