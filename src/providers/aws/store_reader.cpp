#include "providers/aws/store_reader.hpp"

#include <fmt/format.h>

#include "providers/common/property.hpp"

namespace rotor::providers::aws {
namespace {

using Read = Lookup<SecretBytes>;

// A property that is not there is a mistake in the manifest, not a deleted secret.
Result<SecretBytes> pick(const SecretBytes& payload, const RemoteRef& ref) {
  auto found = property_of(tmpl::LookupRule::kKeyThenPath, payload, ref.property,
                           fmt::format("key {} does not exist in secret {}", ref.property, ref.key));
  if (found.absent()) return fail(Code::kInvalid, found.absence().what);
  if (found.failed()) return std::unexpected(found.error());
  return *std::move(found);
}

}  // namespace

std::unique_ptr<SecretsClient> StoreReader::again() const {
  return api_.has_consumer() ? std::make_unique<StoreReader>(api_, dialect_, prefix_) : nullptr;
}

Task<Lookup<Value>> StoreReader::read(std::string id, std::string version) {
  CO_LOOKUP(const SecretBytes answer, co_await api_.call(std::string(dialect_.get), dialect_.get_request(id, version)));
  co_return dialect_.read_value(answer);
}

Task<Lookup<Value>> StoreReader::read_tags(std::string id) {
  Lookup<SecretBytes> answer = co_await api_.call(std::string(dialect_.get_tags), dialect_.tags_request(id));
  if (answer.failed() && !dialect_.tags_failed.empty()) {
    Error error = answer.error();
    error.message = fmt::format("{} {}", dialect_.tags_failed, error.message);
    co_return std::unexpected(std::move(error));
  }
  if (!answer) co_return std::move(answer).none();
  CO_LOOKUP(const TagMap tags, dialect_.read_tags(*answer));
  co_return Value{.text = tags_object(tags)};
}

Task<Lookup<StoreReader::ValuePtr>> StoreReader::value_of(RemoteRef ref) {
  const std::string id = prefix_ + ref.key;
  const bool tags = ref.fetches_metadata();
  const std::string slot = fmt::format("{}:{}#{}#{}", id.size(), id, tags ? "TAG" : "SECRET", tags ? "" : ref.version);
  if (const auto it = values_.find(slot); it != values_.end()) co_return it->second;
  Lookup<Value> got = tags ? co_await read_tags(id) : co_await read(id, ref.version);
  if (got.absent()) {
    const std::string version = tags || ref.version.empty() ? "" : fmt::format(", version \"{}\"", ref.version);
    co_return Absent{fmt::format("{} does not exist: {}{}", dialect_.thing, id, version)};
  }
  if (got.failed()) co_return std::move(got).none();
  auto shared = std::make_shared<const Value>(*std::move(got));
  values_.insert_or_assign(slot, shared);
  co_return ValuePtr(std::move(shared));
}

Task<Lookup<SecretBytes>> StoreReader::get_secret(RemoteRef ref) {
  CO_LOOKUP(const ValuePtr value, co_await value_of(ref));
  if (value->empty()) co_return fail(Code::kInvalid, fmt::format("{}: {}", dialect_.without_value, ref.key));
  // As the existing operator does: the text is preferred as a whole, the binary when something is looked up in it.
  if (ref.property.empty()) co_return Read(value->text ? *value->text : *value->binary).of_version(value->version);
  co_return Read(pick(value->binary ? *value->binary : *value->text, ref)).of_version(value->version);
}

Task<Lookup<SecretMap>> StoreReader::get_secret_map(RemoteRef ref) {
  co_return extracted(co_await get_secret(ref), ref, "unable to unmarshal secret " + ref.key);
}

}  // namespace rotor::providers::aws
