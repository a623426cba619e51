// Who a store is towards a cloud, for back ends that take a cloud's word for it (Vault's logins `aws` and `gcp`). Each
// cloud's folder answers for its own, and the registration table lends that to all: no provider knows another.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/externalsecrets/references.hpp"
#include "base/task.hpp"
#include "providers/common/sigv4.hpp"
#include "providers/store.hpp"

namespace rotor::providers {

// Of one store and consumer.
class AwsIdentity {
 public:
  virtual ~AwsIdentity() = default;
  // Everything that decides who it is, as a digest: who has the same may share what it is exchanged for.
  virtual std::string digest() const = 0;
  virtual Task<Result<std::shared_ptr<const aws::Credentials>>> credentials() = 0;
};

struct AwsIdentityRequest {
  std::string field{};  // of the manifest, for errors: "spec.provider.vault.auth.iam"
  std::string session_name{};
  std::string region{};
  std::string role{};  // assumed last
  std::string external_id{};
  // The first that is set; neither: the controller's own identity, where the store may use it.
  std::optional<api::es::ServiceAccountSelector> service_account{};
  struct Keys {
    std::optional<api::es::SecretKeySelector> access_key_id{};
    std::optional<api::es::SecretKeySelector> secret_access_key{};
    std::optional<api::es::SecretKeySelector> session_token{};
  };
  std::optional<Keys> keys{};
};

class AwsIdentities {
 public:
  virtual ~AwsIdentities() = default;
  // Reads what the manifest points at; does not talk to AWS.
  virtual Task<Result<std::shared_ptr<AwsIdentity>>> open(AwsIdentityRequest request, StoreContext context) = 0;
};

class GoogleIdentity {
 public:
  virtual ~GoogleIdentity() = default;
  virtual std::string digest() const = 0;
  // A new JWT by which a service account tells `audience` who it is. Good for ten minutes, or an hour from a machine.
  virtual Task<Result<SecretBytes>> jwt(std::string audience) = 0;
};

struct GoogleIdentityRequest {
  std::string field{};
  std::string project{};
  // The first that is set; neither: the service account of the machine or pod, where the store may use it.
  std::optional<api::es::SecretKeySelector> key{};  // the JSON file of a service account's key
  struct Gke {
    api::es::ServiceAccountSelector service_account;
    std::string cluster_location;
    std::string cluster_name;
    std::string cluster_project;
  };
  std::optional<Gke> gke{};
};

class GoogleIdentities {
 public:
  virtual ~GoogleIdentities() = default;
  virtual Task<Result<std::shared_ptr<GoogleIdentity>>> open(GoogleIdentityRequest request, StoreContext context) = 0;
};

}  // namespace rotor::providers
