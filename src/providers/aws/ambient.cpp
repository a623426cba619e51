// The controller's own AWS identity.
// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
#include <fmt/format.h>

#include "base/trim.hpp"
#include "providers/aws/machine.hpp"
#include "providers/aws/session.hpp"
#include "providers/aws/settings.hpp"

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

constexpr std::string_view kBlanks = " \t\r";

// Static keys of one profile; nothing else of the profile language.
std::optional<Credentials> read_profile(std::string_view text, std::string_view profile) {
  Credentials found;
  bool inside = false;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end), kBlanks);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with('[') && line.ends_with(']')) {
      std::string_view name = trimmed(line.substr(1, line.size() - 2), kBlanks);
      if (name.starts_with("profile ")) name = trimmed(name.substr(8), kBlanks);
      inside = name == profile;
      continue;
    }
    const std::size_t equals = line.find('=');
    if (!inside || equals == std::string_view::npos || line.starts_with('#') || line.starts_with(';')) continue;
    const std::string_view key = trimmed(line.substr(0, equals), kBlanks);
    const std::string_view value = trimmed(line.substr(equals + 1), kBlanks);
    if (key == "aws_access_key_id") found.access_key_id = value;
    if (key == "aws_secret_access_key") found.secret_access_key = SecretBytes(value);
    if (key == "aws_session_token") found.session_token = SecretBytes(value);
  }
  if (found.access_key_id.empty() || found.secret_access_key.empty()) return std::nullopt;
  return found;
}

std::optional<Credentials> from_shared_files(const Environment& environment) {
  std::string profile = first_set(environment, {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"});
  if (profile.empty()) profile = "default";
  const std::string home = first_set(environment, {"HOME"});
  for (const auto& [variable, fallback] :
       {std::pair{"AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials"}, std::pair{"AWS_CONFIG_FILE", "/.aws/config"}}) {
    std::string path = first_set(environment, {variable});
    if (path.empty() && !home.empty()) path = home + fallback;
    if (path.empty()) continue;
    const Result<SecretBytes> text = read_file(path, variable);
    if (!text) continue;  // usually not there
    if (std::optional<Credentials> found = read_profile(text->reveal(), profile)) return found;
  }
  return std::nullopt;
}

}  // namespace

Task<Result<Credentials>> ambient_credentials(Shared& shared, StsContext sts) {
  const Environment& environment = shared.environment;
  if (std::optional<Credentials> found = from_environment(environment)) co_return *std::move(found);
  if (std::string path = first_set(environment, {"AWS_WEB_IDENTITY_TOKEN_FILE"}); !path.empty()) {
    co_return co_await from_web_identity(shared, sts, std::move(path));
  }
  if (std::optional<Credentials> found = from_shared_files(environment)) co_return *std::move(found);
  if (std::string url = container_endpoint(environment); !url.empty()) {
    co_return co_await container_credentials(shared, std::move(url));
  }
  std::string metadata = "AWS_EC2_METADATA_DISABLED is true";
  if (first_set(environment, {"AWS_EC2_METADATA_DISABLED"}) != "true") {
    Result<Credentials> got = co_await instance_credentials(shared);
    if (got || got.error().code == Code::kCancelled) co_return std::move(got);
    metadata = std::move(got).error().message;
  }
  co_return fail(
      Code::kUnauthenticated,
      fmt::format("the controller has no AWS identity of its own: no keys in its environment, no web identity "
                  "or container token, no shared credentials file, no instance role ({}); set "
                  "spec.provider.aws.auth, or give the controller's ServiceAccount a role; `rotor run --values FILE` "
                  "needs no identity",
                  metadata));
}

}  // namespace rotor::providers::aws
