#include "secrets/fetch.hpp"

#include <fmt/format.h>

#include "api/core/config_map.hpp"
#include "api/core/secret.hpp"
#include "secrets/items.hpp"

namespace rotor::secrets {
namespace {

using api::es::Data;
using api::es::DataFrom;
using api::es::ExternalSecret;
using api::es::RemoteRef;
using api::es::StoreRef;
using providers::Lookup;
using providers::SecretsClient;

StoreRef effective_ref(const ExternalSecret& es, const std::optional<api::es::SourceRef>& source) {
  if (source && source->store_ref) return *source->store_ref;
  return es.spec.secret_store_ref.value_or(StoreRef{});
}

Task<Lookup<SecretMap>> extract(ClientSource& clients, StoreRef store, RemoteRef ref) {
  CO_TRY(SecretsClient* const client, co_await clients.get(std::move(store)));
  co_return co_await client->get_secret_map(std::move(ref));
}

Task<Lookup<SecretBytes>> single(ClientSource& clients, StoreRef store, RemoteRef ref) {
  CO_TRY(SecretsClient* const client, co_await clients.get(std::move(store)));
  co_return co_await client->get_secret(std::move(ref));
}

Task<Result<SecretMap>> fetch_source(kube::Client& client, std::string ns, SourceName name) {
  kube::Key key{std::move(ns), std::move(name.name)};
  if (name.kind == SourceName::Kind::kSecret) {
    CO_TRY(api::Secret secret, co_await kube::get<api::Secret>(client, std::move(key)));
    co_return std::move(secret.data);
  }
  CO_TRY(const api::ConfigMap map, co_await kube::get<api::ConfigMap>(client, std::move(key)));
  SecretMap texts;
  for (const auto& [item, text] : map.data) texts.emplace(item, SecretBytes(text));
  co_return std::move(texts);
}

// Absence stays absence.
providers::NoValue with_item(providers::NoValue none, const std::string& item) {
  if (auto* absent = std::get_if<providers::Absent>(&none)) return providers::Absent{about_item(absent->what, item)};
  return in_item(std::get<Error>(std::move(none)), item);
}

}  // namespace

Task<Result<SecretsClient*>> StoreClients::get(StoreRef ref) {
  const std::string kind = store_kind(ref);
  const StoreViewPtr store = stores_.find(kind, consumer_ns_, ref.name);
  if (!store) {
    co_return fail(Code::kInvalid, fmt::format("could not get {} \"{}\", it does not exist{}", kind, ref.name,
                                               kind == providers::kClusterSecretStoreKind
                                                   ? std::string()
                                                   : fmt::format(" in namespace \"{}\"", consumer_ns_)));
  }
  if (!managed_by(*store, options_.controller_class))
    co_return fail(Code::kInvalid, "can not reference unmanaged store");
  CO_TRY_VOID(co_await check_allowed(store));
  if (options_.flood_gate && !store->ready()) {
    co_return fail(Code::kUnavailable, fmt::format("{} \"{}\" is not ready", kind, ref.name));
  }
  const std::string id = kind + "/" + ref.name;
  if (const auto it = clients_.find(id); it != clients_.end()) co_return it->second.get();
  CO_TRY(std::unique_ptr<SecretsClient> opened, co_await open(store));
  co_return clients_.emplace(id, std::move(opened)).first->second.get();
}

Task<Result<void>> StoreClients::check_allowed(StoreViewPtr store) {
  if (!store->cluster() || store->spec.conditions.empty()) co_return Result<void>();
  kube::StringMap labels;
  if (needs_namespace_labels(*store)) {
    auto answer = co_await stores_.namespace_labels(consumer_ns_);
    if (!answer) {
      co_return std::unexpected(
          std::move(answer).error().prefixed(fmt::format("failed to get a namespace \"{}\"", consumer_ns_)));
    }
    labels = *std::move(answer);
  }
  if (allows_namespace(*store, consumer_ns_, labels)) co_return Result<void>();
  co_return fail(Code::kDenied,
                 fmt::format("using cluster store \"{}\" is not allowed from namespace \"{}\": denied by "
                             "spec.condition",
                             store->metadata.name, consumer_ns_));
}

Task<Result<std::unique_ptr<SecretsClient>>> StoreClients::open(StoreViewPtr view) {
  CO_TRY(providers::Store store, provider_store(*view));
  CO_TRY(providers::Provider* const provider, provider_of(registry_, store));
  providers::StoreContext context{std::move(store), consumer_ns_, gate_, options_.allow_controller_identity};
  auto client = co_await provider->make_client(std::move(context));
  co_return std::move(client);
}

Task<> StoreClients::close() {
  for (auto& [name, client] : clients_) co_await client->close();
  clients_.clear();
}

Task<Lookup<Fetched>> fetch_all(ClientSource& clients, std::shared_ptr<const ExternalSecret> es) {
  Fetched all;
  for (std::size_t i = 0; i < es->spec.data_from.size(); ++i) {
    const DataFrom& from = es->spec.data_from[i];
    SecretMap& values = all.data_from.emplace_back();
    if (!from.extract) continue;
    auto answer = co_await extract(clients, effective_ref(*es, from.source_ref), *from.extract);
    if (!answer) co_return with_item(std::move(answer).none(), extract_item(i));
    values = *std::move(answer);
  }
  for (std::size_t i = 0; i < es->spec.data.size(); ++i) {
    const Data& item = es->spec.data[i];
    auto answer = co_await single(clients, effective_ref(*es, item.source_ref), item.remote_ref);
    if (!answer) co_return with_item(std::move(answer).none(), data_item(i, item));
    all.data.push_back(*std::move(answer));
  }
  co_return std::move(all);
}

// Read anew on every pass: what templates are read from is not watched, its change waits for the next refresh.
Task<Result<TemplateSources>> fetch_sources(kube::Client& client, std::string ns, std::vector<SourceName> names) {
  TemplateSources sources;
  for (const SourceName& name : names) {
    auto texts = co_await fetch_source(client, ns, name);
    if (texts) {
      sources.emplace(name, *std::move(texts));
    } else if (texts.error().code != Code::kNotFound) {
      co_return std::unexpected(std::move(texts).error().prefixed("error fetching templateFrom data"));
    }
  }
  co_return std::move(sources);
}

}  // namespace rotor::secrets
