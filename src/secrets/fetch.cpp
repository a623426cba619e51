#include "secrets/fetch.hpp"

#include "api/core/config_map.hpp"
#include "api/core/secret.hpp"
#include "base/side_by_side.hpp"
#include "secrets/items.hpp"

namespace rotor::secrets {
namespace {

using api::es::Data;
using api::es::DataFrom;
using api::es::RemoteRef;
using api::es::StoreRef;
using providers::Lookup;
using providers::SecretsClient;

Task<Lookup<SecretMap>> extract(ClientSource& clients, StoreRef store, RemoteRef ref) {
  CO_TRY(SecretsClient* const client, co_await clients.get(std::move(store)));
  co_return co_await client->get_secret_map(std::move(ref));
}

providers::FindRequest request_of(const api::es::Find& find) {
  providers::FindRequest request;
  request.path = find.path;
  if (find.name) request.name_regexp = find.name->regexp;
  request.tags = find.tags;
  request.conversion_strategy = find.conversion_strategy;
  return request;
}

Task<Lookup<SecretMap>> find(ClientSource& clients, StoreRef store, api::es::Find wanted) {
  CO_TRY(SecretsClient* const client, co_await clients.get(std::move(store)));
  auto found = co_await client->get_all(request_of(wanted));
  if (found.failed()) co_return std::unexpected(Error(found.error()).prefixed("error getting all secrets"));
  co_return std::move(found);
}

// An entry with a store alone gives nothing; generators come when everything is read.
Task<Lookup<SecretMap>> fetch_map(ClientSource& clients, StoreRef store, DataFrom from) {
  if (from.find) co_return co_await find(clients, std::move(store), *std::move(from.find));
  if (from.extract) co_return co_await extract(clients, std::move(store), *std::move(from.extract));
  co_return SecretMap{};
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

Task<Result<void>> read_item(ClientSource& clients, const ExternalSecret& es, std::size_t i, Answers& answers) {
  const std::size_t maps = es.spec.data_from.size();
  if (i < maps) {
    const DataFrom& from = es.spec.data_from[i];
    answers.data_from[i] = co_await fetch_map(clients, store_of_item(es, from.source_ref), from);
    co_return goes_on(es, answers.data_from[i]);
  }
  const Data& item = es.spec.data[i - maps];
  answers.data[i - maps] = co_await single(clients, store_of_item(es, item.source_ref), item.remote_ref);
  co_return goes_on(es, answers.data[i - maps]);
}

// Only when everything is read: what is made for an object that comes to nothing is lost, or left to be revoked.
Task<> generate_items(GeneratorSource& generators, const ExternalSecret& es, Answers& answers) {
  for (std::size_t i = 0; i < es.spec.data_from.size(); ++i) {
    const DataFrom& from = es.spec.data_from[i];
    if (!generates(from)) continue;
    answers.data_from[i] = co_await generators.generate(*from.source_ref->generator_ref, i);
    if (!goes_on(es, answers.data_from[i])) co_return;
  }
}

}  // namespace

Task<Lookup<Fetched>> fetch_all(ClientSource& clients, GeneratorSource& generators, ExternalSecretPtr es) {
  Answers answers{std::vector<Lookup<SecretMap>>(es->spec.data_from.size(), SecretMap{}),
                  std::vector<Lookup<SecretBytes>>(es->spec.data.size())};
  const std::size_t items = answers.data_from.size() + answers.data.size();
  const auto read = co_await side_by_side(items, clients.at_once(),
                                          [&](std::size_t i) { return read_item(clients, *es, i, answers); });
  if (read) co_await generate_items(generators, *es, answers);
  co_return assembled(*es, std::move(answers));
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
