// The controller's own AWS identity.
// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "base/time.hpp"
#include "json/reader.hpp"
#include "net/url.hpp"
#include "providers/aws/session.hpp"

namespace rotor::providers::aws {
namespace {

using std::chrono::seconds;

constexpr std::size_t kMaxFile = 1U << 20;

std::string first_set(const Environment& environment, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const std::optional<std::string> value = environment(name);
    if (value && !value->empty()) return *value;
  }
  return {};
}

// Without one trailing line break. The path is named in the error, the content never.
Result<SecretBytes> read_file(const std::string& path, std::string_view variable) {
  std::ifstream file(path, std::ios::binary);
  SecretBytes content;
  std::array<char, 4096> piece{};
  while (file && content.size() <= kMaxFile) {
    file.read(piece.data(), piece.size());
    content.append({piece.data(), static_cast<std::size_t>(file.gcount())});
  }
  wipe(piece.data(), piece.size());
  if (!file.eof() || content.size() > kMaxFile) {
    return fail(Code::kInvalid, fmt::format("{}: cannot read the file {}", variable, path));
  }
  std::string_view text = content.reveal();
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return SecretBytes(text);
}

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

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// Static keys of one profile; nothing else of the profile language.
std::optional<Credentials> read_profile(std::string_view text, std::string_view profile) {
  Credentials found;
  bool inside = false;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with('[') && line.ends_with(']')) {
      std::string_view name = trim(line.substr(1, line.size() - 2));
      if (name.starts_with("profile ")) name = trim(name.substr(8));
      inside = name == profile;
      continue;
    }
    const std::size_t equals = line.find('=');
    if (!inside || equals == std::string_view::npos || line.starts_with('#') || line.starts_with(';')) continue;
    const std::string_view key = trim(line.substr(0, equals));
    const std::string_view value = trim(line.substr(equals + 1));
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

// {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"} of the container and instance endpoints.
Result<Credentials> read_document(const SecretBytes& body, std::string_view from) {
  json::Reader reader(body.reveal(), 16);
  Credentials found;
  std::string expiration;
  std::string code;
  if (reader.peek() == json::Kind::kObject) {
    reader.begin_object();
    std::string key;
    while (reader.next_member(key)) {
      if (reader.peek() != json::Kind::kString)
        reader.read_raw();
      else if (key == "AccessKeyId")
        found.access_key_id = reader.read_string();
      else if (key == "SecretAccessKey")
        found.secret_access_key = reader.read_secret();
      else if (key == "Token")
        found.session_token = reader.read_secret();
      else if (key == "Expiration")
        expiration = reader.read_string();
      else if (key == "Code")
        code = reader.read_string();
      else
        reader.read_raw();
    }
  }
  if (!code.empty() && code != "Success") {
    return fail(Code::kUnavailable, fmt::format("{}: {}", from, sanitize(code)));
  }
  if (!reader.finish() || found.access_key_id.empty() || found.secret_access_key.empty()) {
    return fail(Code::kUnavailable, fmt::format("{}: the answer holds no credentials", from));
  }
  if (!expiration.empty()) {
    const Result<WallTime> expires = parse_time(expiration);
    if (!expires) return fail(Code::kUnavailable, fmt::format("{}: Expiration is not a time", from));
    found.expires = *expires;
  }
  return found;
}

// Never through a proxy: these are addresses of the machine itself (the HTTP client goes direct for link-local ones).
Task<Result<net::Response>> metadata_call(Shared& shared, net::Request request, seconds limit, int tries) {
  CO_TRY(const std::shared_ptr<net::HttpClient> client, shared.http.get({}));
  for (int tried = 1;; ++tried) {
    const net::CallOptions options{.deadline = limit, .max_body = 64U << 10};
    Result<net::Response> response = co_await client->send(request, options);
    const bool good = response && response->status < 500;
    if (good || tried >= tries) co_return std::move(response);
    co_await shared.caller.clock().sleep_for(seconds(1));
  }
}

Result<void> check_container_host(const std::string& text) {
  TRY(const net::Url url, net::parse_url(text));
  static constexpr std::array<std::string_view, 6> kPlain = {"localhost",     "127.0.0.1",      "::1",
                                                             "169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
  if (url.scheme == "https" || std::ranges::find(kPlain, url.host) != kPlain.end()) return {};
  return fail(Code::kInvalid,
              "AWS_CONTAINER_CREDENTIALS_FULL_URI: plain http is allowed to loopback and the container "
              "endpoints of ECS and EKS only");
}

Task<Result<Credentials>> from_container(Shared& shared, std::string url) {
  CO_TRY_VOID(check_container_host(url));
  net::Request request{.method = "GET", .url = url, .headers = {{"Accept", "application/json"}}};
  const std::string file = first_set(shared.environment, {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"});
  if (!file.empty()) {
    CO_TRY(const SecretBytes token, read_file(file, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"));
    request.headers.push_back({"Authorization", std::string(token.reveal())});
  } else if (std::string token = first_set(shared.environment, {"AWS_CONTAINER_AUTHORIZATION_TOKEN"}); !token.empty()) {
    request.headers.push_back({"Authorization", std::move(token)});
  }
  CO_TRY(const net::Response response, co_await metadata_call(shared, std::move(request), seconds(2), 3));
  if (response.status != 200) {
    co_return fail(Code::kUnavailable, fmt::format("container credentials endpoint: status {}", response.status));
  }
  co_return read_document(response.body, "container credentials endpoint");
}

std::string instance_base(const Environment& environment) {
  std::string base = first_set(environment, {"AWS_EC2_METADATA_SERVICE_ENDPOINT"});
  while (base.ends_with('/')) base.pop_back();
  if (!base.empty()) return base;
  const std::string mode = first_set(environment, {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"});
  return mode == "IPv6" || mode == "ipv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
}

Result<void> expect_ok(const net::Response& response, std::string_view what) {
  if (response.status == 200) return {};
  return fail(Code::kUnavailable, fmt::format("EC2 instance metadata: {}: status {}", what, response.status));
}

// Version 2 of the service only: version 1 answers anybody who can make the controller send a request.
Task<Result<Credentials>> from_instance(Shared& shared) {
  const std::string base = instance_base(shared.environment);
  net::Request token_request{.method = "PUT",
                             .url = base + "/latest/api/token",
                             .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}}};
  CO_TRY(const net::Response token, co_await metadata_call(shared, std::move(token_request), seconds(1), 1));
  CO_TRY_VOID(expect_ok(token, "session token"));
  const net::Headers headers{{"X-aws-ec2-metadata-token", std::string(token.body.reveal())}};
  const std::string path = base + "/latest/meta-data/iam/security-credentials/";
  net::Request role_request{.method = "GET", .url = path, .headers = headers};
  CO_TRY(const net::Response roles, co_await metadata_call(shared, std::move(role_request), seconds(1), 1));
  CO_TRY_VOID(expect_ok(roles, "the instance has no role"));
  const std::string_view text = roles.body.reveal();
  const std::string role(trim(text.substr(0, text.find('\n'))));
  net::Request request{.method = "GET", .url = path + role, .headers = headers};
  CO_TRY(const net::Response response, co_await metadata_call(shared, std::move(request), seconds(1), 1));
  CO_TRY_VOID(expect_ok(response, "credentials"));
  co_return read_document(response.body, "EC2 instance metadata");
}

}  // namespace

Task<Result<Credentials>> ambient_credentials(Shared& shared, StsContext sts) {
  const Environment& environment = shared.environment;
  if (std::optional<Credentials> found = from_environment(environment)) co_return *std::move(found);
  if (std::string path = first_set(environment, {"AWS_WEB_IDENTITY_TOKEN_FILE"}); !path.empty()) {
    Result<Credentials> got = co_await from_web_identity(shared, sts, std::move(path));
    co_return std::move(got);
  }
  if (std::optional<Credentials> found = from_shared_files(environment)) co_return *std::move(found);
  std::string container = first_set(environment, {"AWS_CONTAINER_CREDENTIALS_FULL_URI"});
  if (const std::string relative = first_set(environment, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"});
      container.empty() && !relative.empty()) {
    container = "http://169.254.170.2" + relative;
  }
  if (!container.empty()) {
    Result<Credentials> got = co_await from_container(shared, std::move(container));
    co_return std::move(got);
  }
  std::string metadata = "AWS_EC2_METADATA_DISABLED is true";
  if (first_set(environment, {"AWS_EC2_METADATA_DISABLED"}) != "true") {
    Result<Credentials> got = co_await from_instance(shared);
    if (got || got.error().code == Code::kCancelled) co_return std::move(got);
    metadata = std::move(got).error().message;
  }
  co_return fail(
      Code::kUnauthenticated,
      fmt::format("the controller has no AWS identity of its own: no keys in its environment, no web identity "
                  "or container token, no shared credentials file, no instance role ({}); set "
                  "spec.provider.aws.auth, or give the controller's ServiceAccount a role",
                  metadata));
}

}  // namespace rotor::providers::aws
