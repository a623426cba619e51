#include "providers/aws/secrets_manager.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "providers/common/property.hpp"
#include "template/lookup.hpp"

namespace rotor::providers::aws {
namespace {

constexpr std::string_view kCounter = "AWS/SecretsManager";
constexpr std::string_view kDefaultStage = "AWSCURRENT";
constexpr std::string_view kIdPrefix = "uuid/";

SecretBytes value_request(const std::string& id, const std::string& version) {
  SecretBytes body;
  json::Writer writer(body);
  writer.begin_object();
  writer.key("SecretId");
  writer.string(id);
  if (version.starts_with(kIdPrefix)) {
    writer.key("VersionId");
    writer.string(std::string_view(version).substr(kIdPrefix.size()));
  } else {
    writer.key("VersionStage");
    writer.string(version.empty() ? kDefaultStage : std::string_view(version));
  }
  writer.end_object();
  return body;
}

SecretBytes describe_request(const std::string& id) {
  SecretBytes body;
  json::Writer writer(body);
  writer.begin_object();
  writer.key("SecretId");
  writer.string(id);
  writer.end_object();
  return body;
}

// The `Tags` list of DescribeSecret as one JSON object, keys sorted.
Result<SecretBytes> tags_as_object(const SecretBytes& body) {
  std::map<std::string, std::string> tags;
  json::Reader reader(body.reveal());
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    if (key != "Tags" || reader.peek() != json::Kind::kArray) {
      reader.read_raw();
      continue;
    }
    reader.begin_array();
    while (reader.next_element()) {
      std::string name;
      std::string value;
      std::string member;
      reader.begin_object();
      while (reader.next_member(member)) {
        if (member == "Key")
          name = reader.read_string();
        else if (member == "Value")
          value = reader.read_string();
        else
          reader.read_raw();
      }
      tags[name] = value;
    }
  }
  if (!reader.finish()) return fail(Code::kUnavailable, "DescribeSecret: the answer is not valid JSON");
  SecretBytes out;
  json::Writer writer(out, json::Escape::kHtml);
  writer.begin_object();
  for (const auto& [name, value] : tags) {
    writer.key(name);
    writer.string(value);
  }
  writer.end_object();
  return out;
}

// A property that is not there is a mistake in the manifest, not a deleted secret.
Result<SecretBytes> pick(const SecretBytes& payload, const RemoteRef& ref) {
  auto found = property_of(tmpl::LookupRule::kKeyThenPath, payload, ref.property,
                           fmt::format("key {} does not exist in secret {}", ref.property, ref.key));
  if (found.absent()) return fail(Code::kInvalid, found.absence().what);
  if (found.failed()) return std::unexpected(found.error());
  return *std::move(found);
}

}  // namespace

SecretsManager::SecretsManager(Shared& shared, std::unique_ptr<Session> session, Endpoint endpoint, std::string prefix,
                               RetryPolicy retry)
    : shared_(shared),
      session_(std::move(session)),
      endpoint_(std::move(endpoint)),
      prefix_(std::move(prefix)),
      retry_(retry) {}

Task<Validation> SecretsManager::validate() {
  // A ClusterSecretStore whose credentials depend on the consumer, looked at without one.
  if (!session_) co_return Validation{.validity = Validity::kUnknown};
  Result<CredentialsPtr> credentials = co_await session_->credentials();
  if (credentials) co_return Validation{};
  co_return Validation{Validity::kError, std::move(credentials).error()};
}

Task<Lookup<SecretBytes>> SecretsManager::call(std::string operation, SecretBytes body) {
  if (!session_) {
    co_return fail(Code::kInvalid,
                   "the store's credentials depend on the namespace of its consumer, and there is none");
  }
  for (bool last = false;; last = true) {
    Result<CredentialsPtr> credentials = co_await session_->credentials();
    if (!credentials) co_return std::unexpected(std::move(credentials).error());
    Operation request{
        .name = operation,
        .counter = std::string(kCounter),
        .endpoint = endpoint_,
        .scope = {endpoint_.signing_region, std::string(signing_name(Service::kSecretsManager))},
        .headers = {{"Content-Type", "application/x-amz-json-1.1"}, {"X-Amz-Target", "secretsmanager." + operation}},
        .body = body,
        .retry = retry_};
    CallResult result = co_await shared_.caller.call(std::move(request), *credentials);
    if (!result.error) co_return std::move(result.response.body);
    if (result.not_found) co_return Absent{std::move(result.error->message)};
    const bool again = result.credentials_refused && session_->refused(*credentials) && !last;
    if (!again) co_return std::unexpected(*std::move(result.error));
  }
}

Result<SecretsManager::Value> SecretsManager::read_value(const SecretBytes& body) {
  Value value;
  json::Reader reader(body.reveal());
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    if (key == "SecretString" && reader.peek() == json::Kind::kString) {
      value.text = reader.read_secret();
    } else if (key == "SecretBinary" && reader.peek() == json::Kind::kString) {
      const SecretBytes encoded = reader.read_secret();
      Result<SecretBytes> decoded = base64_decode_secret(encoded.reveal());
      if (!decoded) return fail(Code::kUnavailable, "GetSecretValue: SecretBinary in the answer is not base64");
      value.binary = *std::move(decoded);
    } else {
      reader.read_raw();
    }
  }
  if (!reader.finish()) return fail(Code::kUnavailable, "GetSecretValue: the answer is not valid JSON");
  return value;
}

Task<Lookup<SecretsManager::ValuePtr>> SecretsManager::value_of(std::string key, std::string version) {
  const std::string id = prefix_ + key;
  const std::string slot = fmt::format("{}:{}#{}", id.size(), id, version);
  if (const auto it = values_.find(slot); it != values_.end()) co_return it->second;
  Lookup<SecretBytes> body = co_await call("GetSecretValue", value_request(id, version));
  if (body.absent()) co_return Absent{fmt::format("Secret does not exist: {}", id)};
  if (body.failed()) co_return std::move(body).none();
  auto value = read_value(*body);
  if (!value) co_return std::unexpected(std::move(value).error());
  auto shared = std::make_shared<const Value>(*std::move(value));
  values_[slot] = shared;
  co_return ValuePtr(std::move(shared));
}

Task<Lookup<SecretBytes>> SecretsManager::tags_of(std::string key) {
  CO_LOOKUP(const SecretBytes body, co_await call("DescribeSecret", describe_request(prefix_ + key)));
  co_return tags_as_object(body);
}

Task<Lookup<SecretBytes>> SecretsManager::get_secret(RemoteRef ref) {
  if (ref.fetches_metadata()) {
    CO_LOOKUP(SecretBytes tags, co_await tags_of(ref.key));
    if (ref.property.empty()) co_return std::move(tags);
    co_return pick(tags, ref);
  }
  CO_LOOKUP(const ValuePtr value, co_await value_of(ref.key, ref.version));
  if (!value->text && !value->binary) {
    co_return fail(Code::kInvalid,
                   fmt::format("invalid secret received. no secret string nor binary for key: {}", ref.key));
  }
  // As the existing operator does: the text is preferred as a whole, the binary when something is looked up in it.
  if (ref.property.empty()) co_return value->text ? *value->text : *value->binary;
  co_return pick(value->binary ? *value->binary : *value->text, ref);
}

Task<Lookup<SecretMap>> SecretsManager::get_secret_map(RemoteRef ref) {
  const std::string key = ref.key;
  CO_LOOKUP(const SecretBytes value, co_await get_secret(std::move(ref)));
  Result<SecretMap> members = tmpl::extract_members(value);
  if (!members) co_return std::unexpected(std::move(members).error().prefixed("unable to unmarshal secret " + key));
  co_return std::move(members);
}

Task<Result<SecretMap>> SecretsManager::get_all(FindRequest) {
  co_return fail(Code::kInvalid, "AWS Secrets Manager: dataFrom.find is not available in this version");
}

}  // namespace rotor::providers::aws
