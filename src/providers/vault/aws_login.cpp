#include "providers/vault/aws_login.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "json/writer.hpp"

namespace rotor::providers::vault {
namespace {

constexpr std::string_view kQuestion = "Action=GetCallerIdentity&Version=2011-06-15";
constexpr std::string_view kGlobalRegion = "us-east-1";

std::string sts_url(std::string_view region) {
  if (region == kGlobalRegion) return "https://sts.amazonaws.com/";
  const std::string_view suffix = region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return fmt::format("https://sts.{}.{}/", region, suffix);
}

// {"Name": ["value"]}; the host is in the URL.
std::string headers_json(const net::Headers& headers) {
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  for (const net::Header& header : headers) {
    writer.key(header.name);
    writer.begin_array();
    writer.string(header.value);
    writer.end_array();
  }
  writer.end_object();
  return text;
}

SecretBytes encoded(std::string_view text) { return SecretBytes(base64_encode(text)); }

}  // namespace

Result<LoginMembers> sign_aws_login(const aws::Credentials& credentials, std::string_view region,
                                    std::string_view server_id, WallTime now) {
  net::Request request{.method = "POST",
                       .url = sts_url(region),
                       .headers = {{"Content-Length", std::to_string(kQuestion.size())},
                                   {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
                       .body = SecretBytes(kQuestion)};
  if (!server_id.empty()) request.headers.push_back({"X-Vault-AWS-IAM-Server-ID", std::string(server_id)});
  TRY_VOID(aws::sign(request, credentials, {std::string(region), "sts"}, now));
  std::string headers = headers_json(request.headers);
  LoginMembers members;
  members.emplace_back("iam_http_request_method", SecretBytes("POST"));
  members.emplace_back("iam_request_url", encoded(request.url));
  members.emplace_back("iam_request_body", encoded(kQuestion));
  members.emplace_back("iam_request_headers", encoded(headers));
  wipe(headers.data(), headers.size());
  return members;
}

}  // namespace rotor::providers::vault
