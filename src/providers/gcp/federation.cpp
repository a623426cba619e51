// Logging in by a workload identity pool.
// https://cloud.google.com/iam/docs/workload-identity-federation
#include <fmt/format.h>

#include "providers/common/reach.hpp"
#include "providers/gcp/subject_token.hpp"

namespace rotor::providers::gcp {
namespace {

constexpr std::string_view kFilesVariable = "ROTOR_GCP_SUBJECT_TOKEN_FILES";

class FederationLogin final : public Login {
 public:
  FederationLogin(Shared& shared, ExternalAccount account, Subject subject, std::string source, net::Reach reach)
      : shared_(shared),
        account_(std::move(account)),
        subject_(std::move(subject)),
        source_(std::move(source)),
        reach_(reach) {}

  std::string identity() const override {
    CacheKey key;
    key.add("federation").add(account_.audience).add(account_.subject_token_type).add(account_.token_url);
    key.add(account_.service_account_impersonation_url).add(std::to_string(account_.lifetime()));
    key.add(account_.client_id).add(account_.client_secret.value).add(account_.quota_project_id);
    key.add(std::to_string(static_cast<int>(reach_)));
    add_to_key(key, subject_);
    return key.digest();
  }
  std::string source() const override { return source_; }

  Task<Result<AccessToken>> fetch() override {
    Exchange exchange{.token_url = account_.token_url,
                      .audience = account_.audience,
                      .subject_token_type = account_.subject_token_type,
                      .client_id = account_.client_id,
                      .client_secret = account_.client_secret.value,
                      .reach = reach_};
    CO_TRY(exchange.subject_token, co_await subject_token(shared_, subject_, account_.audience));
    CO_TRY(AccessToken token, co_await exchange_subject_token(shared_.caller, std::move(exchange)));
    if (!account_.service_account_impersonation_url.empty()) {
      CO_TRY(token, co_await impersonate(shared_.caller, account_.service_account_impersonation_url, std::move(token),
                                         account_.lifetime()));
    }
    token.quota_project = account_.quota_project_id;
    co_return std::move(token);
  }

 private:
  Shared& shared_;
  ExternalAccount account_;
  Subject subject_;
  std::string source_;
  net::Reach reach_;
};

Task<Result<ExternalAccount>> read_cred_config(ConfigMapKey ref, StoreContext context) {
  auto map = co_await context.gate.config_map(context.scope(), ref.name, ref.ns);
  if (!map) {
    co_return std::unexpected(
        std::move(map).error().prefixed(fmt::format("failed to fetch external acccount credentials configmap \"{}/{}\"",
                                                    resolve_namespace(context.scope(), ref.ns), ref.name)));
  }
  const auto text = map->find(ref.key);
  if (text == map->end()) {
    co_return fail(Code::kInvalid, fmt::format("missing key \"{}\" in configmap \"{}\"", ref.key, ref.name));
  }
  if (text->second.find_first_not_of(" \t\r\n") == std::string::npos) {
    co_return fail(Code::kInvalid, fmt::format("key \"{}\" in configmap \"{}\" has empty value", ref.key, ref.name));
  }
  auto account = read_external_account(text->second);
  if (!account) {
    co_return std::unexpected(std::move(account).error().prefixed(
        fmt::format("failed to unmarshal external acccount config in \"{}\"", ref.name)));
  }
  co_return std::move(account);
}

Task<Result<AwsIdentity>> read_aws_keys(AwsSecurityCredentials aws, StoreContext context) {
  const auto read = [](ReferenceGate& gate, Scope scope, AwsKeysRef ref, std::string key) -> Task<Result<SecretBytes>> {
    SecretKeySelector selector{ref.name, ref.ns, key};
    auto value = co_await gate.secret_value(scope, std::move(selector));
    if (value) co_return std::move(value);
    Error error = std::move(value).error().prefixed(fmt::format(
        "failed to fetch AwsSecurityCredentials secret \"{}/{}\"", resolve_namespace(scope, ref.ns), ref.name));
    co_return std::unexpected(std::move(error));
  };
  constexpr std::string_view kBoth =
      "; aws_access_key_id and aws_secret_access_key keys must be present in AwsSecurityCredentials secret";
  AwsIdentity identity;
  identity.region = aws.region;
  auto id = co_await read(context.gate, context.scope(), aws.keys, "aws_access_key_id");
  if (!id) {
    id.error().message += kBoth;
    co_return std::unexpected(std::move(id).error());
  }
  auto secret = co_await read(context.gate, context.scope(), aws.keys, "aws_secret_access_key");
  if (!secret) {
    secret.error().message += kBoth;
    co_return std::unexpected(std::move(secret).error());
  }
  // Permanent keys have none. Nothing but its absence is kInvalid of a Secret that was read a moment ago.
  auto token = co_await read(context.gate, context.scope(), aws.keys, "aws_session_token");
  if (!token && token.error().code != Code::kInvalid) co_return std::unexpected(std::move(token).error());
  identity.credentials = {.access_key_id = std::string(id->reveal()), .secret_access_key = *std::move(secret)};
  if (token) identity.credentials.session_token = *std::move(token);
  if (identity.credentials.access_key_id.empty() || identity.credentials.secret_access_key.empty()) {
    co_return fail(Code::kInvalid,
                   "aws_access_key_id and aws_secret_access_key keys must be present in AwsSecurityCredentials secret");
  }
  if (identity.credentials.access_key_id.find_first_of("\r\n") != std::string::npos) {
    co_return fail(Code::kInvalid,
                   "aws_access_key_id holds a line break: store it without one (printf instead of echo)");
  }
  co_return std::move(identity);
}

// The service account to impersonate: the manifest's, else the one the ServiceAccount is annotated with, else the
// JSON's (empty).
Task<Result<std::string>> service_account_of(Federation auth, StoreContext context) {
  std::string email = auth.gcp_service_account_email;
  if (email.empty() && auth.service_account) {
    auto annotations = co_await context.gate.service_account_annotations(context.scope(), *auth.service_account);
    if (!annotations) {
      co_return std::unexpected(std::move(annotations)
                                    .error()
                                    .prefixed(fmt::format("failed to fetch serviceaccount \"{}/{}\"",
                                                          resolve_namespace(context.scope(), auth.service_account->ns),
                                                          auth.service_account->name)));
    }
    if (const auto it = annotations->find(kAccountAnnotation); it != annotations->end()) email = it->second;
  }
  co_return email;
}

Result<Subject> configured_subject(const ExternalAccount& account, const StoreContext& context) {
  if (account.credential_source->is_aws()) {
    TRY_VOID(allow_controller_identity(
        context,
        "auth.workloadIdentityFederation.credConfig takes the identity that AWS gives to the controller's "
        "machine"));
  }
  return Subject(ConfiguredSubject{*account.credential_source, net::Reach::kRemote});
}

}  // namespace

Task<Result<LoginPtr>> make_federation_login(Shared& shared, Federation auth, StoreContext context) {
  ExternalAccount account;
  if (auth.cred_config) {
    CO_TRY(account, co_await read_cred_config(*auth.cred_config, context));
  }
  if (!auth.audience.empty()) account.audience = auth.audience;
  if (auth.aws) account.subject_token_type = kAwsTokenType;
  CO_TRY(const std::string email, co_await service_account_of(auth, context));
  if (!email.empty()) {
    CO_TRY(account.service_account_impersonation_url, impersonation_url(email));
  }
  fill_defaults(account);
  const SourceRules rules{.external_token_endpoint = auth.external_token_endpoint,
                          .files = permitted_files(shared.environment(kFilesVariable).value_or("")),
                          .plain_http = shared.plain_http};
  CO_TRY_VOID(check_external_account(account, auth.cred_config.has_value(), rules));
  Subject subject;
  if (auth.service_account) {
    std::vector<std::string> audiences = auth.service_account->audiences;
    if (audiences.empty()) audiences = {account.audience};
    subject = KubernetesSubject{&context.gate, context.scope(), *auth.service_account, std::move(audiences)};
  } else if (auth.aws) {
    CO_TRY(subject, co_await read_aws_keys(*auth.aws, context));
  } else {
    CO_TRY(subject, configured_subject(account, context));
  }
  co_return std::make_unique<FederationLogin>(shared, std::move(account), std::move(subject),
                                              "auth.workloadIdentityFederation", reach_of(context, shared.environment));
}

Result<LoginPtr> make_external_account_login(Shared& shared, std::string_view json, std::string source) {
  TRY(ExternalAccount account, read_external_account(json));
  fill_defaults(account);
  TRY_VOID(check_external_account(account, true, {.of_manifest = false, .plain_http = shared.plain_http}));
  Subject subject = ConfiguredSubject{*account.credential_source, net::Reach::kAnywhere};
  return std::make_unique<FederationLogin>(shared, std::move(account), std::move(subject), std::move(source),
                                           net::Reach::kNotOfTheNode);
}

}  // namespace rotor::providers::gcp
