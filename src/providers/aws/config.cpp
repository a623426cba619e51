#include "providers/aws/config.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "providers/aws/endpoints.hpp"

namespace rotor::json {

using namespace providers::aws;

ROTOR_DESCRIBE(SecretRefAuth, "Keys of an IAM user, kept in Secrets.",
               field<&SecretRefAuth::access_key_id>("accessKeyIDSecretRef", {.doc = "The access key ID."}),
               field<&SecretRefAuth::secret_access_key>("secretAccessKeySecretRef", {.doc = "The secret access key."}),
               field<&SecretRefAuth::session_token>("sessionTokenSecretRef",
                                                    {.doc = "The session token of temporary keys."}));

ROTOR_DESCRIBE(JwtAuth, "Log in with the token of a ServiceAccount (IRSA).",
               field<&JwtAuth::service_account>(
                   "serviceAccountRef", {.doc = "A ServiceAccount annotated with eks.amazonaws.com/role-arn."}));

ROTOR_DESCRIBE(Auth, "How to log in; without it the controller's own identity is used.",
               field<&Auth::secret_ref>("secretRef", {.doc = "Keys of an IAM user."}),
               field<&Auth::jwt>("jwt", {.doc = "The token of a ServiceAccount."}));

ROTOR_DESCRIBE(SessionTag, "A tag of the assumed role's session.",
               field<&SessionTag::key>("key", {.required = true, .doc = "Name of the tag."}),
               field<&SessionTag::value>("value", {.required = true, .doc = "Value of the tag."}));

ROTOR_DESCRIBE(SecretsManagerOptions, "How secrets are deleted.",
               field<&SecretsManagerOptions::force_delete>("forceDeleteWithoutRecovery",
                                                           {.doc = "Delete at once, without a recovery window."}),
               field<&SecretsManagerOptions::recovery_window_days>("recoveryWindowInDays",
                                                                   {.doc = "Days until a deleted secret is gone."}));

ROTOR_DESCRIBE(Config, "AWS Secrets Manager or Parameter Store.",
               field<&Config::service>("service", {.required = true,
                                                   .one_of = {"SecretsManager", "ParameterStore", "CertificateManager"},
                                                   .doc = "The AWS service that holds the secrets."}),
               field<&Config::region>("region", {.required = true, .keep_empty = true, .doc = "AWS region."}),
               field<&Config::auth>("auth", {.doc = "How to log in."}),
               field<&Config::role>("role", {.doc = "ARN of a role to assume with these credentials."}),
               field<&Config::additional_roles>("additionalRoles", {.doc = "Roles to assume before it, in order."}),
               field<&Config::external_id>("externalID", {.doc = "External ID for assuming the role."}),
               field<&Config::session_tags>("sessionTags", {.doc = "Tags of the role's session."}),
               field<&Config::transitive_tag_keys>("transitiveTagKeys", {.doc = "Tags that later sessions inherit."}),
               field<&Config::session_tags_policy>("sessionTagsPolicy", {.one_of = {"None", "Simple", "Custom"},
                                                                         .doc = "Where the tags come from."}),
               field<&Config::custom_session_tags>("customSessionTags", {.doc = "Tags of the policy Custom."}),
               field<&Config::prefix>("prefix", {.doc = "Put before every remote key."}),
               field<&Config::secrets_manager>("secretsManager", {.doc = "Options of Secrets Manager."}));

}  // namespace rotor::json

namespace rotor::providers::aws {
namespace {

constexpr std::size_t kMaxTags = 50;
constexpr std::size_t kMaxTagKey = 128;
constexpr std::size_t kMaxTagValue = 256;

bool lacks_namespace(const std::optional<std::string>& ns) { return !ns || ns->empty(); }

Result<void> check_selector(const Store& store, const std::optional<std::string>& ns, std::string_view what) {
  Result<void> checked = check_selector_namespace(store.kind, store.ns, ns, NamespaceRule::kReferent);
  if (!checked) return std::unexpected(std::move(checked).error().prefixed(what));
  return {};
}

Result<void> check_selectors(const Store& store, const Auth& auth) {
  if (auth.secret_ref) {
    const SecretRefAuth& ref = *auth.secret_ref;
    if (ref.access_key_id) TRY_VOID(check_selector(store, ref.access_key_id->ns, "invalid Auth.SecretRef.AccessKeyID"));
    if (ref.secret_access_key) {
      TRY_VOID(check_selector(store, ref.secret_access_key->ns, "invalid Auth.SecretRef.SecretAccessKey"));
    }
    if (ref.session_token)
      TRY_VOID(check_selector(store, ref.session_token->ns, "invalid Auth.SecretRef.SessionToken"));
  }
  if (auth.jwt && auth.jwt->service_account) {
    TRY_VOID(check_selector(store, auth.jwt->service_account->ns, "invalid Auth.JWT.ServiceAccountRef"));
  }
  return {};
}

Result<void> check_auth(const Auth& auth) {
  if (auth.jwt) {
    if (!auth.jwt->service_account) return fail(Code::kInvalid, "auth.jwt.serviceAccountRef is required");
    return {};
  }
  if (!auth.secret_ref) return {};
  if (!auth.secret_ref->access_key_id) return fail(Code::kInvalid, "auth.secretRef.accessKeyIDSecretRef is required");
  if (!auth.secret_ref->secret_access_key) {
    return fail(Code::kInvalid, "auth.secretRef.secretAccessKeySecretRef is required");
  }
  return {};
}

Result<void> check_deletion(const SecretsManagerOptions& options) {
  const std::int64_t days = options.recovery_window_days;
  if (days != 0 && (days < 7 || days > 30)) {
    return fail(Code::kInvalid, "invalid DeleteSecretInput: RecoveryWindowInDays must be between 7 and 30 days");
  }
  if (days != 0 && options.force_delete) {
    return fail(Code::kInvalid,
                "invalid DeleteSecretInput: ForceDeleteWithoutRecovery conflicts with RecoveryWindowInDays");
  }
  return {};
}

// What would be sent: the automatic tags count too.
Result<void> check_tags(const Store& store, const Config& config) {
  const std::vector<SessionTag> tags = effective_tags(config, store, store.ns);
  if (tags.size() > kMaxTags) {
    return fail(Code::kInvalid, fmt::format("the session of the role would have {} tags, AWS takes {} (sessionTags, or "
                                            "customSessionTags and three automatic ones)",
                                            tags.size(), kMaxTags));
  }
  for (const SessionTag& tag : tags) {
    if (tag.key.size() > kMaxTagKey || tag.value.size() > kMaxTagValue) {
      return fail(Code::kInvalid, fmt::format("sessionTags: the key \"{}\" or its value is too long (128 and 256 "
                                              "characters are allowed)",
                                              tag.key.substr(0, kMaxTagKey)));
    }
  }
  return {};
}

}  // namespace

bool Config::referent() const {
  if (!auth) return false;
  if (auth->jwt && auth->jwt->service_account) return lacks_namespace(auth->jwt->service_account->ns);
  if (!auth->secret_ref) return false;
  const SecretRefAuth& ref = *auth->secret_ref;
  return (ref.access_key_id && lacks_namespace(ref.access_key_id->ns)) ||
         (ref.secret_access_key && lacks_namespace(ref.secret_access_key->ns)) ||
         (ref.session_token && lacks_namespace(ref.session_token->ns));
}

Result<Config> read_config(const Store& store) {
  if (store.config.text.empty() || store.config.text == "null") {
    return fail(Code::kInvalid, "invalid provider spec. Missing AWS field in store " + store.name);
  }
  Result<Config> config = json::read<Config>(store.config.text);
  if (!config) return std::unexpected(std::move(config).error().prefixed("spec.provider.aws"));
  return config;
}

Result<void> check_config(const Store& store, const Config& config,
                          const std::function<std::optional<std::string>(std::string_view)>& environment) {
  if (config.service != kSecretsManagerService && config.service != kParameterStoreService) {
    return fail(Code::kInvalid, fmt::format("unknown AWS Provider Service: {}; spec.provider.aws.service is {} or {}",
                                            config.service, kSecretsManagerService, kParameterStoreService));
  }
  TRY_VOID(resolve_region(config.region, environment));
  if (config.secrets_manager) TRY_VOID(check_deletion(*config.secrets_manager));
  if (config.auth) {
    TRY_VOID(check_selectors(store, *config.auth));
    TRY_VOID(check_auth(*config.auth));
  }
  return check_tags(store, config);
}

std::vector<SessionTag> effective_tags(const Config& config, const Store& store, std::string_view consumer_ns) {
  std::map<std::string, std::string> tags;
  const bool custom = config.session_tags_policy == "Custom";
  if (custom || config.session_tags_policy == "Simple") {
    if (custom) {
      for (const auto& [key, value] : config.custom_session_tags) {
        if (!key.empty() && !value.empty()) tags[key] = value;
      }
    }
    // These three cannot be overridden: policies in AWS rely on them.
    tags["esoNamespace"] = consumer_ns;
    tags["esoStoreName"] = store.name;
    tags["esoStoreKind"] = store.kind;
  } else {
    for (const SessionTag& tag : config.session_tags) tags[tag.key] = tag.value;
  }
  std::vector<SessionTag> list;
  for (auto& [key, value] : tags) list.push_back({key, value});
  return list;
}

Result<RetryPolicy> retries(const Store& store) {
  auto policy = retry_policy(store);
  if (!policy) return std::unexpected(std::move(policy).error().prefixed("unable to initialize aws provider"));
  return policy;
}

}  // namespace rotor::providers::aws
