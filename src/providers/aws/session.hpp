// Who we are towards AWS for one store and consumer: base credentials (a ServiceAccount's token, keys in Secrets, or
// the controller's own), then the roles assumed with them.
#pragma once

#include <memory>
#include <string>

#include "providers/aws/config.hpp"
#include "providers/aws/signed_call.hpp"
#include "providers/aws/sts.hpp"
#include "providers/common/expiring_cache.hpp"

namespace rotor::providers::aws {

using CredentialsPtr = std::shared_ptr<const Credentials>;

// What all sessions of the process share.
struct Shared {
  explicit Shared(const Services& services)
      : environment(services.environment),
        personal(services.personal),
        caller(services),
        http(services.http),
        cache(services.clock, kRefusalsFor) {}

  // A login that was refused is not repeated for each object that waits for it.
  static constexpr std::chrono::seconds kRefusalsFor{30};

  EnvironmentVariables environment;
  PersonalLogins personal;
  SignedCaller caller;
  HttpClients& http;
  ExpiringCache<Credentials> cache;
};

// Whose manifest asks, for errors and for AWS's own log.
struct Claimant {
  std::string block = "spec.provider.aws";  // where `role` stands
  std::string auth = "auth";                // where `jwt` and `secretRef` stand
  std::string session_name = "external-secrets-provider-aws";
};

class Session {
 public:
  // Reads what the manifest points at; does not talk to AWS. Errors start with "unable to create session".
  static Task<Result<std::unique_ptr<Session>>> create(Shared& shared, Config config, StoreContext context,
                                                       Claimant claimant = {});

  // Who has the same has the same credentials.
  const std::string& digest() const { return cache_keys_.back(); }

  Task<Result<CredentialsPtr>> credentials();
  // The last ones were refused. True when a second try has a chance: there is something to get anew.
  bool refused(const CredentialsPtr& credentials);

 private:
  enum class Base : std::uint8_t { kJwt, kStatic, kAmbient };

  Session(Shared& shared, Config config, const StoreContext& context, StsContext sts, Claimant claimant);

  Task<Result<void>> read_keys(StoreContext context);
  Task<Result<void>> read_service_account(StoreContext context);
  Result<void> allow_ambient(const StoreContext& context);
  std::vector<RoleSession> hops(const StoreContext& context) const;
  std::vector<std::string> cache_keys(const StoreContext& context) const;

  // The credentials after that many hops; each step is kept for itself, so that stores share what they have in common.
  Task<Result<CredentialsPtr>> after(std::size_t hops);
  bool drop(std::size_t hops, const CredentialsPtr& credentials);
  Task<Result<Credentials>> assume(std::size_t hop);
  Task<Result<Credentials>> fetch_base();
  Task<Result<Credentials>> fetch_with_token();

  Shared& shared_;
  Config config_;
  Claimant claimant_;
  ReferenceGate& gate_;
  Scope scope_;
  StsContext sts_;
  Base base_ = Base::kAmbient;
  CredentialsPtr keys_;   // kStatic
  std::string role_arn_;  // kJwt
  kube::TokenRequest token_request_;
  std::vector<RoleSession> hops_;
  std::vector<std::string> cache_keys_;  // of the base and after each hop
};

// Are stores read as the person who started this process, whatever their manifests say?
Result<bool> logs_in_as_person(const Shared& shared);

// The controller's own identity, by the order of AWS's SDKs: environment keys, web identity file, shared credentials
// file, container endpoint (ECS, EKS Pod Identity), instance metadata.
Task<Result<Credentials>> ambient_credentials(Shared& shared, StsContext sts);

}  // namespace rotor::providers::aws
