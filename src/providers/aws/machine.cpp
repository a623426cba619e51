#include "providers/aws/machine.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/time.hpp"
#include "net/url.hpp"
#include "providers/aws/settings.hpp"
#include "providers/aws/wire.hpp"
#include "providers/common/endpoint.hpp"

namespace rotor::providers::aws {
namespace {

using std::chrono::seconds;

constexpr std::string_view kContainer = "container credentials endpoint";
constexpr std::string_view kInstance = "EC2 instance metadata";

// {"AccessKeyId", "SecretAccessKey", "Token", "Expiration", and for an instance "Code"}
Result<Credentials> read_document(const SecretBytes& body, std::string_view from) {
  json::Reader reader(body.reveal(), 16);
  Credentials found;
  std::string expiration;
  std::string code;
  read_members(reader, [&](std::string_view name) {
    if (name == "AccessKeyId") return found.access_key_id = reader.read_string(), true;
    if (name == "SecretAccessKey") return found.secret_access_key = reader.read_secret(), true;
    if (name == "Token") return found.session_token = reader.read_secret(), true;
    if (name == "Expiration") return expiration = reader.read_string(), true;
    if (name == "Code") return code = reader.read_string(), true;
    return false;
  });
  if (!code.empty() && code != "Success") {
    return fail(Code::kUnavailable, fmt::format("{}: {}", from, sanitize(code)));
  }
  if (!reader.finish() || found.access_key_id.empty() || found.secret_access_key.empty()) {
    return fail(Code::kUnavailable, fmt::format("{}: the answer holds no credentials", from));
  }
  if (expiration.empty()) return found;
  const Result<WallTime> expires = parse_time(expiration);
  if (!expires) return fail(Code::kUnavailable, fmt::format("{}: Expiration is not a time", from));
  found.expires = *expires;
  return found;
}

// Never through a proxy: the HTTP client goes to the machine's own addresses directly.
struct Question {
  std::string name;  // the metric's label
  std::string about;
  seconds limit;
  int tries;
  net::Request request;
};

Task<Result<net::Response>> ask(Shared& shared, Question question) {
  Call call{.name = question.name,
            .provider = "AWS/Machine",
            .retry = {.attempts = question.tries, .interval = seconds(1)},
            .reach = net::Reach::kAnywhere,
            .max_body = 64U << 10,
            .attempt = question.limit};
  call.make = [&] { return question.request; };
  call.judge = [&](const net::Response& response) {
    if (response.status == 200) return Judgement::take();
    return Judgement::fail(error_by_status(question.about, response.status));
  };
  co_return co_await shared.caller.plain().call(std::move(call));
}

bool may_be_plain(std::string_view host) {
  static constexpr std::array<std::string_view, 3> kEndpoints = {"169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
  return is_loopback_host(host) || std::ranges::find(kEndpoints, host) != kEndpoints.end();
}

Result<void> check_container_host(const std::string& text) {
  TRY(const net::Url url, net::parse_url(text));
  if (url.scheme == "https" || may_be_plain(url.host)) return {};
  return fail(
      Code::kInvalid,
      "AWS_CONTAINER_CREDENTIALS_FULL_URI: plain http is allowed to loopback and the container endpoints of ECS "
      "and EKS only");
}

// The file is read each time: the kubelet rotates it.
Result<std::string> container_token(const Environment& environment) {
  const std::string file = first_set(environment, {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"});
  if (file.empty()) return first_set(environment, {"AWS_CONTAINER_AUTHORIZATION_TOKEN"});
  TRY(const SecretBytes token, read_file(file, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"));
  return std::string(token.reveal());
}

std::string instance_base(const Environment& environment) {
  std::string base = first_set(environment, {"AWS_EC2_METADATA_SERVICE_ENDPOINT"});
  while (base.ends_with('/')) base.pop_back();
  if (!base.empty()) return base;
  const std::string mode = ascii_lower(first_set(environment, {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"}));
  return mode == "ipv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
}

Task<Result<net::Response>> ask_instance(Shared& shared, std::string about, net::Request request) {
  return ask(shared, {.name = "GetInstanceMetadata",
                      .about = fmt::format("{}: {}", kInstance, about),
                      .limit = seconds(1),
                      .tries = 1,
                      .request = std::move(request)});
}

// A packet from a pod makes one hop more than the one that instances allow by default.
Error without_session(Error error) {
  if (is_transient(error)) error.message += "; in a pod it is reached when the instance allows two hops";
  return error;
}

std::string first_line(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  while (text.ends_with('\r') || text.ends_with(' ')) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

std::string container_endpoint(const Environment& environment) {
  std::string full = first_set(environment, {"AWS_CONTAINER_CREDENTIALS_FULL_URI"});
  if (!full.empty()) return full;
  const std::string relative = first_set(environment, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"});
  return relative.empty() ? std::string() : "http://169.254.170.2" + relative;
}

Task<Result<Credentials>> container_credentials(Shared& shared, std::string url) {
  CO_TRY_VOID(check_container_host(url));
  net::Request request{.method = "GET", .url = std::move(url), .headers = {{"Accept", "application/json"}}};
  CO_TRY(std::string token, container_token(shared.environment));
  if (!token.empty()) request.headers.push_back({"Authorization", std::move(token)});
  CO_TRY(const net::Response response, co_await ask(shared, {.name = "GetContainerCredentials",
                                                             .about = std::string(kContainer),
                                                             .limit = seconds(2),
                                                             .tries = 3,
                                                             .request = std::move(request)}));
  co_return read_document(response.body, kContainer);
}

Task<Result<Credentials>> instance_credentials(Shared& shared) {
  const std::string base = instance_base(shared.environment);
  Result<net::Response> token = co_await ask_instance(shared, "session token",
                                                      {.method = "PUT",
                                                       .url = base + "/latest/api/token",
                                                       .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}}});
  if (!token) co_return std::unexpected(without_session(std::move(token).error()));
  const net::Headers headers{{"X-aws-ec2-metadata-token", std::string(token->body.reveal())}};
  const std::string path = base + "/latest/meta-data/iam/security-credentials/";
  CO_TRY(const net::Response roles,
         co_await ask_instance(shared, "the instance has no role", {.method = "GET", .url = path, .headers = headers}));
  const std::string role = first_line(roles.body.reveal());
  CO_TRY(const net::Response response,
         co_await ask_instance(shared, "credentials", {.method = "GET", .url = path + role, .headers = headers}));
  co_return read_document(response.body, kInstance);
}

}  // namespace rotor::providers::aws
