#include "providers/onepassword/client.hpp"

#include <fmt/format.h>

#include "providers/onepassword/select.hpp"

namespace rotor::providers::onepassword {
namespace {

constexpr std::string_view kVaultError = "error finding 1Password Vault";
constexpr std::string_view kItemError = "error finding 1Password Item";
constexpr std::string_view kVaultsField = "spec.provider.onepassword.vaults";

std::unexpected<Error> vault_error(Error error) { return std::unexpected(std::move(error).prefixed(kVaultError)); }
std::unexpected<Error> item_error(Error error) { return std::unexpected(std::move(error).prefixed(kItemError)); }

// As users of the existing operator know it: `map[name:1 other:2]`.
std::string in_words(const Config& config) {
  std::string text;
  for (const auto& [vault, number] : config.vaults)
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", vault, number);
  return "map[" + text + "]";
}

std::string version_of(const Item& item) {
  const std::string& number = item.version.text;
  return number.find_first_not_of("0123456789") == std::string::npos ? number : std::string();
}

Result<void> refuse_version(const RemoteRef& ref) {
  if (ref.version.empty()) return {};
  return fail(Code::kInvalid, "'remoteRef.version' is not implemented in the 1Password provider");
}

}  // namespace

OnePasswordClient::OnePasswordClient(Connect& connect, AccessPtr access, Config config)
    : connect_(connect), access_(std::move(access)), config_(std::move(config)), vaults_(config_.vaults_in_order()) {}

std::unique_ptr<SecretsClient> OnePasswordClient::again() const {
  return std::make_unique<OnePasswordClient>(connect_, access_, config_);
}

// An id is taken as it is: the next call says when it is none.
Task<Result<std::string>> OnePasswordClient::vault_id(std::string vault) {
  if (looks_like_id(vault)) co_return vault;
  if (const auto known = vault_ids_.find(vault); known != vault_ids_.end()) co_return known->second;
  auto found = co_await connect_.vaults_named(access_, vault);
  if (!found) co_return vault_error(std::move(found).error());
  if (found->size() != 1) {
    co_return vault_error({Code::kInvalid, fmt::format("Found {} vaults with title \"{}\": write the name in {} as "
                                                       "1Password does, and give the Connect token access to it",
                                                       found->size(), vault, kVaultsField)});
  }
  vault_ids_.insert_or_assign(vault, found->front().id);
  co_return std::move(found->front().id);
}

Task<Result<void>> OnePasswordClient::check_vault(std::string vault) {
  if (looks_like_id(vault)) {
    auto found = co_await connect_.vault(access_, vault);
    if (!found) co_return vault_error(std::move(found).error().prefixed(fmt::format("{}, {}", kVaultsField, vault)));
    co_return Result<void>();
  }
  CO_TRY_VOID(co_await vault_id(std::move(vault)));
  co_return Result<void>();
}

Task<Validation> OnePasswordClient::validate() {
  for (const std::string& vault : vaults_) {
    auto checked = co_await check_vault(vault);
    if (!checked) co_return Validation{Validity::kError, std::move(checked).error()};
  }
  co_return Validation{};
}

// After a list has named it.
Task<Result<ItemPtr>> OnePasswordClient::listed_item(std::string vault_id, std::string id) {
  auto item = co_await connect_.item(access_, std::move(vault_id), id);
  if (!item) co_return item_error(std::move(item).error());
  if (!*item) co_return item_error({Code::kUnavailable, fmt::format("item {} went away while it was read", id)});
  co_return std::move(item);
}

Task<Lookup<ItemPtr>> OnePasswordClient::item_in(std::string vault_id, std::string key) {
  if (looks_like_id(key)) {
    auto item = co_await connect_.item(access_, vault_id, key);
    if (!item) co_return item_error(std::move(item).error());
    if (*item) co_return *std::move(item);
  }
  // Only this list, which a vault that does not exist has not, says that there is no such item.
  auto titled = co_await connect_.items_titled(access_, vault_id, key);
  if (!titled) co_return item_error(std::move(titled).error());
  if (titled->empty()) co_return Absent{"no such item"};
  if (titled->size() > 1) {
    co_return fail(Code::kInvalid,
                   fmt::format("expected one 1Password Item matching: '{}', got {}", key, titled->size()));
  }
  co_return co_await listed_item(std::move(vault_id), titled->front().id);
}

Task<Lookup<ItemPtr>> OnePasswordClient::find_item(std::string key) {
  if (const auto known = items_.find(key); known != items_.end()) co_return known->second;
  for (const std::string& vault : vaults_) {
    CO_TRY(std::string id, co_await vault_id(vault));
    Lookup<ItemPtr> item = co_await item_in(std::move(id), key);
    if (item) items_.insert_or_assign(key, *item);
    if (!item.absent()) co_return std::move(item);
  }
  co_return Absent{fmt::format("key not found in 1Password Vaults: {} in: {}", key, in_words(config_))};
}

Task<Result<SecretMap>> OnePasswordClient::file_contents(ItemPtr item, std::string name) {
  SecretMap contents;
  for (std::size_t i = 0; i < item->files.size(); ++i) {
    const std::string& file = item->files[i].name;
    if ((!name.empty() && file != name) || contents.contains(file)) continue;
    CO_TRY(SecretBytes content, co_await connect_.content(access_, item, i));
    contents.emplace(file, std::move(content));
  }
  co_return std::move(contents);
}

Task<Lookup<SecretBytes>> OnePasswordClient::get_secret(RemoteRef ref) {
  CO_TRY_VOID(refuse_version(ref));
  CO_LOOKUP(const ItemPtr item, co_await find_item(ref.key));
  const Part part = part_of(*item, ref.property);
  if (part.kind == Part::Kind::kField) {
    co_return Lookup<SecretBytes>(field_value(*item, part.name)).of_version(version_of(*item));
  }
  CO_TRY(const std::size_t at, file_at(*item, part.name, ref.property));
  Lookup<SecretBytes> content = co_await connect_.content(access_, item, at);
  co_return std::move(content).of_version(version_of(*item));
}

Task<Lookup<SecretMap>> OnePasswordClient::get_secret_map(RemoteRef ref) {
  CO_TRY_VOID(refuse_version(ref));
  CO_LOOKUP(const ItemPtr item, co_await find_item(ref.key));
  const Part part = part_of(*item, ref.property);
  Lookup<SecretMap> values = part.kind == Part::Kind::kField ? Lookup<SecretMap>(field_values(*item, part.name))
                                                             : co_await file_contents(item, part.name);
  co_return std::move(values).of_version(version_of(*item));
}

Task<Result<std::vector<Summary>>> OnePasswordClient::candidates(std::string vault_id, FindRequest find) {
  const bool by_title = find.path && !find.tags;
  Result<std::vector<Summary>> found;
  if (by_title) {
    found = co_await connect_.items_titled(access_, std::move(vault_id), *find.path);
  } else {
    found = co_await connect_.items(access_, std::move(vault_id));
  }
  if (!found) co_return item_error(std::move(found).error());
  std::erase_if(*found, [&](const Summary& one) {
    return find.tags ? !has_tags(one, *find.tags) : by_title && one.title != *find.path;
  });
  co_return std::move(found);
}

// Files before fields.
Task<Result<void>> OnePasswordClient::collect(ItemPtr item, Finding& finding) {
  for (std::size_t i = 0; i < item->files.size(); ++i) {
    const std::string& name = item->files[i].name;
    if (!finding.names.wants(name) || finding.values.contains(name)) continue;
    CO_TRY(SecretBytes content, co_await connect_.content(access_, item, i));
    CO_TRY_VOID(finding.values.put(name, std::move(content)));
  }
  for (const ItemField& field : item->fields) {
    if (!finding.names.wants(field.label)) continue;
    CO_TRY_VOID(check_unique(*item, field.label));
    if (finding.values.contains(field.label)) continue;
    CO_TRY_VOID(finding.values.put(field.label, field.value.value));
  }
  co_return Result<void>();
}

Task<Lookup<SecretMap>> OnePasswordClient::get_all(FindRequest find) {
  CO_TRY(NameFilter names, NameFilter::make(find.name_regexp));
  Finding finding{std::move(names), {}};
  for (const std::string& vault : vaults_) {
    CO_TRY(const std::string id, co_await vault_id(vault));
    CO_TRY(const std::vector<Summary> found, co_await candidates(id, find));
    for (const Summary& one : found) {
      CO_TRY(ItemPtr item, co_await listed_item(id, one.id));
      CO_TRY_VOID(co_await collect(std::move(item), finding));
    }
  }
  co_return std::move(finding.values).take();
}

}  // namespace rotor::providers::onepassword
