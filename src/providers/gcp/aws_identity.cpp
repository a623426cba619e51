#include "providers/gcp/aws_identity.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "net/url.hpp"
#include "providers/gcp/config.hpp"

namespace rotor::providers::gcp {
namespace {

using std::chrono::seconds;

constexpr std::string_view kDefaultUrl = "http://169.254.169.254/latest/meta-data/iam/security-credentials";
constexpr std::string_view kDefaultRegionUrl = "http://169.254.169.254/latest/meta-data/placement/availability-zone";
constexpr std::string_view kTokenPath = "/latest/api/token";

std::string value_of(const EnvironmentVariables& environment, std::string_view name) {
  return environment(name).value_or("");
}

std::string_view one_line(const SecretBytes& body) {
  const std::string_view text = body.reveal();
  return text.substr(0, text.find_first_of("\r\n"));
}

// One exchange with AWS's metadata service.
Task<Result<SecretBytes>> ask(Caller& caller, std::string what, net::Request request) {
  Call call{.name = "AWS metadata service: " + what,
            .reach = net::Reach::kAnywhere,
            .max_body = 64U << 10,
            .attempt = seconds(2),
            .whole = seconds(6)};
  const std::string name = call.name;
  call.make = [&request]() -> Result<net::Request> { return request; };
  call.judge = [&name](const net::Response& response) {
    if (response.status == 200) return Judgement::take();
    return Judgement::fail(error_by_status(name, response.status));
  };
  CO_TRY(net::Response response, co_await caller.call(std::move(call)));
  co_return std::move(response.body);
}

Task<Result<std::string>> session_token(Caller& caller, std::string url, std::string base) {
  if (url.empty()) {
    CO_TRY(const net::Url parsed, net::parse_url(base));
    url = parsed.scheme + "://" + parsed.host_header() + std::string(kTokenPath);
  }
  net::Request request{
      .method = "PUT", .url = std::move(url), .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "300"}}};
  CO_TRY(const SecretBytes token, co_await ask(caller, "session token", std::move(request)));
  co_return std::string(token.reveal());
}

Result<aws::Credentials> read_credentials(const SecretBytes& body) {
  aws::Credentials found;
  json::Reader reader(body.reveal(), 16);
  reader.begin_object();
  std::string key;
  while (reader.next_member(key)) {
    const bool text = reader.peek() == json::Kind::kString;
    if (text && key == "AccessKeyId") {
      found.access_key_id = reader.read_string();
    } else if (text && key == "SecretAccessKey") {
      found.secret_access_key = reader.read_secret();
    } else if (text && key == "Token") {
      found.session_token = reader.read_secret();
    } else {
      reader.read_raw();
    }
  }
  if (!reader.finish() || found.access_key_id.empty() || found.secret_access_key.empty()) {
    return fail(Code::kUnavailable, "AWS metadata service: the answer holds no credentials");
  }
  return found;
}

Task<Result<aws::Credentials>> credentials_of_role(Caller& caller, std::string url, net::Headers headers) {
  net::Request first{.url = url, .headers = headers};
  CO_TRY(const SecretBytes roles, co_await ask(caller, "the machine's role", std::move(first)));
  const std::string_view role = one_line(roles);
  if (role.empty()) co_return fail(Code::kUnavailable, "AWS metadata service: the machine has no role");
  net::Request second{.url = url + "/" + percent_encode(role), .headers = std::move(headers)};
  CO_TRY(const SecretBytes body, co_await ask(caller, "credentials", std::move(second)));
  co_return read_credentials(body);
}

Task<Result<std::string>> region_of_machine(Caller& caller, std::string url, net::Headers headers) {
  net::Request request{.url = std::move(url), .headers = std::move(headers)};
  CO_TRY(const SecretBytes zone, co_await ask(caller, "availability zone", std::move(request)));
  std::string region(one_line(zone));
  if (!region.empty()) region.pop_back();  // the zone is the region and a letter
  co_return region;
}

std::optional<aws::Credentials> from_environment(const EnvironmentVariables& environment) {
  std::string secret = value_of(environment, "AWS_SECRET_ACCESS_KEY");
  aws::Credentials keys{value_of(environment, "AWS_ACCESS_KEY_ID"), SecretBytes(secret),
                        SecretBytes(value_of(environment, "AWS_SESSION_TOKEN"))};
  wipe(secret.data(), secret.size());
  if (keys.access_key_id.empty() || keys.secret_access_key.empty()) return std::nullopt;
  return keys;
}

SecretBytes as_json(const net::Request& request) {
  SecretBytes out;
  json::Writer writer(out);
  writer.begin_object();
  writer.key("url");
  writer.string(request.url);
  writer.key("method");
  writer.string(request.method);
  writer.key("headers");
  writer.begin_array();
  for (const net::Header& header : request.headers) {
    writer.begin_object();
    writer.key("key");
    writer.string(header.name);
    writer.key("value");
    writer.string(header.value);
    writer.end_object();
  }
  writer.end_array();
  writer.end_object();
  return out;
}

// As in a query: a space is a plus sign.
SecretBytes query_escape(const SecretBytes& json) {
  SecretBytes out;
  std::string_view rest = json.reveal();
  while (!rest.empty()) {
    const std::size_t space = rest.find(' ');
    out.append(percent_encode(rest.substr(0, space)));
    if (space == std::string_view::npos) break;
    out.append("+");
    rest.remove_prefix(space + 1);
  }
  return out;
}

}  // namespace

Result<SecretBytes> aws_subject_token(const AwsIdentity& identity, std::string_view audience, WallTime now) {
  if (!is_region(identity.region)) {
    return fail(Code::kInvalid, "the region of AWS is not known: set AWS_REGION, or region_url of credential_source");
  }
  const std::string host = fmt::format("sts.{}.amazonaws.com", identity.region);
  net::Request request{.method = "POST",
                       .url = fmt::format("https://{}?Action=GetCallerIdentity&Version=2011-06-15", host),
                       .headers = {{"X-Goog-Cloud-Target-Resource", std::string(audience)}}};
  TRY_VOID(aws::sign(request, identity.credentials, {identity.region, "sts"}, now));
  request.headers.push_back({"Host", host});
  std::ranges::sort(request.headers, {}, &net::Header::name);
  return query_escape(as_json(request));
}

Task<Result<AwsIdentity>> aws_identity_of_machine(Caller& caller, EnvironmentVariables environment,
                                                  CredentialSource source) {
  AwsIdentity identity;
  identity.region = value_of(environment, "AWS_REGION");
  if (identity.region.empty()) identity.region = value_of(environment, "AWS_DEFAULT_REGION");
  std::optional<aws::Credentials> keys = from_environment(environment);
  if (keys && !identity.region.empty()) {
    identity.credentials = *std::move(keys);
    co_return std::move(identity);
  }
  const std::string url = source.url.empty() ? std::string(kDefaultUrl) : source.url;
  CO_TRY(const std::string token, co_await session_token(caller, source.imdsv2_session_token_url, url));
  const net::Headers headers{{"X-aws-ec2-metadata-token", token}};
  if (identity.region.empty()) {
    std::string region_url = source.region_url.empty() ? std::string(kDefaultRegionUrl) : source.region_url;
    CO_TRY(identity.region, co_await region_of_machine(caller, std::move(region_url), headers));
  }
  if (keys) {
    identity.credentials = *std::move(keys);
  } else {
    CO_TRY(identity.credentials, co_await credentials_of_role(caller, url, headers));
  }
  co_return std::move(identity);
}

}  // namespace rotor::providers::gcp
