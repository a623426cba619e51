#include "providers/vault/client.hpp"

#include <fmt/format.h>

#include "providers/common/property.hpp"
#include "providers/vault/answer.hpp"
#include "providers/vault/kv.hpp"
#include "providers/vault/paths.hpp"

namespace rotor::providers::vault {
namespace {

constexpr std::string_view kCannotRead = "cannot read secret data from Vault";

Error no_consumer() {
  return {Code::kInvalid, "the store's credentials depend on the namespace of its consumer, and there is none"};
}

// `"app" in the mount "secret" (KV version 2), version 3`: what the store and the manifest say together.
std::string place_of(const Config& config, const RemoteRef& ref) {
  const std::string mount = config.path.empty() ? "" : fmt::format(" in the mount \"{}\"", config.path);
  const std::string version = ref.version.empty() ? "" : fmt::format(", version {}", ref.version);
  return fmt::format("\"{}\"{} (KV version {}){}", ref.key, mount, config.v1() ? 1 : 2, version);
}

// A property that is not there is a mistake in the manifest, not a deleted secret.
Result<SecretBytes> pick(const SecretBytes& document, std::string_view property, const std::string& place) {
  auto found = property_of(tmpl::LookupRule::kKeyThenRewritten, document, property,
                           fmt::format("cannot find secret data for key: \"{}\" of {}", property, place));
  if (found.absent()) return fail(Code::kInvalid, found.absence().what);
  if (found.failed()) return std::unexpected(found.error());
  return *std::move(found);
}

}  // namespace

VaultClient::VaultClient(std::unique_ptr<Session> session, Config config)
    : VaultClient(std::move(session), std::move(config), std::make_shared<bool>(false)) {}

VaultClient::VaultClient(std::unique_ptr<Session> session, Config config, std::shared_ptr<bool> mount_checked)
    : session_(std::move(session)), config_(std::move(config)), mount_checked_(std::move(mount_checked)) {}

std::unique_ptr<SecretsClient> VaultClient::again() const {
  return session_ ? std::make_unique<VaultClient>(session_->again(), config_, mount_checked_) : nullptr;
}

Task<Validation> VaultClient::validate() {
  if (!session_) co_return Validation{.validity = Validity::kUnknown};
  if (!session_->end_is_known()) {
    Validation token = co_await validate_token();
    if (token.validity != Validity::kReady) co_return std::move(token);
  }
  co_return co_await validate_mount();
}

Task<Validation> VaultClient::validate_token() {
  Ask lookup{.name = "LookupSelf", .path = "auth/token/lookup-self"};
  Result<net::Response> response = co_await session_->call(std::move(lookup));
  if (response) {
    const auto envelope = read_envelope(response->body);
    if (envelope && envelope->data) {
      if (!may_be_kept(*envelope->data)) session_->log_in_again();
      co_return Validation{};
    }
    co_return Validation{Validity::kError, Error{Code::kUnavailable,
                                                 "invalid vault credentials: no response nor error for token lookup"}};
  }
  // Vault knows the token: it is just not allowed to look at itself.
  const bool known = response.error().code == Code::kDenied;
  co_return Validation{known ? Validity::kUnknown : Validity::kError,
                       std::move(response).error().prefixed("invalid vault credentials")};
}

Ask VaultClient::mount_look(std::string path) const {
  return {.name = "ReadMount", .path = "sys/internal/ui/mounts/" + std::move(path), .may_be_nothing = true};
}

// Whoever may do anything below a mount is told what it is.
Task<Validation> VaultClient::validate_mount() {
  if (config_.path.empty() || *mount_checked_) co_return Validation{};
  auto path = logical_path("spec.provider.vault.path", config_.path);
  if (!path) co_return Validation{Validity::kError, std::move(path).error()};
  const Result<net::Response> response = co_await session_->call(mount_look(*path));
  if (!response) {
    const Error& why = response.error();
    const bool hidden = why.code == Code::kDenied;
    const std::string_view what =
        hidden ? "no such mount, or no policy allows it" : "cannot tell whether the mount is the right one";
    // A gateway in front of Vault may answer anything here, and the token was good a moment ago.
    co_return Validation{Validity::kUnknown,
                         Error(why).prefixed(fmt::format("spec.provider.vault.path \"{}\": {}", *path, what))};
  }
  if (auto right = check_mount(config_.v1(), *response); !right) {
    co_return Validation{Validity::kError, std::move(right).error()};
  }
  *mount_checked_ = true;
  co_return Validation{};
}

Task<Lookup<VaultClient::DocumentPtr>> VaultClient::document(std::string path, std::string query) {
  const std::string slot = path + "?" + query;
  if (const auto it = documents_.find(slot); it != documents_.end()) co_return it->second;
  Ask read{.name = "ReadSecretData", .path = path, .query = std::move(query), .may_be_nothing = true};
  Result<net::Response> response = co_await session_->call(std::move(read));
  if (!response) co_return std::unexpected(std::move(response).error().prefixed(kCannotRead));
  Lookup<Document> document = read_document(config_.v1(), *response);
  if (document.absent() && read_envelope(response->body)->says_nothing()) {
    CO_TRY_VOID(co_await confirm_absence(std::move(path)));
  }
  if (!document) co_return std::move(document).none();
  auto shared = std::make_shared<const Document>(*std::move(document));
  documents_.insert_or_assign(slot, shared);
  co_return DocumentPtr(std::move(shared));
}

// A version 1 mount answers a path of version 2 as if there were no such secret: a mistake in the store must not look
// like a deleted secret. A token that may not ask for the mount leaves the answer as it is.
Task<Result<void>> VaultClient::confirm_absence(std::string path) {
  if (config_.v1() || mount_asked_ || *mount_checked_) co_return Result<void>();
  const Result<net::Response> response = co_await session_->call(mount_look(std::move(path)));
  const bool may_not_ask =
      !response && (response.error().code == Code::kDenied || response.error().code == Code::kUnauthenticated);
  if (!response && !may_not_ask) {
    co_return std::unexpected(Error(response.error()).prefixed("cannot tell whether the mount is the right one"));
  }
  if (response) CO_TRY_VOID(check_mount(false, *response));
  mount_asked_ = !config_.path.empty();
  *mount_checked_ = mount_asked_ && response;
  co_return Result<void>();
}

Task<Lookup<SecretMap>> VaultClient::metadata(std::string path) {
  Ask read{.name = "ReadSecretData", .path = std::move(path), .may_be_nothing = true};
  Result<net::Response> response = co_await session_->call(std::move(read));
  if (!response) co_return std::unexpected(std::move(response).error().prefixed(kCannotRead));
  co_return read_metadata(*response);
}

Task<Lookup<SecretBytes>> VaultClient::fetch_metadata(RemoteRef ref) {
  if (config_.v1()) co_return fail(Code::kInvalid, "cannot perform metadata fetch operations with kv version v1");
  CO_TRY(std::string path, metadata_path(config_, ref.key));
  Lookup<SecretMap> metadata = co_await this->metadata(std::move(path));
  if (metadata.absent()) {
    co_return fail(Code::kInvalid, fmt::format("{}: {}", metadata.absence().what, place_of(config_, ref)));
  }
  if (metadata.failed()) co_return std::move(metadata).none();
  const SecretBytes document = metadata_document(*metadata);
  if (ref.property.empty()) co_return document;
  co_return pick(document, ref.property, "the metadata of " + place_of(config_, ref));
}

Task<Lookup<SecretBytes>> VaultClient::get_secret(RemoteRef ref) {
  if (!session_) co_return std::unexpected(no_consumer());
  if (ref.fetches_metadata()) co_return co_await fetch_metadata(std::move(ref));
  CO_TRY(std::string path, data_path(config_, ref.key));
  CO_TRY(std::string query, version_query(config_, ref.version));
  Lookup<DocumentPtr> found = co_await document(std::move(path), std::move(query));
  if (found.absent()) co_return Absent{fmt::format("{}: {}", found.absence().what, place_of(config_, ref))};
  if (!found) co_return std::move(found).none();
  co_return Lookup<SecretBytes>(pick((*found)->text, ref.property, place_of(config_, ref)))
      .of_version((*found)->version);
}

Task<Lookup<SecretMap>> VaultClient::get_secret_map(RemoteRef ref) {
  co_return extracted(co_await get_secret(ref), ref, "", members_of);
}

}  // namespace rotor::providers::vault
