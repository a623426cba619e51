#include "secrets/material.hpp"

#include <fmt/format.h>

#include "secrets/generator_runs.hpp"
#include "secrets/inputs.hpp"
#include "secrets/policies.hpp"
#include "secrets/refresh_due.hpp"
#include "secrets/store_clients.hpp"

namespace rotor::secrets {
namespace {

Task<providers::Lookup<Fetched>> ask(Parts parts, GeneratorRuns& generators, ExternalSecretPtr es, Freshness wanted) {
  StoreClients clients(parts, es->metadata.ns, wanted);
  auto fetched = co_await fetch_all(clients, generators, es);
  co_await clients.close();
  co_return std::move(fetched);
}

// A generator that only an edit can make usable is not watched: it is looked at again when a refresh would be due.
kube::Outcome after_an_edit(const ExternalSecret& es) {
  const auto interval = refresh_interval(es);
  const bool periodic = interval && *interval > Duration::zero();
  return periodic ? kube::Outcome::again_after(*interval) : kube::Outcome::done();
}

}  // namespace

Task<Synced<Material>> gather_material(Parts parts, ExternalSecretPtr es, Freshness wanted, Unwritten& unwritten,
                                       std::vector<LeftBehind>& left) {
  Material out;
  if (is_generic(*es)) {
    auto place = co_await read_manifest(parts, es);
    if (!place) co_return std::unexpected(std::move(place).error());
    out.manifest = *std::move(place);
    if (const LiveObject* there = out.manifest->there()) out.live = std::make_shared<const Target>(there->target);
  }
  GeneratorRuns generators(parts, es, unwritten, left);
  if (!co_await generators.look_up()) {
    co_return std::unexpected(SyncFailure{
        Ending::kNotOurs, {Code::kInvalid, "a generator it names is of another controller"}, kube::Outcome::done()});
  }
  auto fetched = co_await ask(parts, generators, es, wanted);
  if (fetched.absent()) {
    co_return std::unexpected(SyncFailure{Ending::kNotFetched, {Code::kNotFound, fetched.absence().what}});
  }
  if (fetched.failed()) {
    const auto then = generators.needs_edit() ? after_an_edit(*es) : kube::Outcome::failed();
    co_return std::unexpected(SyncFailure{Ending::kNotFetched, fetched.error(), then});
  }
  out.fetched = *std::move(fetched);
  out.remarks = generators.remarks();
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
