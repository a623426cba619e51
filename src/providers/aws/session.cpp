#include "providers/aws/session.hpp"

#include <fmt/format.h>

#include "providers/common/cache_key.hpp"

namespace rotor::providers::aws {
namespace {

constexpr std::string_view kRoleAnnotation = "eks.amazonaws.com/role-arn";
constexpr std::string_view kAudienceAnnotation = "eks.amazonaws.com/audience";
constexpr std::string_view kDefaultAudience = "sts.amazonaws.com";

std::string annotation(const kube::StringMap& annotations, std::string_view name) {
  const auto it = annotations.find(std::string(name));
  return it == annotations.end() ? std::string() : it->second;
}

// Hops are counted from one; the last is `role` when there is one.
std::string field_of(const Config& config, std::string_view block, std::size_t hop) {
  if (hop > config.additional_roles.size()) return fmt::format("{}.role", block);
  return fmt::format("{}.additionalRoles[{}]", block, hop - 1);
}

Error role_error(Error error, std::string_view role, std::string_view named_by) {
  return std::move(error).prefixed(fmt::format("assuming role {} ({})", role, named_by));
}

Error session_error(Error error) { return std::move(error).prefixed("unable to create session"); }

// AWS would answer with a wrong signature, and nobody would look for a line break.
Result<void> check_key(std::string_view field, std::string_view text) {
  if (text.empty()) return fail(Code::kInvalid, fmt::format("{}: the key of the Secret is empty", field));
  if (text.find_first_of("\r\n") == std::string_view::npos) return {};
  return fail(Code::kInvalid, fmt::format("{}: the key of the Secret holds a line break: store it without "
                                          "one (kubectl create secret --from-literal, or printf instead of echo)",
                                          field));
}

}  // namespace

Session::Session(Shared& shared, Config config, const StoreContext& context, StsContext sts, Claimant claimant)
    : shared_(shared),
      config_(std::move(config)),
      claimant_(std::move(claimant)),
      gate_(context.gate),
      scope_(context.scope()),
      sts_(std::move(sts)) {
  hops_ = hops(context);
}

Task<Result<std::unique_ptr<Session>>> Session::create(Shared& shared, Config config, StoreContext context,
                                                       Claimant claimant) {
  CO_TRY(const RetryPolicy retry, retries(context.store));
  CO_TRY(const Region region, resolve_region(config.region, shared.environment));
  CO_TRY(Endpoint endpoint, resolve_endpoint(Service::kSts, region, shared.environment));
  std::unique_ptr<Session> session(
      new Session(shared, std::move(config), context, {std::move(endpoint), retry}, std::move(claimant)));
  Result<void> ready;
  CO_TRY(const bool as_person, logs_in_as_person(shared));
  if (as_person) {
    session->base_ = Base::kAmbient;
  } else if (session->config_.auth && session->config_.auth->jwt) {
    ready = co_await session->read_service_account(context);
  } else if (!session->config_.ambient()) {
    ready = co_await session->read_keys(context);
  } else {
    ready = session->allow_ambient(context);
  }
  if (!ready) co_return std::unexpected(session_error(std::move(ready).error()));
  session->cache_keys_ = session->cache_keys(context);
  co_return Result<std::unique_ptr<Session>>(std::move(session));
}

Result<void> Session::allow_ambient(const StoreContext& context) {
  base_ = Base::kAmbient;
  if (scope_.cluster() || context.allow_controller_identity) return {};
  return fail(Code::kDenied,
              "spec.provider.aws.auth is not set, and a SecretStore may not use the controller's own AWS identity: set "
              "auth.jwt or auth.secretRef, use a ClusterSecretStore, or start the controller with "
              "--allow-controller-identity");
}

// In this order: it decides which message a user sees when all are missing.
Task<Result<void>> Session::read_keys(StoreContext context) {
  base_ = Base::kStatic;
  const SecretRefAuth ref = *config_.auth->secret_ref;
  if (!ref.secret_access_key || !ref.access_key_id) {
    co_return fail(Code::kInvalid,
                   claimant_.auth + ".secretRef needs both accessKeyIDSecretRef and secretAccessKeySecretRef");
  }
  Result<SecretBytes> secret = co_await gate_.secret_value(context.scope(), *ref.secret_access_key);
  if (!secret) co_return std::unexpected(std::move(secret).error().prefixed("could not fetch SecretAccessKey secret"));
  Result<SecretBytes> id = co_await gate_.secret_value(context.scope(), *ref.access_key_id);
  if (!id) co_return std::unexpected(std::move(id).error().prefixed("could not fetch accessKeyID secret"));
  Credentials keys{std::string(id->reveal()), *std::move(secret)};
  if (ref.session_token) {
    Result<SecretBytes> token = co_await gate_.secret_value(context.scope(), *ref.session_token);
    if (!token) co_return std::unexpected(std::move(token).error().prefixed("could not fetch SessionToken secret"));
    keys.session_token = *std::move(token);
  }
  const std::string field = claimant_.auth + ".secretRef.";
  CO_TRY_VOID(check_key(field + "accessKeyIDSecretRef", keys.access_key_id));
  CO_TRY_VOID(check_key(field + "secretAccessKeySecretRef", keys.secret_access_key.reveal()));
  if (ref.session_token) CO_TRY_VOID(check_key(field + "sessionTokenSecretRef", keys.session_token.reveal()));
  keys_ = std::make_shared<const Credentials>(std::move(keys));
  co_return Result<void>();
}

Task<Result<void>> Session::read_service_account(StoreContext context) {
  base_ = Base::kJwt;
  if (!config_.auth->jwt->service_account)
    co_return fail(Code::kInvalid, claimant_.auth + ".jwt.serviceAccountRef is required");
  const ServiceAccountSelector ref = *config_.auth->jwt->service_account;
  CO_TRY(const kube::StringMap annotations, co_await gate_.service_account_annotations(context.scope(), ref));
  role_arn_ = annotation(annotations, kRoleAnnotation);
  if (role_arn_.empty()) {
    co_return fail(Code::kInvalid,
                   fmt::format("an IAM role must be associated with service account {} (namespace: {}): annotate it "
                               "with {}",
                               ref.name, resolve_namespace(context.scope(), ref.ns), kRoleAnnotation));
  }
  const std::string audience = annotation(annotations, kAudienceAnnotation);
  token_request_.audiences = {audience.empty() ? std::string(kDefaultAudience) : audience};
  token_request_.audiences.insert(token_request_.audiences.end(), ref.audiences.begin(), ref.audiences.end());
  co_return Result<void>();
}

std::vector<RoleSession> Session::hops(const StoreContext& context) const {
  std::vector<RoleSession> list;
  for (const std::string& role : config_.additional_roles) list.push_back({.role_arn = role});
  if (config_.role.empty()) return list;
  RoleSession last{.role_arn = config_.role,
                   .external_id = config_.external_id,
                   .tags = effective_tags(config_, context.store, context.consumer_ns)};
  for (const std::optional<std::string>& key : config_.transitive_tag_keys) {
    if (key && !key->empty()) last.transitive_tag_keys.push_back(*key);
  }
  list.push_back(std::move(last));
  return list;
}

// Tags name the consumer's namespace, so namespaces never share the session of a role with such tags.
std::vector<std::string> Session::cache_keys(const StoreContext& context) const {
  CacheKey key;
  key.add(sts_.endpoint.url).add(sts_.endpoint.signing_region).add(std::to_string(static_cast<int>(base_)));
  if (base_ == Base::kStatic) {
    key.add(keys_->access_key_id).add(keys_->secret_access_key.reveal()).add(keys_->session_token.reveal());
  } else if (base_ == Base::kJwt) {
    const ServiceAccountSelector& ref = *config_.auth->jwt->service_account;
    key.add(resolve_namespace(context.scope(), ref.ns)).add(ref.name).add(role_arn_);
    for (const std::string& audience : token_request_.audiences) key.add(audience);
  }
  std::vector<std::string> keys{key.digest()};
  for (const RoleSession& hop : hops_) {
    key.add("role").add(hop.role_arn).add(hop.external_id);
    for (const SessionTag& tag : hop.tags) key.add("tag").add(tag.key).add(tag.value);
    for (const std::string& tag : hop.transitive_tag_keys) key.add("transitive").add(tag);
    keys.push_back(key.digest());
  }
  return keys;
}

Task<Result<CredentialsPtr>> Session::credentials() {
  Result<CredentialsPtr> got = co_await after(hops_.size());
  if (!got) co_return std::unexpected(session_error(std::move(got).error()));
  co_return std::move(got);
}

bool Session::refused(const CredentialsPtr& credentials) { return drop(hops_.size(), credentials); }

Task<Result<CredentialsPtr>> Session::after(std::size_t hops) {
  if (hops == 0 && base_ == Base::kStatic) co_return keys_;
  // The session is a member of the client that waits here, so it outlives the fetch.
  co_return co_await shared_.cache.get(cache_keys_.at(hops),
                                       [this, hops] { return hops == 0 ? fetch_base() : assume(hops); });
}

// False when there is nothing to get anew: the keys of a Secret.
bool Session::drop(std::size_t hops, const CredentialsPtr& credentials) {
  if (hops == 0 && base_ == Base::kStatic) return false;
  shared_.cache.drop(cache_keys_.at(hops), credentials);
  return true;
}

Task<Result<Credentials>> Session::assume(std::size_t hop) {
  const RoleSession& role = hops_.at(hop - 1);
  for (bool last = false;; last = true) {
    CO_TRY(const CredentialsPtr base, co_await after(hop - 1));
    StsResult assumed = co_await assume_role(shared_.caller, sts_, base, role);
    if (assumed.credentials) co_return std::move(assumed.credentials);
    const bool again = assumed.refused && !last && drop(hop - 1, base);
    if (again) continue;
    co_return std::unexpected(
        role_error(std::move(assumed.credentials).error(), role.role_arn, field_of(config_, claimant_.block, hop)));
  }
}

Task<Result<Credentials>> Session::fetch_base() {
  if (base_ == Base::kJwt) co_return co_await fetch_with_token();
  co_return co_await ambient_credentials(shared_, sts_);
}

// A token that AWS does not take (yet: an OIDC provider made a moment ago) is replaced once.
Task<Result<Credentials>> Session::fetch_with_token() {
  for (bool last = false;; last = true) {
    const ServiceAccountSelector ref = *config_.auth->jwt->service_account;
    Result<kube::IssuedToken> token = co_await gate_.service_account_token(scope_, ref, token_request_);
    if (!token) {
      co_return std::unexpected(std::move(token).error().prefixed("error creating service account token"));
    }
    WebIdentity identity{role_arn_, claimant_.session_name, std::move(token->token)};
    StsResult assumed = co_await assume_role_with_web_identity(shared_.caller, sts_, std::move(identity));
    if (assumed.credentials) co_return std::move(assumed.credentials);
    if (!assumed.refused || last) {
      co_return std::unexpected(role_error(std::move(assumed.credentials).error(), role_arn_,
                                           fmt::format("{} of ServiceAccount {}", kRoleAnnotation, ref.name)));
    }
  }
}

}  // namespace rotor::providers::aws
