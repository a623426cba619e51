#include "secrets/material.hpp"

#include <fmt/format.h>

#include "secrets/inputs.hpp"
#include "secrets/policies.hpp"
#include "secrets/store_clients.hpp"

namespace rotor::secrets {
namespace {

Task<providers::Lookup<Fetched>> ask_stores(Parts parts, ExternalSecretPtr es, Freshness wanted) {
  StoreClients clients(parts, es->metadata.ns, wanted);
  auto fetched = co_await fetch_all(clients, es);
  co_await clients.close();
  co_return std::move(fetched);
}

}  // namespace

Task<Synced<Material>> gather_material(Parts parts, ExternalSecretPtr es, Freshness wanted) {
  Material out;
  if (is_generic(*es)) {
    auto place = co_await read_manifest(parts, es);
    if (!place) co_return std::unexpected(std::move(place).error());
    out.manifest = *std::move(place);
    if (const LiveObject* there = out.manifest->there()) out.live = std::make_shared<const Target>(there->target);
  }
  auto fetched = co_await ask_stores(parts, es, wanted);
  if (fetched.absent()) {
    co_return std::unexpected(SyncFailure{Ending::kNotFetched, {Code::kNotFound, fetched.absence().what}});
  }
  if (fetched.failed()) co_return std::unexpected(SyncFailure{Ending::kNotFetched, fetched.error()});
  out.fetched = *std::move(fetched);
  const kube::Key key{es->metadata.ns, es->target_name()};
  if (es->spec.target.tmpl) {
    auto sources = co_await fetch_sources(parts.client, es->metadata.ns, sources_of(*es->spec.target.tmpl));
    if (!sources) {
      const TargetPtr live = is_generic(*es) ? out.live : parts.world.target(key);
      co_return std::unexpected(
          not_rendered(*es, live.get(), std::move(sources).error().prefixed("could not apply template")));
    }
    out.sources = *std::move(sources);
  }
  if (may_vary(*es)) out.inputs = inputs_of(*es, out.fetched, out.sources, parts.options.delimiters);
  if (!is_generic(*es)) out.live = parts.world.target(key);
  co_return std::move(out);
}

Task<Synced<api::Secret>> read_target(Parts parts, ExternalSecretPtr es) {
  kube::Key key{es->metadata.ns, es->target_name()};
  auto secret = co_await kube::get<api::Secret>(parts.client, std::move(key));
  if (secret) co_return *std::move(secret);
  co_return std::unexpected(
      write_failure(std::move(secret).error(), fmt::format("could not get secret {}", es->target_name())));
}

SyncFailure not_rendered(const ExternalSecret& es, const Target* live, Error error) {
  if (is_generic(es)) return {Ending::kNotRendered, std::move(error)};
  if (live != nullptr) error = std::move(error).prefixed(fmt::format("unable to mutate secret {}", es.target_name()));
  return {Ending::kNotWritten, std::move(error)};
}

}  // namespace rotor::secrets
