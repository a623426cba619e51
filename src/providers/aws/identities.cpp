#include "providers/aws/identities.hpp"

#include <fmt/format.h>

#include "providers/aws/machine.hpp"
#include "providers/aws/session.hpp"
#include "providers/aws/settings.hpp"
#include "providers/common/other_ways.hpp"

namespace rotor::providers::aws {
namespace {

Config config_of(const AwsIdentityRequest& request) {
  Config config;
  config.region = request.region;
  config.role = request.role;
  config.external_id = request.external_id;
  if (request.service_account) {
    config.auth.emplace().jwt = JwtAuth{request.service_account};
  } else if (request.keys) {
    const AwsIdentityRequest::Keys& keys = *request.keys;
    config.auth.emplace().secret_ref = SecretRefAuth{keys.access_key_id, keys.secret_access_key, keys.session_token};
  }
  return config;
}

// Only what the platform gives to a workload: keys that lie in the controller's environment are nobody's proof.
Result<void> check_controllers_own(const EnvironmentVariables& environment, const StoreContext& context,
                                   std::string_view field) {
  if (!context.scope().cluster() && !context.allow_controller_identity) {
    return fail(Code::kDenied,
                fmt::format("{} names neither jwt.serviceAccountRef nor secretRef, and a SecretStore may not use the "
                            "controller's own AWS identity: set one of them, use a ClusterSecretStore, or start the "
                            "controller with --allow-controller-identity",
                            field));
  }
  if (!first_set(environment, {"AWS_WEB_IDENTITY_TOKEN_FILE"}).empty() || !container_endpoint(environment).empty()) {
    return {};
  }
  return fail(Code::kInvalid,
              fmt::format("no AWS authentication method found: expected either IRSA or Pod Identity: set {0}.jwt."
                          "serviceAccountRef or {0}.secretRef, or give the controller's ServiceAccount a role; {1}",
                          field, kAsYourself));
}

class SessionIdentity final : public AwsIdentity {
 public:
  explicit SessionIdentity(std::unique_ptr<Session> session) : session_(std::move(session)) {}
  std::string digest() const override { return session_->digest(); }
  Task<Result<CredentialsPtr>> credentials() override { return session_->credentials(); }

 private:
  std::unique_ptr<Session> session_;
};

class Identities final : public AwsIdentities {
 public:
  explicit Identities(const Services& services) : shared_(services) {}

  Task<Result<std::shared_ptr<AwsIdentity>>> open(AwsIdentityRequest request, StoreContext context) override {
    Config config = config_of(request);
    if (config.ambient()) CO_TRY_VOID(check_controllers_own(shared_.environment, context, request.field));
    Claimant claimant{.block = request.field, .auth = request.field, .session_name = request.session_name};
    CO_TRY(auto session, co_await Session::create(shared_, std::move(config), context, std::move(claimant)));
    co_return std::make_shared<SessionIdentity>(std::move(session));
  }

 private:
  Shared shared_;
};

}  // namespace

std::shared_ptr<AwsIdentities> make_identities(const Services& services) {
  return std::make_shared<Identities>(services);
}

}  // namespace rotor::providers::aws
