#include "providers/aws/sts.hpp"

#include <fmt/format.h>

#include "base/time.hpp"
#include "providers/aws/xml.hpp"
#include "providers/common/form.hpp"

namespace rotor::providers::aws {
namespace {

using Fields = std::vector<std::pair<std::string, std::string_view>>;

Operation sts_operation(std::string name, const StsContext& context, SecretBytes body) {
  return {.service = Service::kSts,
          .name = std::move(name),
          .counter = "AWS/STS",
          .endpoint = context.endpoint,
          .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
          .body = std::move(body),
          .retry = context.retry};
}

StsResult to_result(const std::string& name, CallResult call) {
  if (call.error) return {std::unexpected(*std::move(call.error)), call.credentials_refused};
  return {read_credentials(name, call.response.body), false};
}

}  // namespace

Result<Credentials> read_credentials(std::string_view operation, const SecretBytes& body) {
  const auto text = [&](std::string_view name) { return xml_text(body.reveal(), {"Credentials", name}); };
  std::optional<SecretBytes> id = text("AccessKeyId");
  std::optional<SecretBytes> secret = text("SecretAccessKey");
  std::optional<SecretBytes> token = text("SessionToken");
  const std::optional<SecretBytes> expiration = text("Expiration");
  if (!id || !secret || !token || !expiration || id->empty() || secret->empty()) {
    return fail(Code::kUnavailable, fmt::format("{}: the answer holds no credentials", operation));
  }
  const Result<WallTime> expires = parse_time(expiration->reveal());
  if (!expires) return fail(Code::kUnavailable, fmt::format("{}: the answer's Expiration is not a time", operation));
  return Credentials{std::string(id->reveal()), *std::move(secret), *std::move(token), *expires};
}

Task<StsResult> assume_role(SignedCaller& caller, StsContext context, std::shared_ptr<const Credentials> base,
                            RoleSession session) {
  const std::int64_t now = std::chrono::duration_cast<std::chrono::seconds>(caller.now().time_since_epoch()).count();
  const std::string session_name = fmt::format("external-secrets-{}", now);
  Fields fields = {{"Action", "AssumeRole"},
                   {"Version", "2011-06-15"},
                   {"RoleArn", session.role_arn},
                   {"RoleSessionName", session_name},
                   {"DurationSeconds", "900"}};
  if (!session.external_id.empty()) fields.emplace_back("ExternalId", session.external_id);
  for (std::size_t i = 0; i < session.tags.size(); ++i) {
    fields.emplace_back(fmt::format("Tags.member.{}.Key", i + 1), session.tags[i].key);
    fields.emplace_back(fmt::format("Tags.member.{}.Value", i + 1), session.tags[i].value);
  }
  for (std::size_t i = 0; i < session.transitive_tag_keys.size(); ++i) {
    fields.emplace_back(fmt::format("TransitiveTagKeys.member.{}", i + 1), session.transitive_tag_keys[i]);
  }
  Operation operation = sts_operation("AssumeRole", context, form_body(fields));
  CallResult call = co_await caller.call(std::move(operation), std::move(base));
  co_return to_result("AssumeRole", std::move(call));
}

Task<StsResult> assume_role_with_web_identity(SignedCaller& caller, StsContext context, WebIdentity identity) {
  SecretBytes body = form_body({{"Action", "AssumeRoleWithWebIdentity"},
                                {"Version", "2011-06-15"},
                                {"RoleArn", identity.role_arn},
                                {"RoleSessionName", identity.session_name},
                                {"WebIdentityToken", identity.token.reveal()}});
  Operation operation = sts_operation("AssumeRoleWithWebIdentity", context, std::move(body));
  CallResult call = co_await caller.call(std::move(operation), nullptr);
  co_return to_result("AssumeRoleWithWebIdentity", std::move(call));
}

}  // namespace rotor::providers::aws
