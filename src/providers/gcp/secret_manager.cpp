#include "providers/gcp/secret_manager.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "providers/common/property.hpp"
#include "providers/gcp/errors.hpp"

namespace rotor::providers::gcp {
namespace {

constexpr std::string_view kUnable = "unable to access Secret from SecretManager Client";
constexpr std::string_view kLatest = "latest";

std::unexpected<Error> not_initialized() {
  return fail(Code::kInvalid,
              "provider GCP is not initialized: the store's credentials depend on the namespace of its consumer, and "
              "there is none");
}

Error unable(Error error) { return std::move(error).prefixed(kUnable); }

// A path segment of dots alone would be taken for a way up, however it is encoded.
Result<void> check_segment(std::string_view text, std::string_view field) {
  if (!text.empty() && text != "." && text != "..") return {};
  return fail(Code::kInvalid, fmt::format("{} \"{}\" names nothing in Secret Manager", field, text));
}

// Is this the name of that secret, or of a version of it? Answers name the project by its number.
bool is_name_of(std::string_view full_name, const std::string& key) {
  const std::size_t at = full_name.find("/secrets/");
  if (at == std::string_view::npos) return false;
  const std::string_view rest = full_name.substr(at + 9);
  return rest == key || rest.starts_with(key + "/versions/");
}

// The number at the end of a version's name.
std::string version_of(std::string_view full_name) {
  constexpr std::string_view kMark = "/versions/";
  const std::size_t at = full_name.rfind(kMark);
  return at == std::string_view::npos ? std::string() : std::string(full_name.substr(at + kMark.size()));
}

// The property as one key, dots and all, written as a path.
std::string as_one_key(std::string_view property) {
  std::string path;
  for (const char c : property) {
    if (c == '.') path += '\\';
    path += c;
  }
  return path;
}

// A property that is not there is a mistake in the manifest, not a deleted secret.
Result<SecretBytes> pick(const SecretBytes& payload, const RemoteRef& ref) {
  const std::string missing = fmt::format("key {} does not exist in secret {}", ref.property, ref.key);
  auto found = property_of(tmpl::LookupRule::kJsonKeyThenPath, payload, ref.property, missing);
  // The rule takes a dot in front for the beginning of a path; `.dockerconfigjson` is a key.
  if (found.absent() && ref.property.starts_with('.')) {
    found = property_of(tmpl::LookupRule::kPath, payload, as_one_key(ref.property), missing);
  }
  if (found.absent()) return fail(Code::kInvalid, found.absence().what);
  if (found.failed()) return std::unexpected(found.error());
  return *std::move(found);
}

}  // namespace

Result<std::string> SecretManager::path_of(std::string_view key) const {
  TRY_VOID(check_segment(key, "remoteRef.key"));
  return fmt::format("{}/{}", secrets(), percent_encode(key));
}

std::unique_ptr<SecretsClient> SecretManager::again() const {
  return rest_ ? std::make_unique<SecretManager>(rest_, location_, fetches_enabled_) : nullptr;
}

Task<Validation> SecretManager::validate() {
  if (!rest_) co_return Validation{.validity = Validity::kUnknown};
  auto token = co_await rest_->session().token();
  // Nothing is known of credentials that nobody could look at.
  if (!token) {
    const Validity validity = is_transient(token.error()) ? Validity::kUnknown : Validity::kError;
    co_return Validation{validity, std::move(token).error()};
  }
  if (!(*token)->not_checked) co_return Validation{};
  Error error = *(*token)->not_checked;
  co_return Validation{Validity::kUnknown, std::move(error).prefixed("the key could not be checked")};
}

Task<Lookup<SecretManager::Value>> SecretManager::access(std::string key, std::string version) {
  CO_TRY(std::string target, path_of(key));
  CO_TRY_VOID(check_segment(version, "remoteRef.version"));
  target += fmt::format("/versions/{}:access", percent_encode(version));
  Payload payload;
  const Rest::Read read = [&payload, &key](const SecretBytes& document) -> Result<void> {
    TRY(payload, read_payload(document));
    if (!payload.name.empty() && !is_name_of(payload.name, key)) {
      return fail(Code::kUnavailable, "the answer is about another secret");
    }
    if (payload.data) return {};
    return fail(Code::kInvalid, fmt::format("invalid secret received. no secret string for key: {}", key));
  };
  CO_LOOKUP([[maybe_unused]] const Rest::Done done,
            co_await rest_->get("AccessSecretVersion", std::move(target), read));
  co_return Value{*std::move(payload.data), version_of(payload.name)};
}

// Nothing enabled, or no right to list: what the access of the latest version met is what the user has to know.
Task<Lookup<SecretManager::Value>> SecretManager::access_newest_enabled(std::string key, Error refusal) {
  CO_TRY(std::string target, path_of(key));
  NewestEnabled newest;
  const Rest::EachItem each = [&newest](std::string_view item) -> Result<void> {
    TRY(VersionInfo version, read_version_info(item));
    newest.offer(std::move(version));
    return {};
  };
  auto listed = co_await rest_->list("ListSecretVersions", target + "/versions", "versions", "state:ENABLED", each);
  if (listed.failed()) {
    refusal.message += fmt::format("; looking for the newest enabled version: {}", listed.error().message);
    refusal.code = listed.error().code;
    co_return std::unexpected(std::move(refusal));
  }
  const std::optional<std::string> version = newest.version();
  if (!version) co_return std::unexpected(std::move(refusal));
  auto value = co_await access(std::move(key), *version);
  co_return std::move(value);
}

Task<Lookup<SecretManager::ValuePtr>> SecretManager::value_of(std::string key, std::string version) {
  if (!rest_) co_return not_initialized();
  const std::string slot = fmt::format("{}:{}#{}", key.size(), key, version);
  if (const auto it = values_.find(slot); it != values_.end()) co_return it->second;
  auto value = co_await access(key, version.empty() ? std::string(kLatest) : version);
  if (value.failed() && fetches_enabled_ && version.empty() && is_disabled_version(value.error())) {
    Error refusal = value.error();
    value = co_await access_newest_enabled(key, std::move(refusal));
  }
  if (value.absent()) {
    CO_TRY(const std::string path, path_of(key));
    co_return Absent{fmt::format("Secret does not exist: {} ({}/versions/{})", key, path,
                                 version.empty() ? kLatest : std::string_view(version))};
  }
  if (value.failed()) co_return std::unexpected(unable(value.error()));
  auto shared = std::make_shared<const Value>(*std::move(value));
  values_[slot] = shared;
  co_return ValuePtr(std::move(shared));
}

Task<Lookup<SecretManager::InfoPtr>> SecretManager::info_of(std::string key) {
  if (!rest_) co_return not_initialized();
  if (const auto it = infos_.find(key); it != infos_.end()) co_return it->second;
  CO_TRY(const std::string path, path_of(key));
  SecretInfo info;
  const Rest::Read read = [&info, &key](const SecretBytes& document) -> Result<void> {
    TRY(info, read_secret_info(document.reveal()));
    if (is_name_of(info.name, key)) return {};
    return fail(Code::kUnavailable, "the answer is about another secret");
  };
  auto got = co_await rest_->get("GetSecret", path, read);
  if (got.absent()) co_return Absent{fmt::format("Secret does not exist: {} ({})", key, path)};
  if (got.failed()) co_return std::unexpected(unable(got.error()));
  auto shared = std::make_shared<const SecretInfo>(std::move(info));
  infos_[key] = shared;
  co_return InfoPtr(std::move(shared));
}

Task<Lookup<SecretBytes>> SecretManager::get_secret(RemoteRef ref) {
  if (ref.fetches_metadata()) {
    CO_LOOKUP(const InfoPtr info, co_await info_of(ref.key));
    co_return pick_metadata(*info, ref);
  }
  CO_LOOKUP(const ValuePtr value, co_await value_of(ref.key, ref.version));
  Lookup<SecretBytes> picked = ref.property.empty() ? Lookup<SecretBytes>(value->bytes) : pick(value->bytes, ref);
  co_return std::move(picked).of_version(value->version);
}

Task<Lookup<SecretMap>> SecretManager::get_secret_map(RemoteRef ref) {
  co_return extracted(co_await get_secret(ref), ref, "unable to unmarshal secret from JSON");
}

}  // namespace rotor::providers::gcp
