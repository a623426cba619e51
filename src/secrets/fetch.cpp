#include "secrets/fetch.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "api/core/config_map.hpp"
#include "api/core/secret.hpp"
#include "secrets/items.hpp"
#include "secrets/policies.hpp"
#include "secrets/store_view.hpp"

namespace rotor::secrets {
namespace {

using api::es::Data;
using api::es::DataFrom;
using api::es::RemoteRef;
using api::es::SourceVersion;
using api::es::StoreRef;
using providers::Lookup;
using providers::SecretsClient;

// A search answers of many secrets at once and says of none which version it is.
template <class T>
SourceVersion source_of(const StoreRef& store, const RemoteRef& ref, const Lookup<T>& answer) {
  if (!answer) return {};
  std::string version = api::es::fit_version(answer.version());
  if (version.empty()) return {};
  return {fmt::format("{}/{}", store_kind(store), store.name), ref.key, std::move(version)};
}

StoreRef effective_ref(const ExternalSecret& es, const std::optional<api::es::SourceRef>& source) {
  if (source && source->store_ref) return *source->store_ref;
  return es.spec.secret_store_ref.value_or(StoreRef{});
}

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

// An entry with a store alone gives nothing.
Task<Lookup<SecretMap>> fetch_map(ClientSource& clients, GeneratorSource& generators, StoreRef store, DataFrom from,
                                  std::size_t i) {
  if (from.find) co_return co_await find(clients, std::move(store), *std::move(from.find));
  if (from.extract) co_return co_await extract(clients, std::move(store), *std::move(from.extract));
  if (generates(from)) {
    co_return co_await generators.generate(*std::move(from.source_ref->generator_ref), i);
  }
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

// The texts that people know say dataFrom of an item of spec.data too; the note names the field it is.
Gap absent_gap(std::string_view list, std::size_t i, const std::string& key, const std::string& what) {
  const std::string which = key.empty() ? fmt::format("[{}]", i) : fmt::format("[{}] (key={})", i, key);
  return {fmt::format("secret does not exist at provider using spec.dataFrom{}", which),
          fmt::format("{}{}: {}", list, which, what)};
}

Gap empty_search(std::size_t i, const api::es::Find& wanted) {
  return {"", fmt::format("spec.dataFrom[{}].find matched nothing: {}", i, wanted_text(wanted))};
}

template <class T>
void note_altered(const Lookup<T>& answer, const std::string& item, std::vector<std::string>& altered) {
  if (answer && !answer.altered().empty()) altered.push_back(fmt::format("{}: {}", item, answer.altered()));
}

// Absence stays absence.
providers::NoValue with_item(providers::NoValue none, const std::string& item) {
  if (auto* absent = std::get_if<providers::Absent>(&none)) return providers::Absent{about_item(absent->what, item)};
  return in_item(std::get<Error>(std::move(none)), item);
}

}  // namespace

std::vector<SourceVersion> Fetched::sources() const {
  std::vector<SourceVersion> out;
  for (const auto* items : {&data_from_sources, &data_sources}) {
    std::ranges::copy_if(*items, std::back_inserter(out), [](const auto& source) { return !source.version.empty(); });
  }
  return out;
}

Task<Lookup<Fetched>> fetch_all(ClientSource& clients, GeneratorSource& generators, ExternalSecretPtr es) {
  Fetched all;
  for (std::size_t i = 0; i < es->spec.data_from.size(); ++i) {
    const DataFrom& from = es->spec.data_from[i];
    const StoreRef store = effective_ref(*es, from.source_ref);
    auto answer = co_await fetch_map(clients, generators, store, from, i);
    const bool left_out = answer.absent() && !retains(*es);
    if (left_out) {
      all.gaps.push_back(absent_gap("spec.dataFrom", i, {}, answer.absence().what));
      answer = SecretMap{};
    }
    if (!answer) co_return with_item(std::move(answer).none(), map_item(from, i));
    if (from.find && answer->empty() && !left_out) all.gaps.push_back(empty_search(i, *from.find));
    note_altered(answer, map_item(from, i), all.altered);
    all.data_from_sources.push_back(from.extract && !from.find ? source_of(store, *from.extract, answer)
                                                               : SourceVersion{});
    all.data_from.push_back(*std::move(answer));
  }
  for (std::size_t i = 0; i < es->spec.data.size(); ++i) {
    const Data& item = es->spec.data[i];
    const StoreRef store = effective_ref(*es, item.source_ref);
    auto answer = co_await single(clients, store, item.remote_ref);
    all.data_sources.push_back(source_of(store, item.remote_ref, answer));
    if (answer.absent() && !retains(*es)) {
      all.gaps.push_back(absent_gap("spec.data", i, item.remote_ref.key, answer.absence().what));
      all.data.emplace_back();
      continue;
    }
    if (!answer) co_return with_item(std::move(answer).none(), data_item(i, item));
    note_altered(answer, data_item(i, item), all.altered);
    all.data.emplace_back(*std::move(answer));
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
