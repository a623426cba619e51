// AWS Secrets Manager: its dialect, and how secrets are found in it.
#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "providers/aws/secrets_manager_search.hpp"
#include "providers/aws/secrets_manager_wire.hpp"
#include "providers/aws/store_reader.hpp"
#include "providers/common/found_values.hpp"
#include "providers/common/name_filter.hpp"

namespace rotor::providers::aws {
namespace {

using Names = std::vector<std::string>;

constexpr std::string_view kWithoutValue = "invalid secret received. no secret string nor binary for key";

Result<void> keep(FoundValues& into, std::string name, Value value) {
  if (value.empty()) return fail(Code::kInvalid, fmt::format("{}: {}", kWithoutValue, name));
  return into.put(std::move(name), value.text ? *std::move(value.text) : *std::move(value.binary));
}

// One call each, added to what is there. One that vanished meanwhile, or has no current value, is left out.
Task<Result<SecretMap>> read_each(ApiClient& api, Names names, FoundValues all) {
  for (const std::string& name : names) {
    Lookup<SecretBytes> answer = co_await api.call("GetSecretValue", secret_value_request(name, ""));
    if (answer.absent()) continue;
    if (answer.failed()) co_return std::unexpected(Error(answer.error()).prefixed("reading " + name));
    CO_TRY(Value value, read_secret_value(*answer));
    CO_TRY_VOID(keep(all, name, std::move(value)));
  }
  co_return std::move(all).take();
}

// What batches gave, and the names they were silent or unhappy about: a call of its own gives each its own error.
struct Batches {
  FoundValues values{};
  Names unread{};
};

Task<Result<SecretMap>> complete(ApiClient& api, Batches batches) {
  co_return co_await read_each(api, std::move(batches.unread), std::move(batches.values));
}

Result<void> take_named(const SecretBytes& answer, std::span<const std::string> asked, Batches& batches) {
  TRY(ValuePage page, read_value_page(answer));
  std::set<std::string> settled(page.gone.begin(), page.gone.end());
  for (NamedValue& found : page.values) {
    settled.insert(found.name);
    TRY_VOID(keep(batches.values, std::move(found.name), std::move(found.value)));
  }
  std::ranges::copy_if(asked, std::back_inserter(batches.unread),
                       [&](const std::string& name) { return !settled.contains(name); });
  return {};
}

Result<std::string> take_page(const SecretBytes& answer, const NameFilter& wanted, Batches& batches) {
  TRY(ValuePage page, read_value_page(answer));
  for (NamedValue& found : page.values) {
    if (wanted.wants(found.name)) TRY_VOID(keep(batches.values, std::move(found.name), std::move(found.value)));
  }
  std::ranges::copy_if(page.unread, std::back_inserter(batches.unread),
                       [&](const std::string& name) { return wanted.wants(name); });
  return std::move(page.next_token);
}

// Up to twenty secrets a call; without the permission for that, one.
Task<Result<SecretMap>> read_named(ApiClient& api, Names names) {
  Batches batches;
  bool allowed = names.size() > 1;
  for (std::size_t at = 0; at < names.size(); at += kSecretsPerBatch) {
    const std::span<const std::string> some =
        std::span(names).subspan(at, std::min(kSecretsPerBatch, names.size() - at));
    if (allowed) {
      const Lookup<SecretBytes> answer = co_await api.call("BatchGetSecretValue", batch_request(some));
      if (answer) {
        CO_TRY_VOID(take_named(*answer, some, batches));
        continue;
      }
      if (answer.failed() && answer.error().code != Code::kDenied) co_return std::unexpected(answer.error());
      allowed = answer.absent();  // said of the whole batch, it says nothing about any one
    }
    batches.unread.insert(batches.unread.end(), some.begin(), some.end());
  }
  co_return co_await complete(api, std::move(batches));
}

// Absent: one of the secrets that match is gone, and the service answers none of its page for that.
Task<Lookup<Batches>> read_filtered(ApiClient& api, Filters filters, NameFilter wanted) {
  Batches batches;
  CO_LOOKUP([[maybe_unused]] const auto all,
            co_await api.pages(
                "BatchGetSecretValue", [&](std::string_view token) { return batch_request(filters, token); },
                [&](const SecretBytes& answer) { return take_page(answer, wanted, batches); }));
  co_return std::move(batches);
}

Task<Result<Names>> list_names(ApiClient& api, Search search, NameFilter wanted) {
  Names names;
  CO_TRY_VOID(required(co_await api.pages(
      "ListSecrets", [&](std::string_view token) { return list_secrets_request(search.filters, token); },
      [&](const SecretBytes& answer) -> Result<std::string> {
        TRY(SecretPage page, read_secret_page(answer));
        for (ListedSecret& secret : page.secrets) {
          if (wanted.wants(secret.name) && matches(search, secret)) names.push_back(std::move(secret.name));
        }
        return std::move(page.next_token);
      })));
  co_return std::move(names);
}

Task<Result<SecretMap>> find_secrets(ApiClient& api, FindRequest wanted) {
  CO_TRY(Search search, plan_search(wanted));
  CO_TRY(NameFilter filter, NameFilter::make(wanted.name_regexp));
  if (search.reads_at_once) {
    Lookup<Batches> batches = co_await read_filtered(api, search.filters, std::move(filter));
    if (batches) co_return co_await complete(api, *std::move(batches));
    // Who may not do that may still list and read, and a list leaves out what was deleted.
    if (batches.failed() && batches.error().code != Code::kDenied) co_return std::unexpected(batches.error());
    CO_TRY(filter, NameFilter::make(wanted.name_regexp));
  }
  CO_TRY(Names names, co_await list_names(api, std::move(search), std::move(filter)));
  co_return co_await read_named(api, std::move(names));
}

}  // namespace

const Dialect kSecretsManager = {
    .api = {Service::kSecretsManager, "AWS/SecretsManager", "secretsmanager.", 5000},
    .thing = "Secret",
    .get = "GetSecretValue",
    .get_request = secret_value_request,
    .read_value = read_secret_value,
    .without_value = kWithoutValue,
    .batch = kSecretBatch,
    .get_tags = "DescribeSecret",
    .tags_request = describe_secret_request,
    .read_tags = read_secret_tags,
    .tags_failed = "",
    .find = find_secrets,
};

}  // namespace rotor::providers::aws
