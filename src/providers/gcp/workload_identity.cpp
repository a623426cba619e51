// Logging in as a ServiceAccount of a GKE cluster.
// https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity
#include <fmt/format.h>

#include "providers/common/cache_key.hpp"
#include "providers/common/other_ways.hpp"
#include "providers/gcp/login.hpp"

namespace rotor::providers::gcp {
namespace {

class WorkloadIdentityLogin final : public Login {
 public:
  struct Parts {
    ServiceAccountSelector account;
    std::string ns;                        // where it lives
    std::vector<std::string> audiences{};  // of its token
    std::string audience{};                // of the exchange
    std::string impersonation_url{};       // empty: the ServiceAccount itself has the roles
  };

  WorkloadIdentityLogin(Shared& shared, ReferenceGate& gate, Scope scope, Parts parts)
      : shared_(shared), gate_(gate), scope_(std::move(scope)), parts_(std::move(parts)) {}

  std::string identity() const override {
    CacheKey key;
    key.add("workload identity").add(parts_.ns).add(parts_.account.name).add(parts_.audience);
    key.add(parts_.impersonation_url);
    for (const std::string& audience : parts_.audiences) key.add(audience);
    return key.digest();
  }
  std::string source() const override {
    return fmt::format("auth.workloadIdentity (ServiceAccount {}/{})", parts_.ns, parts_.account.name);
  }

  Task<Result<AccessToken>> fetch() override {
    auto pod = co_await service_account_token(shared_, gate_, scope_, parts_.account, parts_.audiences);
    if (!pod) co_return std::unexpected(std::move(pod).error().prefixed("unable to fetch pod token"));
    auto bound = co_await bind_identity(shared_.caller, parts_.audience, *std::move(pod));
    if (!bound || parts_.impersonation_url.empty()) co_return std::move(bound);
    auto token = co_await impersonate(shared_.caller, parts_.impersonation_url, *std::move(bound), 0);
    co_return std::move(token);
  }

 private:
  Shared& shared_;
  ReferenceGate& gate_;
  Scope scope_;
  Parts parts_;
};

struct Place {
  std::string_view attribute;
  std::string_view what;
  std::string_view field;
};
constexpr Place kLocation{"instance/attributes/cluster-location", "cluster location", "clusterLocation"};
constexpr Place kName{"instance/attributes/cluster-name", "cluster name", "clusterName"};

// What the manifest says, else what the metadata server knows.
Task<Result<std::string>> place_of(Shared& shared, std::string given, Place place) {
  if (!given.empty()) co_return given;
  auto found = co_await shared.metadata.text(std::string(place.attribute));
  if (found) co_return std::move(found);
  Error error = std::move(found).error().prefixed(
      fmt::format("unable to lookup workload identity: unable to determine {}", place.what));
  error.message += fmt::format("; outside of GKE set auth.workloadIdentity.{}; {}", place.field, kAsYourself);
  co_return std::unexpected(std::move(error));
}

}  // namespace

Task<Result<SecretBytes>> service_account_token(Shared& shared, ReferenceGate& gate, Scope scope,
                                                ServiceAccountSelector account, std::vector<std::string> audiences) {
  kube::TokenRequest request{.audiences = std::move(audiences), .expiration_seconds = 900};
  auto token = co_await gate.service_account_token(std::move(scope), std::move(account), std::move(request));
  shared.calls.count(kCounter, "GenerateServiceAccountToken", token.has_value());
  if (!token) co_return std::unexpected(std::move(token).error());
  co_return std::move(token->token);
}

Task<Result<std::string>> google_account_of(ServiceAccountSelector account, StoreContext context) {
  CO_TRY(const kube::StringMap annotations,
         co_await context.gate.service_account_annotations(context.scope(), account));
  const auto email = annotations.find(kAccountAnnotation);
  co_return email == annotations.end() ? std::string() : email->second;
}

Task<Result<LoginPtr>> make_workload_identity_login(Shared& shared, WorkloadIdentity auth, std::string project,
                                                    StoreContext context) {
  WorkloadIdentityLogin::Parts parts{.account = auth.service_account,
                                     .ns = resolve_namespace(context.scope(), auth.service_account.ns)};
  CO_TRY(const std::string email, co_await google_account_of(auth.service_account, context));
  if (!email.empty()) {
    auto url = impersonation_url(email);
    if (!url) {
      co_return std::unexpected(std::move(url).error().prefixed(fmt::format(
          "annotation {} of ServiceAccount {}/{}", kAccountAnnotation, parts.ns, auth.service_account.name)));
    }
    parts.impersonation_url = *std::move(url);
  }
  CO_TRY(const std::string location, co_await place_of(shared, auth.cluster_location, kLocation));
  CO_TRY(const std::string name, co_await place_of(shared, auth.cluster_name, kName));
  const std::string pool = fmt::format("{}.svc.id.goog", project);
  parts.audience =
      fmt::format("identitynamespace:{}:https://container.googleapis.com/v1/projects/{}/locations/{}/clusters/{}", pool,
                  project, location, name);
  parts.audiences = {pool};
  parts.audiences.insert(parts.audiences.end(), auth.service_account.audiences.begin(),
                         auth.service_account.audiences.end());
  co_return std::make_unique<WorkloadIdentityLogin>(shared, context.gate, context.scope(), std::move(parts));
}

}  // namespace rotor::providers::gcp
