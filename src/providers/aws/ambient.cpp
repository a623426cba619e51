// The controller's own AWS identity.
// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
#include <fmt/format.h>

#include "base/ascii.hpp"
#include "providers/aws/machine.hpp"
#include "providers/aws/profile.hpp"
#include "providers/aws/session.hpp"
#include "providers/aws/settings.hpp"
#include "providers/common/other_ways.hpp"

namespace rotor::providers::aws {
namespace {

std::optional<Credentials> from_environment(const Environment& environment) {
  const std::string id = first_set(environment, {"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"});
  std::string secret = first_set(environment, {"AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"});
  if (id.empty() || secret.empty()) return std::nullopt;
  Credentials credentials{id, SecretBytes(secret), SecretBytes(environment("AWS_SESSION_TOKEN").value_or(""))};
  wipe(secret.data(), secret.size());
  return credentials;
}

// The file is read at every refresh: the kubelet rotates it.
Task<Result<Credentials>> from_web_identity(Shared& shared, StsContext sts, std::string path) {
  const std::string role = first_set(shared.environment, {"AWS_ROLE_ARN"});
  if (role.empty()) {
    co_return fail(Code::kInvalid,
                   "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not: the controller's "
                   "environment needs both");
  }
  CO_TRY(SecretBytes token, read_file(path, "AWS_WEB_IDENTITY_TOKEN_FILE"));
  std::string session = first_set(shared.environment, {"AWS_ROLE_SESSION_NAME"});
  if (session.empty()) session = "external-secrets-provider-aws";
  WebIdentity identity{role, std::move(session), std::move(token)};
  StsResult assumed = co_await assume_role_with_web_identity(shared.caller, sts, std::move(identity));
  if (!assumed.credentials) {
    co_return std::unexpected(std::move(assumed.credentials).error().prefixed("assuming role " + role));
  }
  co_return std::move(assumed.credentials);
}

}  // namespace

Result<bool> logs_in_as_person(const Shared& shared) {
  if (shared.personal != PersonalLogins::kPreferred) return false;
  if (from_environment(shared.environment)) return true;
  TRY(const std::optional<Credentials> kept, shared_file_keys(shared.environment, shared.personal));
  return kept.has_value();
}

Task<Result<Credentials>> ambient_credentials(Shared& shared, StsContext sts) {
  const Environment& environment = shared.environment;
  if (std::optional<Credentials> found = from_environment(environment)) co_return *std::move(found);
  if (std::string path = first_set(environment, {"AWS_WEB_IDENTITY_TOKEN_FILE"}); !path.empty()) {
    co_return co_await from_web_identity(shared, sts, std::move(path));
  }
  CO_TRY(std::optional<Credentials> kept, shared_file_keys(environment, shared.personal));
  if (kept) co_return *std::move(kept);
  if (std::string url = container_endpoint(environment); !url.empty()) {
    co_return co_await container_credentials(shared, std::move(url));
  }
  std::string metadata = "AWS_EC2_METADATA_DISABLED is true";
  if (ascii_lower(first_set(environment, {"AWS_EC2_METADATA_DISABLED"})) != "true") {
    Result<Credentials> got = co_await instance_credentials(shared);
    if (got || got.error().code == Code::kCancelled) co_return std::move(got);
    metadata = std::move(got).error().message;
  }
  co_return fail(
      Code::kUnauthenticated,
      fmt::format("the controller has no AWS identity of its own: no keys in its environment, no web identity "
                  "or container token, no shared credentials file, no instance role ({}); set "
                  "spec.provider.aws.auth, or give the controller's ServiceAccount a role; {}",
                  metadata, kAsYourself));
}

}  // namespace rotor::providers::aws
