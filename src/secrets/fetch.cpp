#include "secrets/fetch.hpp"

#include <fmt/format.h>

#include "template/keys.hpp"

namespace rotor::secrets {
namespace {

using api::es::Data;
using api::es::DataFrom;
using api::es::ExternalSecret;
using api::es::StoreRef;
using providers::SecretsClient;

StoreRef effective_ref(const ExternalSecret& es, const std::optional<api::es::SourceRef>& source) {
  if (source && source->store_ref) return *source->store_ref;
  return es.spec.secret_store_ref.value_or(StoreRef{});
}

constexpr std::string_view kKeyTip = "invalid secret keys (TIP: use rewrite or conversionStrategy to change keys)";

template <class T>
Result<T> in_step(Result<T> result, std::string_view step) {
  if (!result) return std::unexpected(std::move(result).error().prefixed(step));
  return result;
}

std::string converting(std::string_view strategy) {
  return fmt::format("error applying conversion strategy {} to keys", strategy.empty() ? "Default" : strategy);
}
std::string decoding(std::string_view strategy) {
  return fmt::format("error applying decoding strategy {} to data", strategy);
}

Result<SecretMap> finish_map(SecretMap values, const api::es::RemoteRef& ref) {
  TRY(values,
      in_step(tmpl::convert_keys(std::move(values), ref.conversion_strategy), converting(ref.conversion_strategy)));
  TRY(values, in_step(tmpl::check_keys(std::move(values)), kKeyTip));
  TRY(values, in_step(tmpl::decode_values(std::move(values), ref.decoding_strategy), decoding(ref.decoding_strategy)));
  TRY_VOID(tmpl::check_null_bytes(values, ref.null_byte_policy));
  return values;
}

Task<Result<SecretMap>> extract(StoreClients& clients, StoreRef store, api::es::RemoteRef ref) {
  CO_TRY(SecretsClient* const client, co_await clients.get(std::move(store)));
  CO_TRY(SecretMap values, co_await client->get_secret_map(ref));
  co_return finish_map(std::move(values), ref);
}

Task<Result<SecretBytes>> single(StoreClients& clients, StoreRef store, std::string secret_key,
                                 api::es::RemoteRef ref) {
  CO_TRY(SecretsClient* const client, co_await clients.get(std::move(store)));
  CO_TRY(SecretBytes value, co_await client->get_secret(ref));
  CO_TRY(value, in_step(tmpl::decode_value(std::move(value), ref.decoding_strategy), decoding(ref.decoding_strategy)));
  CO_TRY_VOID(tmpl::check_null_bytes(secret_key, value, ref.null_byte_policy));
  co_return std::move(value);
}

Error with_item(Error error, const std::string& item) {
  error.message = fmt::format("error processing {}, err: {}", item, error.message);
  return error;
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
      Error error = std::move(answer).error();
      if (error.code == Code::kNotFound) error.code = Code::kInvalid;
      co_return std::unexpected(
          std::move(error).prefixed(fmt::format("failed to get a namespace \"{}\"", consumer_ns_)));
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
  // A login that says "not found" (a role, a credential) says nothing about the secret.
  if (!client && client.error().code == Code::kNotFound) client.error().code = Code::kInvalid;
  co_return std::move(client);
}

Task<> StoreClients::close() {
  for (auto& [name, client] : clients_) co_await client->close();
  clients_.clear();
}

Task<Result<SecretMap>> fetch_values(StoreClients& clients, std::shared_ptr<const ExternalSecret> es) {
  SecretMap all;
  for (std::size_t i = 0; i < es->spec.data_from.size(); ++i) {
    const DataFrom& from = es->spec.data_from[i];
    if (!from.extract) continue;
    StoreRef store = effective_ref(*es, from.source_ref);
    auto values = co_await extract(clients, std::move(store), *from.extract);
    if (!values) {
      co_return std::unexpected(with_item(std::move(values).error(), fmt::format("spec.dataFrom[{}].extract", i)));
    }
    for (auto& [key, value] : *values) all.insert_or_assign(key, std::move(value));
  }
  for (std::size_t i = 0; i < es->spec.data.size(); ++i) {
    const Data& item = es->spec.data[i];
    StoreRef store = effective_ref(*es, item.source_ref);
    auto value = co_await single(clients, std::move(store), item.secret_key, item.remote_ref);
    if (!value) {
      co_return std::unexpected(
          with_item(std::move(value).error(), fmt::format("spec.data[{}] (key: {})", i, item.remote_ref.key)));
    }
    all.insert_or_assign(item.secret_key, *std::move(value));
  }
  co_return std::move(all);
}

}  // namespace rotor::secrets
