// dataFrom.find: folders are listed down from where the search begins, several at a time.
#include <algorithm>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/quote.hpp"
#include "base/side_by_side.hpp"
#include "providers/common/name_filter.hpp"
#include "providers/common/property.hpp"
#include "providers/vault/client.hpp"
#include "providers/vault/kv.hpp"
#include "providers/vault/paths.hpp"

namespace rotor::providers::vault {
namespace {

constexpr std::size_t kAtOnce = 8;
constexpr std::size_t kManyNames = 1000;
constexpr std::size_t kMostNames = 100'000;
constexpr std::size_t kMostFolders = 10'000;  // a server that always answers one more must not keep us for ever

// With such a segment a path would be another one by the time it reaches the engine.
bool leads_elsewhere(std::string_view name) {
  const std::string_view segment = name.ends_with('/') ? name.substr(0, name.size() - 1) : name;
  return segment.empty() || segment == "." || segment == "..";
}

bool carries_all(const SecretMap& metadata, const kube::StringMap& tags) {
  return std::ranges::all_of(tags, [&](const auto& tag) {
    const auto it = metadata.find(tag.first);
    return it != metadata.end() && it->second.reveal() == tag.second;
  });
}

}  // namespace

struct VaultClient::Listing {
  std::vector<std::string> names{};
  std::vector<Folder> below{};
  std::optional<std::string> gone{};  // the path of a folder of which the server says that nothing is there
};

Task<Result<void>> VaultClient::list_folder(Folder folder, Listing& listing) {
  Ask list{.name = "ListSecrets", .path = folder.list, .query = "list=true", .may_be_nothing = true};
  Result<net::Response> response = co_await session_->call(std::move(list));
  if (!response) co_return std::unexpected(std::move(response).error().prefixed("cannot read secret data from Vault"));
  const Lookup<std::vector<std::string>> keys = read_names(*response);
  if (keys.failed()) co_return std::unexpected(keys.error());
  if (keys.absent()) {
    listing.gone = folder.list;
    co_return Result<void>();
  }
  for (const std::string& key : *keys) {
    if (leads_elsewhere(key)) {
      log::warn("a name in Vault cannot be read and is left out", {{"path", folder.list}, {"name", go_quote(key)}});
    } else if (key.ends_with('/')) {
      listing.below.push_back({folder.prefix + key, folder.list + "/" + key});
    } else {
      listing.names.push_back(folder.prefix + key);
    }
  }
  if (listing.names.size() + listing.below.size() > kMostNames) {
    co_return fail(Code::kInvalid,
                   fmt::format("find: more than {} names; narrow find.path to a part of the mount", kMostNames));
  }
  co_return Result<void>();
}

Task<Result<void>> VaultClient::look_through(Folder root, Listing& listing) {
  std::vector<Folder> level{std::move(root)};
  for (std::size_t seen = 0; !level.empty() && !listing.gone;) {
    seen += level.size();
    if (seen > kMostFolders) {
      co_return fail(Code::kInvalid,
                     fmt::format("find: more than {} folders; narrow find.path to a part of the mount", kMostFolders));
    }
    CO_TRY_VOID(
        co_await side_by_side(level.size(), kAtOnce, [&](std::size_t i) { return list_folder(level[i], listing); }));
    level = std::exchange(listing.below, {});
  }
  co_return Result<void>();
}

Task<Lookup<std::vector<std::string>>> VaultClient::all_names(Folder root) {
  Listing listing;
  CO_TRY_VOID(co_await look_through(root, listing));
  // What goes while it is searched takes nothing else with it: the rest is looked at anew, once.
  if (listing.gone && *listing.gone != root.list) {
    listing = {};
    CO_TRY_VOID(co_await look_through(root, listing));
  }
  // Once more means a busy folder, not that nothing is there: what else was found must not be taken for gone.
  if (listing.gone && *listing.gone != root.list) {
    co_return fail(Code::kUnavailable, fmt::format("folders come and go while they are searched: there was nothing any "
                                                   "more at \"{}\"; narrow find.path to what stays",
                                                   *listing.gone));
  }
  if (listing.gone || listing.names.empty()) CO_TRY_VOID(co_await confirm_absence(root.list));
  if (listing.gone) co_return Absent{fmt::format("Secret does not exist: there is nothing at \"{}\"", *listing.gone)};
  std::ranges::sort(listing.names);
  co_return std::move(listing.names);
}

Task<Result<void>> VaultClient::check_tags(std::string name, const kube::StringMap& tags, bool& carries) {
  CO_TRY(std::string path, found_metadata_path(config_, name));
  Lookup<SecretMap> metadata = co_await this->metadata(std::move(path));
  if (metadata.absent()) co_return fail(Code::kInvalid, fmt::format("{}: {}", metadata.absence().what, name));
  if (metadata.failed()) co_return std::unexpected(metadata.error());
  carries = carries_all(*metadata, tags);
  co_return Result<void>();
}

Task<Result<std::vector<std::string>>> VaultClient::with_tags(std::vector<std::string> names, kube::StringMap tags) {
  const auto marks = std::make_unique<bool[]>(names.size());
  CO_TRY_VOID(co_await side_by_side(names.size(), kAtOnce,
                                    [&](std::size_t i) { return check_tags(names[i], tags, marks[i]); }));
  std::vector<std::string> carrying;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (marks[i]) carrying.push_back(std::move(names[i]));
  }
  co_return std::move(carrying);
}

// What is deleted is still listed; it is left out.
Task<Result<void>> VaultClient::read_found(std::string name, FoundValues& found) {
  CO_TRY(std::string path, found_data_path(config_, name));
  const Lookup<DocumentPtr> got = co_await document(std::move(path), "");
  if (got.absent()) co_return Result<void>();
  if (got.failed()) co_return std::unexpected(got.error());
  Lookup<SecretBytes> value = property_of(tmpl::LookupRule::kKeyThenRewritten, (*got)->text, "", "");
  if (!value) co_return fail(Code::kInvalid, fmt::format("{}: invalid JSON format", name));
  co_return found.put(std::move(name), *std::move(value));
}

Task<Lookup<SecretMap>> VaultClient::get_all(FindRequest find) {
  if (!session_) {
    co_return fail(Code::kInvalid,
                   "the store's credentials depend on the namespace of its consumer, and there is none");
  }
  if (find.tags && config_.v1()) {
    co_return fail(Code::kInvalid, "cannot perform find by tag operations with kv version v1");
  }
  CO_TRY(const NameFilter filter, NameFilter::make(find.name_regexp));
  CO_TRY(SearchRoot root, search_root(config_, find.path.value_or("")));
  CO_LOOKUP(std::vector<std::string> names, co_await all_names({std::move(root.prefix), std::move(root.list)}));
  std::erase_if(names, [&](const std::string& name) { return !filter.wants(name); });
  if (names.size() > kManyNames) {
    log::warn("a search in Vault reads many secrets one by one",
              {{"server", config_.server}, {"path", find.path.value_or("")}, {"secrets", names.size()}});
  }
  if (!find.name_regexp && find.tags) {
    CO_TRY(names, co_await with_tags(std::move(names), *find.tags));
  }
  FoundValues found;
  CO_TRY_VOID(co_await side_by_side(names.size(), kAtOnce, [&](std::size_t i) { return read_found(names[i], found); }));
  co_return std::move(found).take();
}

}  // namespace rotor::providers::vault
