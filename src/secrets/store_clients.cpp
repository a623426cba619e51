#include "secrets/store_clients.hpp"

#include <fmt/format.h>

#include "admission/store.hpp"
#include "secrets/schedule/identity.hpp"

namespace rotor::secrets {

using api::es::StoreRef;
using providers::SecretsClient;

namespace {

// What the administrator says, else what the store's back end can be asked.
CallBudget budget_of(const Parts& parts, const StoreView& view) {
  if (parts.options.store_calls) return CallBudget::of(*parts.options.store_calls);
  const auto store = provider_store(view);
  const auto provider = store ? admission::provider_of(parts.registry, *store) : std::unexpected(store.error());
  return provider ? CallBudget::of((*provider)->calls_per_second(*store)) : CallBudget();
}

}  // namespace

Task<Result<SecretsClient*>> StoreClients::get(StoreRef ref) {
  const std::string kind = store_kind(ref);
  const StoreViewPtr store = p_.world.find(kind, consumer_ns_, ref.name);
  if (ref.name.empty()) {
    co_return fail(Code::kInvalid,
                   fmt::format("could not get {} \"\", no store is named: set spec.secretStoreRef.name, or "
                               "sourceRef.storeRef.name of this item",
                               kind));
  }
  if (!store && kind == providers::kClusterSecretStoreKind && !p_.options.cluster_stores) {
    co_return fail(Code::kInvalid, fmt::format("could not get {} \"{}\", this operator serves none: it runs with "
                                               "--enable-cluster-store-reconciler=false",
                                               kind, ref.name));
  }
  if (!store) {
    co_return fail(Code::kInvalid, fmt::format("could not get {} \"{}\", it does not exist{}", kind, ref.name,
                                               kind == providers::kClusterSecretStoreKind
                                                   ? std::string()
                                                   : fmt::format(" in namespace \"{}\"", consumer_ns_)));
  }
  if (!managed_by(*store, p_.options.controller_class))
    co_return fail(Code::kInvalid, "can not reference unmanaged store");
  CO_TRY_VOID(co_await check_allowed(store));
  if (p_.options.flood_gate && !store->ready()) {
    co_return fail(Code::kUnavailable, fmt::format("{} \"{}\" is not ready", kind, ref.name));
  }
  const std::string id = kind + "/" + ref.name;
  if (const auto it = clients_.find(id); it != clients_.end()) co_return it->second.get();
  SharedReads::Consumer consumer{name_of(*store), identity_of(*store, consumer_ns_), wanted_,
                                 [p = &p_, store] { return budget_of(*p, *store); }};
  auto client = std::make_unique<SharedClient>(
      p_.reads, p_.clock, std::move(consumer), [this, id, store] { return open(id, store); }, taken_);
  co_return clients_.emplace(id, std::move(client)).first->second.get();
}

Task<Result<void>> StoreClients::check_allowed(StoreViewPtr store) {
  if (!store->cluster() || store->spec.conditions.empty()) co_return Result<void>();
  kube::StringMap labels;
  if (needs_namespace_labels(*store)) {
    auto answer = co_await p_.world.namespace_labels(consumer_ns_);
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

Task<Result<HeldClientPtr>> StoreClients::open(std::string id, StoreViewPtr view) {
  Opening& opening = opened_[std::move(id)];  // stays where it is until close()
  const auto turn = co_await Turn::take(opening.turn);
  if (opening.client) co_return opening.client;
  CO_TRY(providers::Store store, provider_store(*view));
  CO_TRY(providers::Provider* const provider, admission::provider_of(p_.registry, store));
  providers::StoreContext context{std::move(store), consumer_ns_, p_.gate, p_.options.allow_controller_identity};
  std::string identity = identity_of(*view, consumer_ns_);
  auto held = std::make_shared<HeldClient>();
  CO_TRY(held->client, co_await p_.clients.open(*provider, std::move(identity), std::move(context), wanted_.patient));
  co_return opening.client = std::move(held);
}

Task<> StoreClients::close() {
  for (const auto& [name, opening] : opened_) {
    if (opening.client.use_count() == 1) co_await opening.client->client->close();  // else whoever has it last
  }
  opened_.clear();
  clients_.clear();
}

}  // namespace rotor::secrets
