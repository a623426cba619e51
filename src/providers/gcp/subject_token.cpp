#include "providers/gcp/subject_token.hpp"

#include <fmt/format.h>

#include "base/quote.hpp"
#include "json/reader.hpp"
#include "providers/common/small_file.hpp"

namespace rotor::providers::gcp {
namespace {

Task<Result<SecretBytes>> from_url(Caller& caller, CredentialSource source, net::Reach reach) {
  const std::string name = "credential_source.url";
  net::Request request{.url = source.url};
  for (const auto& [header, value] : source.headers) request.headers.push_back({header, value});
  Call call{.name = name, .reach = reach, .max_body = 256U << 10};
  call.make = [&request]() -> Result<net::Request> { return request; };
  call.judge = [&name](const net::Response& response) {
    if (response.status == 200) return Judgement::take();
    return Judgement::fail(error_by_status(name, response.status));
  };
  CO_TRY(const net::Response response, co_await caller.call(std::move(call)));
  co_return read_subject_token(response.body, source, name);
}

// Each time anew: the kubelet writes another token into it.
Result<SecretBytes> from_file(const CredentialSource& source) {
  TRY(const std::optional<SecretBytes> content, read_small_file(source.file));
  if (!content) return fail(Code::kInvalid, fmt::format("credential_source.file: there is no file {}", source.file));
  return read_subject_token(*content, source, "credential_source.file");
}

Task<Result<SecretBytes>> configured(Shared& shared, ConfiguredSubject subject, std::string audience) {
  CredentialSource source = std::move(subject.source);
  if (source.is_aws()) {
    CO_TRY(const AwsIdentity identity, co_await aws_identity_of_machine(shared.caller, shared.environment, source));
    co_return aws_subject_token(identity, audience, shared.caller.clock().now());
  }
  if (!source.file.empty()) co_return from_file(source);
  auto token = co_await from_url(shared.caller, std::move(source), subject.reach);
  co_return std::move(token);
}

}  // namespace

Result<SecretBytes> read_subject_token(const SecretBytes& document, const CredentialSource& source,
                                       std::string_view where) {
  SecretBytes token;
  if (source.format && source.format->type == "json") {
    const std::string& field = source.format->subject_token_field_name;
    json::Reader reader(document.reveal());
    reader.begin_object();
    std::string key;
    while (reader.next_member(key)) {
      if (key == field && reader.peek() == json::Kind::kString) {
        token = reader.read_secret();
      } else {
        reader.read_raw();
      }
    }
    if (auto read = reader.finish(); !read) return std::unexpected(std::move(read).error().prefixed(where));
    if (token.empty()) {
      return fail(Code::kInvalid, fmt::format("{}: the document has no text {}, which "
                                              "credential_source.format.subject_token_field_name names",
                                              where, go_quote(field)));
    }
    return token;
  }
  token = without_line_end(document);
  if (token.empty()) return fail(Code::kInvalid, fmt::format("{}: the token is empty", where));
  return token;
}

Task<Result<SecretBytes>> subject_token(Shared& shared, Subject subject, std::string audience) {
  if (auto* kubernetes = std::get_if<KubernetesSubject>(&subject)) {
    auto token = co_await service_account_token(shared, *kubernetes->gate, std::move(kubernetes->scope),
                                                std::move(kubernetes->account), std::move(kubernetes->audiences));
    if (!token) co_return std::unexpected(std::move(token).error().prefixed("unable to fetch pod token"));
    co_return std::move(token);
  }
  if (const auto* aws = std::get_if<AwsIdentity>(&subject)) {
    co_return aws_subject_token(*aws, audience, shared.caller.clock().now());
  }
  auto token = co_await configured(shared, std::get<ConfiguredSubject>(std::move(subject)), std::move(audience));
  co_return std::move(token);
}

void add_to_key(CacheKey& key, const Subject& subject) {
  if (const auto* kubernetes = std::get_if<KubernetesSubject>(&subject)) {
    key.add("kubernetes").add(resolve_namespace(kubernetes->scope, kubernetes->account.ns));
    key.add(kubernetes->account.name);
    for (const std::string& audience : kubernetes->audiences) key.add(audience);
  } else if (const auto* aws = std::get_if<AwsIdentity>(&subject)) {
    key.add("aws").add(aws->region).add(aws->credentials.access_key_id);
    key.add(aws->credentials.secret_access_key).add(aws->credentials.session_token);
  } else {
    const CredentialSource& source = std::get<ConfiguredSubject>(subject).source;
    key.add("source").add(source.file).add(source.url).add(source.environment_id);
    key.add(source.region_url).add(source.imdsv2_session_token_url);
    if (source.format) key.add(source.format->type).add(source.format->subject_token_field_name);
    for (const auto& [name, value] : source.headers) key.add(name).add(value);
  }
}

}  // namespace rotor::providers::gcp
