#include "secrets/pipeline.hpp"

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "json/object_hash.hpp"
#include "secrets/finish.hpp"
#include "secrets/render.hpp"

namespace rotor::secrets {
namespace {

using api::es::ExternalSecret;
using kube::Key;

constexpr std::string_view kSynced = "secret synced";
constexpr std::string_view kCouldNotGet = "could not get secret data from provider";

SyncFailure not_rendered(const ExternalSecret& es, bool exists, Error error) {
  if (exists) error = std::move(error).prefixed(fmt::format("unable to mutate secret {}", es.target_name()));
  return {kCouldNotUpdate, std::move(error)};
}

}  // namespace

struct Pipeline::Gathered {
  Fetched fetched;
  TemplateSources sources;
};

struct Pipeline::Made {
  bool empty = false;  // nothing was fetched
  bool varied = false;
  tmpl::SecretParts parts;
};

Pipeline::Pipeline(Parts parts)
    : p_(parts),
      writer_(parts.client, parts.world, parts.events),
      rotation_key_(parts.client, parts.clock, parts.options.operator_namespace) {}

Task<Synced<SyncResult>> Pipeline::run(EsPtr es) {
  auto gathered = co_await gather(es);
  if (!gathered) co_return std::unexpected(std::move(gathered).error());
  SecretBytes inputs;
  if (may_vary(*es)) inputs = inputs_of(*es, gathered->fetched, gathered->sources, p_.options.delimiters);
  const Key key = es->metadata.key();
  const auto live = p_.world.target({key.ns, es->target_name()});
  if (live && !(es->status.inputs_digest.empty() && remembered(key).empty())) {
    std::string digest = inputs_digest(*co_await digest_key(), inputs, live->actual_hash);
    if (compare_inputs(*es, live.get(), remembered(key), digest) == Inputs::kUnchanged) {
      co_return co_await keep(es, live, std::move(digest));
    }
  }
  auto made = co_await make(es, *std::move(gathered));
  if (!made) co_return std::unexpected(std::move(made).error());
  if (made->empty) co_return SyncResult{"secret retained due to DeletionPolicy=Retain"};
  if (made->varied && live) {
    std::string digest = inputs_digest(*co_await digest_key(), inputs, live->actual_hash);
    if (compare_inputs(*es, live.get(), remembered(key), digest) == Inputs::kUnknown) {
      co_return co_await keep(es, live, std::move(digest));
    }
  }
  co_return co_await write(es, *std::move(made), std::move(inputs));
}

Task<Synced<Pipeline::Gathered>> Pipeline::gather(EsPtr es) {
  StoreClients clients(p_.world, p_.registry, p_.gate, p_.options, es->metadata.ns);
  auto fetched = co_await fetch_all(clients, es);
  co_await clients.close();
  if (fetched.absent()) {
    co_return std::unexpected(SyncFailure{kCouldNotGet, {Code::kNotFound, fetched.absence().what}});
  }
  if (fetched.failed()) co_return std::unexpected(SyncFailure{kCouldNotGet, fetched.error()});
  Gathered gathered{*std::move(fetched), {}};
  if (!es->spec.target.tmpl) co_return std::move(gathered);
  auto sources = co_await fetch_sources(p_.client, es->metadata.ns, sources_of(*es->spec.target.tmpl));
  if (!sources) {
    const bool exists = p_.world.target({es->metadata.ns, es->target_name()}) != nullptr;
    co_return std::unexpected(
        not_rendered(*es, exists, std::move(sources).error().prefixed("could not apply template")));
  }
  gathered.sources = *std::move(sources);
  co_return std::move(gathered);
}

tmpl::Environment Pipeline::environment() const {
  tmpl::Environment environment = tmpl::system_environment();
  environment.now = p_.clock.now();
  return environment;
}

// On the pool when templates or expressions run: they may take long.
Task<Synced<Pipeline::Made>> Pipeline::make(EsPtr es, Gathered gathered) {
  const bool exists = p_.world.target({es->metadata.ns, es->target_name()}) != nullptr;
  auto work = [es, exists, gathered = std::move(gathered), environment = environment(),
               delimiters = p_.options.delimiters]() mutable -> Synced<Made> {
    Made made;
    environment.varied = &made.varied;
    auto values = finish_values(*es, std::move(gathered.fetched), environment);
    if (!values) return std::unexpected(SyncFailure{kCouldNotGet, std::move(values).error().error});
    made.empty = values->empty();
    if (made.empty) return made;
    auto parts = render_secret(*es, *std::move(values), gathered.sources, environment, delimiters);
    if (!parts) {
      return std::unexpected(not_rendered(*es, exists, std::move(parts).error().error));
    }
    made.parts = *std::move(parts);
    return made;
  };
  if (runs_templates(*es) || rewrites(*es)) co_return co_await p_.pool.run(std::move(work));
  co_return work();
}

Task<Synced<SyncResult>> Pipeline::write(EsPtr es, Made made, SecretBytes inputs) {
  const Key key = es->metadata.key();
  SyncResult result{std::string(kSynced), true};
  if (made.varied) {
    result.digest = inputs_digest(*co_await digest_key(), inputs, json::object_hash(made.parts.data));
  }
  auto written = co_await writer_.write(es, std::move(made.parts));
  if (!written) co_return std::unexpected(std::move(written).error());
  if (result.digest.empty()) {
    remembered_.erase(key);
  } else {
    remembered_.insert_or_assign(key, result.digest);
  }
  // Only now: what reads the old Secret loses it for a new one that is there.
  auto orphans = co_await writer_.delete_orphans(es);
  if (!orphans) co_return std::unexpected(std::move(orphans).error());
  co_return result;
}

Task<Synced<SyncResult>> Pipeline::keep(EsPtr es, World::TargetPtr live, std::string digest) {
  auto kept = co_await writer_.keep(es, std::move(live));
  if (!kept) co_return std::unexpected(std::move(kept).error());
  remembered_.insert_or_assign(es->metadata.key(), digest);
  auto orphans = co_await writer_.delete_orphans(es);
  if (!orphans) co_return std::unexpected(std::move(orphans).error());
  co_return SyncResult{std::string(kSynced), true, std::move(digest)};
}

// Without the key of the installation digests are good for this process alone: at the worst a Secret with something
// random in it is made once more.
Task<std::shared_ptr<const kube::DigestKey>> Pipeline::digest_key() {
  auto key = co_await rotation_key_.get();
  if (key) co_return *std::move(key);
  if (own_key_ == nullptr) {
    log::warn("Secrets with random parts are made once more after a restart: there is no key to remember them by",
              {{"error", key.error().message}});
    std::string bytes = random_bytes(32);
    own_key_ = std::make_shared<const kube::DigestKey>(SecretBytes(bytes));
    wipe(bytes.data(), bytes.size());
  }
  co_return own_key_;
}

std::string Pipeline::remembered(const Key& key) const {
  const auto it = remembered_.find(key);
  return it == remembered_.end() ? std::string() : it->second;
}

}  // namespace rotor::secrets
