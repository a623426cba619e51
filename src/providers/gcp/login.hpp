// Who we are towards Google for one store and consumer, one kind of login each. A login is made without a word to
// Google; what it fetches is kept and shared by session.hpp.
#pragma once

#include <memory>
#include <string>

#include "providers/common/expiring_cache.hpp"
#include "providers/gcp/config.hpp"
#include "providers/gcp/external_account.hpp"
#include "providers/gcp/metadata.hpp"
#include "providers/gcp/token.hpp"

namespace rotor::providers::gcp {

// Of a ServiceAccount: the service account of Google Cloud that it acts as.
inline constexpr std::string_view kAccountAnnotation = "iam.gke.io/gcp-service-account";

// What all stores of the process share.
struct Shared {
  explicit Shared(const Services& services)
      : environment(services.environment),
        personal(services.personal),
        plain_http(services.plain_http),
        calls(services.calls),
        caller(services),
        metadata(services, caller),
        tokens(services.clock, std::chrono::seconds(30)) {}

  EnvironmentVariables environment;
  PersonalLogins personal;
  PlainHttp plain_http;
  CallCounter& calls;
  Caller caller;
  Metadata metadata;
  ExpiringCache<AccessToken> tokens;
};

class Login {
 public:
  virtual ~Login() = default;

  // Everything that decides which token is handed out, as a digest: who has the same shares the token.
  virtual std::string identity() const = 0;
  // The field of the manifest it comes from, and what that names: in front of errors.
  virtual std::string source() const = 0;
  virtual Task<Result<AccessToken>> fetch() = 0;
};
using LoginPtr = std::unique_ptr<Login>;

// auth.secretRef.
Task<Result<LoginPtr>> make_key_login(Shared& shared, SecretRefAuth auth, StoreContext context);
// The same from a file of the controller's.
Result<LoginPtr> make_key_login(Shared& shared, const SecretBytes& json, std::string source,
                                net::Reach reach = net::Reach::kNotOfTheNode);

// auth.workloadIdentity. `project`: of the cluster.
Task<Result<LoginPtr>> make_workload_identity_login(Shared& shared, WorkloadIdentity auth, std::string project,
                                                    StoreContext context);

// The service account that annotation iam.gke.io/gcp-service-account of a ServiceAccount names; empty: none.
Task<Result<std::string>> google_account_of(ServiceAccountSelector account, StoreContext context);

// auth.workloadIdentityFederation.
Task<Result<LoginPtr>> make_federation_login(Shared& shared, Federation auth, StoreContext context);
// The same from a file of the controller's, whose sources nobody has to permit.
Result<LoginPtr> make_external_account_login(Shared& shared, std::string_view json, std::string source);

// Is there a person's login that comes before what manifests say?
Result<bool> logs_in_as_person(Shared& shared);

// The controller's own identity: the file of $GOOGLE_APPLICATION_CREDENTIALS, the one gcloud writes, or the metadata
// server. https://cloud.google.com/docs/authentication/application-default-credentials
Result<LoginPtr> make_ambient_login(Shared& shared);

// May a store of this context use the controller's own identity? `what` would: the beginning of the refusal.
Result<void> allow_controller_identity(const StoreContext& context, std::string_view what);

// A token of a ServiceAccount, counted as a call.
Task<Result<SecretBytes>> service_account_token(Shared& shared, ReferenceGate& gate, Scope scope,
                                                ServiceAccountSelector account, std::vector<std::string> audiences);

}  // namespace rotor::providers::gcp
