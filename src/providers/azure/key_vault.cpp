#include "providers/azure/key_vault.hpp"

#include <set>

#include <fmt/format.h>

#include "base/log.hpp"
#include "providers/azure/list_page.hpp"
#include "providers/common/endpoint.hpp"
#include "providers/common/found_values.hpp"
#include "providers/common/property.hpp"
#include "providers/common/retry.hpp"

namespace rotor::providers::azure {
namespace {

constexpr std::size_t kMostPages = 10'000;

Error no_consumer() {
  return {Code::kInvalid, "the store's credentials depend on the namespace of its consumer, and there is none"};
}

// The dataFrom.extract of these never gave anything.
Result<void> check_extract(Type type) {
  if (type == Type::kCertificate) return fail(Code::kInvalid, "cannot get use dataFrom to get certificate secret");
  if (type == Type::kKey) return fail(Code::kInvalid, "cannot get use dataFrom to get key secret");
  return {};
}

Result<SecretMap> extract_metadata(const Bundle& bundle, const ObjectName& object, const RemoteRef& ref) {
  if (ref.property.empty()) return spread_metadata(bundle.metadata, object.name);
  TRY_VOID(pick_metadata(bundle.metadata, ref.property));
  const auto it = bundle.metadata.find(ref.property);
  SecretMap one;
  one.emplace(fmt::format("{}_{}", ref.key, ref.property), it == bundle.metadata.end() ? SecretBytes() : it->second);
  return one;
}

}  // namespace

KeyVault::KeyVault(std::shared_ptr<Vault> vault, Clock& clock, Repeated& ignored_rest)
    : vault_(std::move(vault)), clock_(clock), ignored_rest_(ignored_rest) {}

std::unique_ptr<SecretsClient> KeyVault::again() const {
  return vault_ ? std::make_unique<KeyVault>(vault_, clock_, ignored_rest_) : nullptr;
}

Task<Validation> KeyVault::validate() {
  if (!vault_) co_return Validation{.validity = Validity::kUnknown};
  auto checked = co_await vault_->check();
  if (checked) co_return Validation{};
  // What may pass leaves the store as it was.
  const Validity validity = is_transient(checked.error()) ? Validity::kUnknown : Validity::kError;
  co_return Validation{validity, std::move(checked).error()};
}

Result<ObjectName> KeyVault::object_of(const std::string& key) {
  auto object = parse_key(key);
  if (!object || !object->has_rest) return object;
  if (const auto times = ignored_rest_.due(clock_.steady())) {
    log::warn("remoteRef.key of a key vault has more than two parts; the rest is ignored",
              {{"key", key}, {"times", *times}});
  }
  return object;
}

Task<Lookup<KeyVault::BundlePtr>> KeyVault::read(ObjectName object, std::string version) {
  if (!vault_) co_return std::unexpected(no_consumer());
  CO_TRY_VOID(check_version(version));
  const TypeRow& row = row_of(object.type);
  const std::string path = fmt::format("{}/{}/{}", row.path, object.name, version);
  const auto turn = co_await reading_.take(path);
  if (const auto it = read_.find(path); it != read_.end()) co_return it->second;
  VaultGet request{.name = std::string(row.call),
                   .url = fmt::format("{}/{}?api-version={}", vault_->address(), path, kApiVersion),
                   .may_be_absent = true};
  auto body = co_await vault_->get(std::move(request));
  if (body.absent()) {
    co_return Absent{fmt::format("Secret does not exist: {} {}{} in {}", row.prefix, object.name,
                                 version.empty() ? "" : " version " + version, vault_->address())};
  }
  if (body.failed()) co_return std::move(body).none();
  CO_TRY(Bundle bundle, read_bundle(object, version, *body));
  auto shared = std::make_shared<const Bundle>(std::move(bundle));
  read_.insert_or_assign(path, shared);
  co_return BundlePtr(std::move(shared));
}

Task<Lookup<SecretBytes>> KeyVault::get_secret(RemoteRef ref) {
  CO_TRY(const ObjectName object, object_of(ref.key));
  CO_LOOKUP(const BundlePtr bundle, co_await read(object, ref.version));
  if (ref.fetches_metadata()) co_return pick_metadata(bundle->metadata, ref.property);
  co_return Lookup<SecretBytes>(pick_value(*bundle, object.type, ref)).of_version(bundle->version);
}

Task<Lookup<SecretMap>> KeyVault::get_secret_map(RemoteRef ref) {
  CO_TRY(const ObjectName object, object_of(ref.key));
  CO_TRY_VOID(check_extract(object.type));
  CO_LOOKUP(const BundlePtr bundle, co_await read(object, ref.version));
  if (ref.fetches_metadata()) co_return extract_metadata(*bundle, object, ref);
  Lookup<SecretBytes> value = pick_value(*bundle, object.type, ref);
  co_return extracted(std::move(value).of_version(bundle->version), ref, "error unmarshalling json data");
}

// Names of what is wanted, from all pages. An empty page is not the last one.
Task<Result<std::vector<std::string>>> KeyVault::list(FindRequest find) {
  CO_TRY(NameFilter filter, NameFilter::make(find.name_regexp));
  const Wanted wanted{std::move(filter), std::move(find.tags)};
  std::string url = fmt::format("{}/secrets?api-version={}&maxresults=25", vault_->address(), kApiVersion);
  std::set<std::string> pages;
  std::vector<std::string> names;
  while (!url.empty()) {
    if (!same_origin(url, vault_->address())) {
      co_return fail(Code::kUnavailable, "GetSecrets: the list goes on at another server, which gets no token of ours");
    }
    if (!pages.insert(url).second || pages.size() > kMostPages) {
      co_return fail(Code::kUnavailable, fmt::format("GetSecrets: the list does not end ({} pages)", pages.size()));
    }
    VaultGet request{.name = "GetSecrets", .url = std::move(url)};
    auto body = co_await vault_->get(std::move(request));
    if (!body)
      co_return std::unexpected(body.failed() ? body.error() : Error{Code::kInternal, "a list is never absent"});
    CO_TRY(ListPage page, read_list_page(*body, wanted));
    names.insert(names.end(), page.names.begin(), page.names.end());
    url = std::move(page.next);
  }
  co_return std::move(names);
}

Task<Lookup<SecretMap>> KeyVault::get_all(FindRequest find) {
  if (!vault_) co_return std::unexpected(no_consumer());
  CO_TRY(const std::vector<std::string> names, co_await list(std::move(find)));
  FoundValues found;
  for (const std::string& name : names) {
    CO_TRY(const ObjectName object, parse_key(name));
    auto bundle = co_await read(object, "");
    if (bundle.failed()) co_return std::unexpected(bundle.error());
    if (bundle.absent()) continue;  // deleted since it was listed
    CO_TRY_VOID(found.put(name, (*bundle)->value));
  }
  co_return std::move(found).take();
}

}  // namespace rotor::providers::azure
