#include "providers/gcp/identities.hpp"

#include <fmt/format.h>

#include "json/writer.hpp"
#include "providers/common/cache_key.hpp"
#include "providers/gcp/login.hpp"
#include "providers/gcp/service_account_key.hpp"

namespace rotor::providers::gcp {
namespace {

using std::chrono::seconds;
using IdentityPtr = std::shared_ptr<GoogleIdentity>;

constexpr seconds kProofLife{600};

// Signed here.
class KeyIdentity final : public GoogleIdentity {
 public:
  KeyIdentity(Shared& shared, ServiceAccountKey key) : shared_(shared), key_(std::move(key)) {}
  std::string digest() const override {
    return CacheKey().add("key").add(key_.client_email).add(key_.private_key.value).digest();
  }
  Task<Result<SecretBytes>> jwt(std::string audience) override {
    co_return make_identity_token(key_, audience, shared_.caller.clock().now());
  }

 private:
  Shared& shared_;
  ServiceAccountKey key_;
};

std::string proof_claims(std::string_view audience, std::string_view email, WallTime now) {
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  for (const auto& [name, value] : {std::pair{"aud", audience}, {"sub", email}}) {
    writer.key(name);
    writer.string(value);
  }
  writer.key("exp");
  writer.integer((std::chrono::floor<seconds>(now) + kProofLife).time_since_epoch().count());
  writer.end_object();
  return text;
}

// Signed by Google, at the word of a ServiceAccount of the cluster.
class GkeIdentity final : public GoogleIdentity {
 public:
  GkeIdentity(Shared& shared, LoginPtr login, std::string email)
      : shared_(shared), login_(std::move(login)), email_(std::move(email)) {}
  std::string digest() const override { return CacheKey().add(login_->identity()).add(email_).digest(); }
  Task<Result<SecretBytes>> jwt(std::string audience) override {
    for (bool last = false;; last = true) {
      // This object is held by whoever waits here, so it outlives the fetch.
      CO_TRY(const auto token, co_await shared_.tokens.get(login_->identity(), [this] { return login_->fetch(); }));
      std::string claims = proof_claims(audience, email_, shared_.caller.clock().now());
      Result<SecretBytes> jwt = co_await sign_jwt(shared_.caller, email_, std::move(claims), *token);
      if (jwt || last || jwt.error().code != Code::kUnauthenticated) co_return std::move(jwt);
      shared_.tokens.drop(login_->identity(), token);
    }
  }

 private:
  Shared& shared_;
  LoginPtr login_;
  std::string email_;
};

class MachineIdentity final : public GoogleIdentity {
 public:
  explicit MachineIdentity(Shared& shared) : shared_(shared) {}
  std::string digest() const override { return CacheKey().add("machine").digest(); }
  Task<Result<SecretBytes>> jwt(std::string audience) override {
    return shared_.metadata.identity_token(std::move(audience));
  }

 private:
  Shared& shared_;
};

class Identities final : public GoogleIdentities {
 public:
  explicit Identities(const Services& services) : shared_(services) {}

  Task<Result<IdentityPtr>> open(GoogleIdentityRequest request, StoreContext context) override {
    Result<IdentityPtr> made;
    if (request.key) {
      made = co_await with_key(request, context);
    } else if (request.gke) {
      made = co_await with_account(request, context);
    } else {
      made = with_machine(request, context);
    }
    co_return std::move(made);
  }

 private:
  Task<Result<IdentityPtr>> with_key(GoogleIdentityRequest request, StoreContext context) {
    const std::string field = request.field + ".secretRef";
    Result<SecretBytes> json = co_await context.gate.secret_value(context.scope(), *request.key);
    if (!json) co_return std::unexpected(std::move(json).error().prefixed(field));
    Result<ServiceAccountKey> key = read_service_account_key(*json, shared_.plain_http);
    if (!key) co_return std::unexpected(std::move(key).error().prefixed(field));
    co_return std::make_shared<KeyIdentity>(shared_, *std::move(key));
  }

  Task<Result<IdentityPtr>> with_account(GoogleIdentityRequest request, StoreContext context) {
    const auto& gke = *request.gke;
    const std::string field = request.field + ".workloadIdentity";
    CO_TRY(const std::string email, co_await google_account_of(gke.service_account, context));
    if (email.empty()) {
      co_return fail(
          Code::kInvalid,
          fmt::format("{}: annotate ServiceAccount {}/{} with iam.gke.io/gcp-service-account: the login "
                      "needs a service account of Google's that has an e-mail address",
                      field, resolve_namespace(context.scope(), gke.service_account.ns), gke.service_account.name));
    }
    Result<std::string> project = co_await project_of(request);
    if (!project) co_return std::unexpected(std::move(project).error().prefixed(field));
    WorkloadIdentity auth{gke.service_account, gke.cluster_location, gke.cluster_name, gke.cluster_project};
    Result<LoginPtr> login =
        co_await make_workload_identity_login(shared_, std::move(auth), *std::move(project), context);
    if (!login) co_return std::unexpected(std::move(login).error().prefixed(field));
    co_return std::make_shared<GkeIdentity>(shared_, *std::move(login), email);
  }

  // Of the cluster.
  Task<Result<std::string>> project_of(GoogleIdentityRequest request) {
    if (!request.gke->cluster_project.empty()) co_return request.gke->cluster_project;
    if (!request.project.empty()) co_return request.project;
    Result<std::string> found = co_await shared_.metadata.text("project/project-id");
    if (!found) {
      Error error = std::move(found).error().prefixed("unable to find the project of the cluster");
      error.message += "; outside of Google Cloud set clusterProjectID";
      co_return std::unexpected(std::move(error));
    }
    co_return std::move(found);
  }

  Result<IdentityPtr> with_machine(const GoogleIdentityRequest& request, const StoreContext& context) {
    if (!context.scope().cluster() && !context.allow_controller_identity) {
      return fail(Code::kDenied,
                  fmt::format("{} names neither secretRef nor workloadIdentity, and a SecretStore may not use the "
                              "controller's own Google identity: set one of them, use a ClusterSecretStore, or start "
                              "the controller with --allow-controller-identity",
                              request.field));
    }
    return std::make_shared<MachineIdentity>(shared_);
  }

  Shared shared_;
};

}  // namespace

std::shared_ptr<GoogleIdentities> make_identities(const Services& services) {
  return std::make_shared<Identities>(services);
}

}  // namespace rotor::providers::gcp
