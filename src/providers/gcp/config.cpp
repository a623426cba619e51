#include "providers/gcp/config.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/quote.hpp"

namespace rotor::json {

using namespace providers::gcp;

ROTOR_DESCRIBE(SecretRefAuth, "Log in with the key of a service account.",
               field<&SecretRefAuth::key>("secretAccessKeySecretRef", {.doc = "Where the key's JSON file lies."}));

ROTOR_DESCRIBE(WorkloadIdentity, "Log in as a ServiceAccount of this GKE cluster.",
               field<&WorkloadIdentity::service_account>("serviceAccountRef",
                                                         {.required = true, .doc = "The ServiceAccount."}),
               field<&WorkloadIdentity::cluster_location>("clusterLocation", {.doc = "Region or zone of the cluster."}),
               field<&WorkloadIdentity::cluster_name>("clusterName", {.doc = "Name of the cluster."}),
               field<&WorkloadIdentity::cluster_project_id>("clusterProjectID", {.doc = "Project of the cluster."}));

ROTOR_DESCRIBE(ConfigMapKey, "One key of a ConfigMap.",
               field<&ConfigMapKey::name>("name", {.required = true, .doc = "Name of the ConfigMap."}),
               field<&ConfigMapKey::key>("key", {.required = true, .doc = "Key in it."}),
               field<&ConfigMapKey::ns>("namespace", {.doc = "Its namespace, in a ClusterSecretStore."}));

ROTOR_DESCRIBE(AwsKeysRef, "A Secret with keys of AWS.",
               field<&AwsKeysRef::name>("name", {.required = true, .doc = "Name of the Secret."}),
               field<&AwsKeysRef::ns>("namespace", {.doc = "Its namespace, in a ClusterSecretStore."}));

ROTOR_DESCRIBE(AwsSecurityCredentials, "Log in as an identity of AWS.",
               field<&AwsSecurityCredentials::region>("region", {.required = true, .doc = "AWS region to sign for."}),
               field<&AwsSecurityCredentials::keys>("awsCredentialsSecretRef",
                                                    {.required = true, .doc = "Where the keys of AWS lie."}));

ROTOR_DESCRIBE(Federation, "Log in as an identity that another provider vouches for.",
               field<&Federation::cred_config>("credConfig", {.doc = "The JSON that gcloud makes for the pool."}),
               field<&Federation::service_account>("serviceAccountRef", {.doc = "A ServiceAccount of this cluster."}),
               field<&Federation::aws>("awsSecurityCredentials", {.doc = "An identity of AWS."}),
               field<&Federation::audience>("audience", {.doc = "The pool's provider."}),
               field<&Federation::external_token_endpoint>("externalTokenEndpoint",
                                                           {.doc = "The URL that credConfig gets its token from."}),
               field<&Federation::gcp_service_account_email>("gcpServiceAccountEmail",
                                                             {.doc = "A service account to impersonate."}));

ROTOR_DESCRIBE(Auth, "How to log in; without it the controller's own identity is used.",
               field<&Auth::secret_ref>("secretRef", {.doc = "With the key of a service account."}),
               field<&Auth::workload_identity>("workloadIdentity", {.doc = "As a ServiceAccount of this GKE cluster."}),
               field<&Auth::federation>("workloadIdentityFederation", {.doc = "By a pool for other identities."}));

ROTOR_DESCRIBE(Config, "Google Cloud Secret Manager.", field<&Config::auth>("auth", {.doc = "How to log in."}),
               field<&Config::project_id>("projectID", {.doc = "Project of the secrets."}),
               field<&Config::location>("location", {.doc = "Region of regional secrets."}),
               field<&Config::version_policy>("secretVersionSelectionPolicy",
                                              {.doc = "LatestOrFail, or LatestOrFetch: the newest enabled version."}));

}  // namespace rotor::json

namespace rotor::providers::gcp {

namespace {
constexpr std::size_t kMostRegion = 50;
}

bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= kMostRegion &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

namespace {

bool lacks_namespace(const std::optional<std::string>& ns) { return !ns || ns->empty(); }

// What becomes part of a host name: a tenant must not choose the host.
Result<void> check_selector(const Store& store, const std::optional<std::string>& ns, std::string_view what) {
  Result<void> checked = check_selector_namespace(store.kind, store.ns, ns, NamespaceRule::kReferent);
  if (!checked) return std::unexpected(std::move(checked).error().prefixed(what));
  return {};
}

Result<void> require(bool given, std::string_view field) {
  if (given) return {};
  return fail(Code::kInvalid, fmt::format("{} is required", field));
}

Result<void> check_key(const Store& store, const SecretRefAuth& auth) {
  TRY_VOID(require(auth.key && !auth.key->name.empty() && !auth.key->key.empty(),
                   "auth.secretRef.secretAccessKeySecretRef with name and key"));
  return check_selector(store, auth.key->ns, "invalid auth secret data: auth.secretRef.secretAccessKeySecretRef");
}

Result<void> check_workload_identity(const Store& store, const WorkloadIdentity& auth) {
  TRY_VOID(require(!auth.service_account.name.empty(), "auth.workloadIdentity.serviceAccountRef.name"));
  return check_selector(store, auth.service_account.ns,
                        "invalid workload identity service account reference: auth.workloadIdentity.serviceAccountRef");
}

Result<void> check_namespaces(const Store& store, const Federation& auth) {
  const auto check = [&store](const std::optional<std::string>& ns, std::string_view field) {
    return check_selector(store, ns, fmt::format("invalid workload identity federation reference: {}", field));
  };
  if (auth.cred_config) TRY_VOID(check(auth.cred_config->ns, "credConfig"));
  if (auth.service_account) TRY_VOID(check(auth.service_account->ns, "serviceAccountRef"));
  if (auth.aws) TRY_VOID(check(auth.aws->keys.ns, "awsSecurityCredentials.awsCredentialsSecretRef"));
  return {};
}

Result<void> check_aws(const AwsSecurityCredentials& aws) {
  TRY_VOID(require(!aws.keys.name.empty(),
                   "auth.workloadIdentityFederation.awsSecurityCredentials.awsCredentialsSecretRef.name"));
  if (is_region(aws.region)) return {};
  return fail(Code::kInvalid, fmt::format("auth.workloadIdentityFederation.awsSecurityCredentials.region: {} is no "
                                          "region of AWS",
                                          go_quote(aws.region)));
}

Result<void> check_federation(const Store& store, const Federation& auth) {
  constexpr std::string_view kInvalidConfig = "invalid workloadIdentityFederation config: ";
  const int sources = (auth.cred_config ? 1 : 0) + (auth.service_account ? 1 : 0) + (auth.aws ? 1 : 0);
  if (sources != 1) {
    return fail(Code::kInvalid, fmt::format("{}exactly one of credConfig, awsSecurityCredentials or serviceAccountRef "
                                            "must be provided",
                                            kInvalidConfig));
  }
  if (!auth.cred_config && auth.audience.empty()) {
    return fail(Code::kInvalid, fmt::format("{}audience must be provided, when serviceAccountRef or "
                                            "awsSecurityCredentials is provided",
                                            kInvalidConfig));
  }
  TRY_VOID(check_namespaces(store, auth));
  if (auth.cred_config) {
    TRY_VOID(require(!auth.cred_config->name.empty() && !auth.cred_config->key.empty(),
                     "auth.workloadIdentityFederation.credConfig with name and key"));
  }
  if (auth.service_account) {
    TRY_VOID(
        require(!auth.service_account->name.empty(), "auth.workloadIdentityFederation.serviceAccountRef with a name"));
  }
  return auth.aws ? check_aws(*auth.aws) : Result<void>();
}

}  // namespace

Method Config::method() const {
  if (auth && auth->secret_ref) return Method::kKey;
  if (auth && auth->workload_identity) return Method::kWorkloadIdentity;
  return auth && auth->federation ? Method::kFederation : Method::kAmbient;
}

bool Config::referent() const {
  switch (method()) {
    case Method::kKey:
      return auth->secret_ref->key && lacks_namespace(auth->secret_ref->key->ns);
    case Method::kWorkloadIdentity:
      return lacks_namespace(auth->workload_identity->service_account.ns);
    case Method::kFederation: {
      const Federation& f = *auth->federation;
      return (f.cred_config && lacks_namespace(f.cred_config->ns)) ||
             (f.service_account && lacks_namespace(f.service_account->ns)) ||
             (f.aws && lacks_namespace(f.aws->keys.ns));
    }
    case Method::kAmbient:
      break;
  }
  return false;
}

Result<Config> read_config(const Store& store) {
  if (store.config.text.empty() || store.config.text == "null") {
    return fail(Code::kInvalid, "invalid gcp secrets manager provider: spec.provider.gcpsm is empty");
  }
  Result<Config> config = json::read<Config>(store.config.text);
  if (!config) return std::unexpected(std::move(config).error().prefixed("spec.provider.gcpsm"));
  return config;
}

Result<std::vector<std::string>> check_config(const Store& store, const Config& config) {
  if (!config.location.empty() && !is_region(config.location)) {
    return fail(Code::kInvalid, fmt::format("spec.provider.gcpsm.location: {} is no location of Google Cloud (like "
                                            "\"europe-west1\")",
                                            go_quote(config.location)));
  }
  if (config.auth && config.auth->secret_ref) TRY_VOID(check_key(store, *config.auth->secret_ref));
  if (config.auth && config.auth->workload_identity) {
    TRY_VOID(check_workload_identity(store, *config.auth->workload_identity));
  }
  if (config.auth && config.auth->federation) TRY_VOID(check_federation(store, *config.auth->federation));
  std::vector<std::string> warnings;
  const std::string& policy = config.version_policy;
  if (!policy.empty() && policy != "LatestOrFail" && policy != "LatestOrFetch") {
    warnings.push_back(
        fmt::format("secretVersionSelectionPolicy {} is not known and means LatestOrFail; the other one "
                    "is LatestOrFetch",
                    go_quote(policy)));
  }
  return warnings;
}

}  // namespace rotor::providers::gcp
