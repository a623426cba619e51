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
  if (!api_.has_consumer()) return nullptr;
  ApiClient api = api_;
  api.take_calls();
  return std::make_unique<StoreReader>(std::move(api), dialect_, prefix_, gathered_);
}

Task<ValueLookup> StoreReader::read(Wanted wanted) {
  if (!dialect_.batch.takes(wanted.version)) co_return co_await read_alone(api_, dialect_, std::move(wanted));
  co_return co_await GatheredReads::read(gathered_, api_, std::move(wanted), hurry_);
}

Task<ValueLookup> StoreReader::read_tags(std::string id) {
  Lookup<SecretBytes> answer = co_await api_.call(std::string(dialect_.get_tags), dialect_.tags_request(id));
  if (answer.failed() && !dialect_.tags_failed.empty()) {
    Error error = answer.error();
    error.message = fmt::format("{} {}", dialect_.tags_failed, error.message);
    co_return std::unexpected(std::move(error));
  }
  if (!answer) co_return std::move(answer).none();
  CO_LOOKUP(const TagMap tags, dialect_.read_tags(*answer));
  co_return ValuePtr(std::make_shared<Value>(Value{.text = tags_object(tags)}));
}

Task<ValueLookup> StoreReader::value_of(RemoteRef ref) {
  const std::string id = prefix_ + ref.key;
  const bool tags = ref.fetches_metadata();
  const std::string slot = fmt::format("{}:{}#{}#{}", id.size(), id, tags ? "TAG" : "SECRET", tags ? "" : ref.version);
  if (const auto it = values_.find(slot); it != values_.end()) co_return it->second;
  ValueLookup got = tags ? co_await read_tags(id) : co_await read({id, ref.version});
  if (got.absent()) {
    const std::string version = tags || ref.version.empty() ? "" : fmt::format(", version \"{}\"", ref.version);
    co_return Absent{fmt::format("{} does not exist: {}{} in {}", dialect_.thing, id, version, api_.region())};
  }
  if (got.found()) values_.insert_or_assign(slot, *got);
  co_return std::move(got);
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
