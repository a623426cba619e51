#include "secrets/external_secrets.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.hpp"
#include "secrets/marks.hpp"
#include "secrets/refresh.hpp"
#include "secrets/render.hpp"
#include "secrets/status.hpp"

namespace rotor::secrets {
namespace {

using api::es::ExternalSecret;
using kube::Key;
using kube::Lane;
using kube::Outcome;
using EventType = kube::EventRecorder::Type;

constexpr std::string_view kCouldNotUpdate = "could not update secret";
// Somebody else wrote in between: no condition, the next pass sees what they wrote.
constexpr std::string_view kAgain = "";

kube::WriteOptions as_manager(const ExternalSecret& es) { return {.field_manager = field_manager(es.metadata.name)}; }

SyncFailure write_failure(Error error, const std::string& context) {
  const bool raced =
      error.code == Code::kConflict || error.code == Code::kAlreadyExists || error.code == Code::kNotFound;
  return {raced ? kAgain : kCouldNotUpdate, std::move(error).prefixed(context), true};
}

bool is_ready(const ExternalSecret& es) {
  const auto* ready = kube::find_condition(es.status.conditions, "Ready");
  return ready != nullptr && ready->status == "True";
}

}  // namespace

ExternalSecretController::ExternalSecretController(Parts parts)
    : p_(parts), queue_(parts.clock, "externalsecret", parts.options.workers, [this](Key key) {
        return reconcile(std::move(key));
      }) {}

void ExternalSecretController::changed(const Key& key, bool first_seen, const EsPtr& now) {
  unreadable_.erase(key);
  if (!now) {
    p_.metrics.external_secret_gone(key);
    queue_.forget(key);
    return;
  }
  p_.metrics.external_secret_appeared(key);
  // After a restart everything is seen for the first time; only what never synced has somebody waiting for it.
  const bool background =
      first_seen && !now->status.refresh_time.empty() && !now->metadata.deleting() && is_ready(*now);
  queue_.add(key, background ? Lane::kRefresh : Lane::kUser);
}

void ExternalSecretController::unreadable(const Key& key, const Error& error) {
  unreadable_[key] = error.message;
  queue_.add(key, Lane::kUser);
}

void ExternalSecretController::values_changed() {
  for (const auto& [key, es] : p_.world.external_secrets()) {
    values_changed_.insert(key);
    queue_.add(key, Lane::kUser);
  }
}

void ExternalSecretController::store_ready(const StoreView& store) {
  for (const auto& [key, es] : p_.world.external_secrets()) {
    if (is_ready(*es) || (!store.cluster() && key.ns != store.metadata.ns)) continue;
    const auto refs = store_refs(*es);
    const bool uses = std::ranges::any_of(refs, [&store](const api::es::StoreRef& ref) {
      return ref.name == store.metadata.name && store_kind(ref) == store.kind;
    });
    if (uses) queue_.add(key, Lane::kUser);
  }
}

Task<Outcome> ExternalSecretController::reconcile(Key key) {
  const SteadyTime start = p_.clock.steady();
  Outcome outcome = co_await pass(key);
  if (p_.world.external_secret(key)) p_.metrics.sync_call(key, p_.clock.steady() - start);
  co_return outcome;
}

Task<Outcome> ExternalSecretController::pass(Key key) {
  if (const auto broken = unreadable_.find(key); broken != unreadable_.end()) {
    std::string message = broken->second;
    co_return co_await report_unreadable(std::move(key), std::move(message));
  }
  EsPtr es = p_.world.external_secret(key);
  if (!es) co_return Outcome::done();
  const auto target = p_.world.target({key.ns, es->target_name()});
  Decision decision = decide_sync({*es, target.get(), p_.clock.now(), ours(*es), values_changed_.erase(key) > 0});
  if (decision.action == SyncAction::kCleanUp) co_return co_await clean_up(es);
  if (decision.add_finalizer) {
    const auto added = co_await add_finalizer(es);
    if (!added) {
      log::warn("cannot add the finalizer", {{"externalsecret", key.text()}, {"error", added.error().message}});
      co_return Outcome::failed();
    }
    es = p_.world.external_secret(key);
    if (!es) co_return Outcome::done();
  }
  switch (decision.action) {
    case SyncAction::kRefuse:
      co_return co_await refuse(es, std::move(decision.why));
    case SyncAction::kRefresh:
      co_return co_await refresh(es, decision.interval);
    case SyncAction::kSkip:
      if (const auto next = next_look(*es, decision.interval, p_.clock.now())) co_return Outcome::again_after(*next);
      co_return Outcome::done();
    case SyncAction::kIgnore:
    case SyncAction::kCleanUp:
      break;
  }
  co_return Outcome::done();
}

bool ExternalSecretController::ours(const ExternalSecret& es) const {
  const auto& main = es.spec.secret_store_ref;
  if (!p_.options.cluster_stores && main && main->kind == providers::kClusterSecretStoreKind) return false;
  for (const auto& ref : store_refs(es)) {
    const auto store = p_.world.find(store_kind(ref), es.metadata.ns, ref.name);
    if (store && !managed_by(*store, p_.options.controller_class)) return false;
  }
  return true;
}

Task<Result<void>> ExternalSecretController::add_finalizer(EsPtr es) {
  std::vector<std::string> finalizers = es->metadata.finalizers;
  finalizers.emplace_back(kFinalizer);
  SecretBytes patch(finalizers_patch(es->metadata, finalizers));
  const Key key = es->metadata.key();
  CO_TRY(const SecretBytes answer,
         co_await p_.client.patch(kube::kResource<ExternalSecret>, key, kube::PatchType::kMerge, std::move(patch)));
  CO_TRY_VOID(p_.world.wrote_external_secret(answer));
  co_return Result<void>();
}

// With deletionPolicy Retain nothing is deleted here: a Secret we own goes with its owner by garbage collection.
Task<Outcome> ExternalSecretController::clean_up(EsPtr es) {
  std::vector<std::string> finalizers = es->metadata.finalizers;
  if (std::erase(finalizers, kFinalizer) == 0) co_return Outcome::done();
  SecretBytes patch(finalizers_patch(es->metadata, finalizers));
  const Key key = es->metadata.key();
  const auto answer =
      co_await p_.client.patch(kube::kResource<ExternalSecret>, key, kube::PatchType::kMerge, std::move(patch));
  if (answer || answer.error().code == Code::kNotFound) co_return Outcome::done();
  log::warn("cannot remove the finalizer", {{"externalsecret", key.text()}, {"error", answer.error().message}});
  co_return Outcome::failed();
}

Task<Outcome> ExternalSecretController::refresh(EsPtr es, Duration interval) {
  const WallTime started = p_.clock.now();
  auto synced = co_await sync(es);
  if (!synced) co_return co_await fail(es, std::move(synced).error());

  auto status = succeeded(*es, *synced, started, p_.clock.now());
  if (*synced == "secret synced") status.binding = api::es::Binding{es->target_name()};
  ExternalSecret after = *es;
  after.status = status;
  const auto written = co_await write_status(es, std::move(status));
  if (!written) {
    log::warn("cannot write the status",
              {{"externalsecret", es->metadata.key().text()}, {"error", written.error().message}});
    co_return Outcome::failed();
  }
  if (const auto next = next_look(after, interval, p_.clock.now())) co_return Outcome::again_after(*next);
  co_return Outcome::done();
}

// The message of the Ready condition.
Task<ExternalSecretController::Synced<std::string>> ExternalSecretController::sync(EsPtr es) {
  auto values = co_await read_values(es);
  if (!values) co_return std::unexpected(std::move(values).error());
  if (values->empty()) co_return std::string("secret retained due to DeletionPolicy=Retain");
  auto orphans = co_await delete_orphans(es);
  if (!orphans) co_return std::unexpected(std::move(orphans).error());
  auto parts = co_await render(es, *std::move(values));
  if (!parts) co_return std::unexpected(std::move(parts).error());
  auto written = co_await write_target(es, *std::move(parts));
  if (!written) co_return std::unexpected(std::move(written).error());
  co_return std::string("secret synced");
}

Task<ExternalSecretController::Synced<SecretMap>> ExternalSecretController::read_values(EsPtr es) {
  StoreClients clients(p_.world, p_.registry, p_.gate, p_.options, es->metadata.ns);
  auto values = co_await fetch_values(clients, es, {p_.pool, environment()});
  co_await clients.close();
  if (!values) {
    co_return std::unexpected(SyncFailure{"could not get secret data from provider", std::move(values).error(), true});
  }
  co_return *std::move(values);
}

// Secrets this ExternalSecret made under an earlier target name.
Task<ExternalSecretController::Synced<void>> ExternalSecretController::delete_orphans(EsPtr es) {
  const auto names = p_.world.owned_by(es->metadata.key());
  for (const std::string& name : names) {
    if (name == es->target_name()) continue;
    const Key key{es->metadata.ns, name};
    const auto target = p_.world.target(key);
    if (!target || target->metadata.deleting()) continue;
    kube::DeleteOptions options;
    options.uid = target->metadata.uid;
    auto removed = co_await p_.client.remove(kube::kResource<api::Secret>, key, std::move(options));
    if (!removed && removed.error().code != Code::kNotFound) {
      co_return std::unexpected(SyncFailure{
          "could not delete orphaned secrets",
          std::move(removed).error().prefixed(fmt::format("could not delete orphaned secret {}", name)), true});
    }
    log::debug("orphaned secret deleted", {{"secret", name}, {"namespace", key.ns}});
    event(*es, EventType::kNormal, "Deleted", "secret deleted because it was orphaned");
  }
  co_return Synced<void>();
}

tmpl::Environment ExternalSecretController::environment() const {
  tmpl::Environment environment = tmpl::system_environment();
  environment.now = p_.clock.now();
  return environment;
}

Task<ExternalSecretController::Synced<tmpl::SecretParts>> ExternalSecretController::render(EsPtr es, SecretMap values) {
  const bool exists = p_.world.target({es->metadata.ns, es->target_name()}) != nullptr;
  const auto failed = [&](Error error) {
    if (exists) error = std::move(error).prefixed(fmt::format("unable to mutate secret {}", es->target_name()));
    return std::unexpected(SyncFailure{kCouldNotUpdate, std::move(error), true});
  };
  TemplateSources sources;
  if (es->spec.target.tmpl) {
    auto fetched = co_await fetch_sources(p_.client, es->metadata.ns, sources_of(*es->spec.target.tmpl));
    if (!fetched) co_return failed(std::move(fetched).error().prefixed("could not apply template"));
    sources = *std::move(fetched);
  }
  auto work = [es, values = std::move(values), sources = std::move(sources), environment = environment(),
               delimiters = p_.options.delimiters]() mutable {
    return render_secret(*es, std::move(values), sources, environment, delimiters);
  };
  auto parts = runs_templates(*es) ? co_await p_.pool.run(std::move(work)) : work();
  if (!parts) co_return failed(std::move(parts).error().error);
  co_return *std::move(parts);
}

Task<ExternalSecretController::Synced<void>> ExternalSecretController::write_target(EsPtr es, tmpl::SecretParts parts) {
  if (const auto live = p_.world.target({es->metadata.ns, es->target_name()})) {
    co_return co_await overwrite(es, build_secret(*es, live.get(), std::move(parts)));
  }
  auto desired = build_secret(*es, nullptr, parts);
  if (!desired) co_return std::unexpected(std::move(desired).error());
  auto created = co_await create(es, std::move(desired->secret));
  if (created || created.error().error.code != Code::kAlreadyExists) co_return std::move(created);
  // There is one that our watch does not show: not labelled as ours, or not seen yet.
  auto taken = co_await take_over(es);
  if (!taken) co_return std::unexpected(std::move(taken).error());
  co_return co_await overwrite(es, build_secret(*es, taken->get(), std::move(parts)));
}

Task<ExternalSecretController::Synced<void>> ExternalSecretController::overwrite(EsPtr es, Synced<Desired> desired) {
  if (!desired) co_return std::unexpected(std::move(desired).error());
  if (desired->write == Desired::Write::kNothing) co_return Synced<void>();
  co_return co_await update(es, std::move(desired->secret));
}

Task<ExternalSecretController::Synced<void>> ExternalSecretController::create(EsPtr es, api::Secret secret) {
  const Key key = secret.metadata.key();
  SecretBytes body = json::write_secret(secret);
  auto answer = co_await p_.client.create(kube::kResource<api::Secret>, key.ns, std::move(body), as_manager(*es));
  if (!answer) {
    co_return std::unexpected(
        write_failure(std::move(answer).error(), fmt::format("could not create secret {}", key.name)));
  }
  static_cast<void>(p_.world.wrote_target(*answer));  // the watch shows it sooner or later
  event(*es, EventType::kNormal, "Created", "secret created");
  co_return Synced<void>();
}

Task<ExternalSecretController::Synced<void>> ExternalSecretController::update(EsPtr es, api::Secret secret) {
  const Key key = secret.metadata.key();
  SecretBytes body = json::write_secret(secret);
  auto answer = co_await p_.client.update(kube::kResource<api::Secret>, key, std::move(body), as_manager(*es));
  if (!answer) {
    co_return std::unexpected(
        write_failure(std::move(answer).error(), fmt::format("could not update secret {}", key.name)));
  }
  static_cast<void>(p_.world.wrote_target(*answer));  // the watch shows it sooner or later
  event(*es, EventType::kNormal, "Updated", "secret updated");
  co_return Synced<void>();
}

// The live Secret when it is labelled as managed already. Otherwise the label is all that this pass writes: the next
// one, with the Secret in the cache, replaces the data.
Task<ExternalSecretController::Synced<World::TargetPtr>> ExternalSecretController::take_over(EsPtr es) {
  const Key key{es->metadata.ns, es->target_name()};
  auto live = co_await kube::get<api::Secret>(p_.client, key);
  if (!live)
    co_return std::unexpected(write_failure(std::move(live).error(), fmt::format("could not get secret {}", key.name)));
  auto target = std::make_shared<const Target>(to_target(*std::move(live)));
  if (target->managed()) co_return target;
  SecretBytes patch(fmt::format(R"({{"metadata":{{"labels":{{"{}":"{}"}}}}}})", kManagedLabel, kManagedValue));
  auto answer = co_await p_.client.patch(kube::kResource<api::Secret>, key, kube::PatchType::kMerge, std::move(patch),
                                         as_manager(*es));
  if (!answer) {
    co_return std::unexpected(
        write_failure(std::move(answer).error(), fmt::format("could not label secret {}", key.name)));
  }
  co_return std::unexpected(
      SyncFailure{kAgain, {Code::kConflict, "labelled as managed, the next pass takes it over"}, true});
}

Task<Outcome> ExternalSecretController::fail(EsPtr es, SyncFailure failure) {
  if (failure.condition == kAgain) {
    log::debug("another pass is needed",
               {{"externalsecret", es->metadata.key().text()}, {"why", failure.error.message}});
    co_return Outcome::failed();
  }
  const Key key = es->metadata.key();
  p_.metrics.sync_error(key);
  log::warn("ExternalSecret not synced", {{"externalsecret", key.text()}, {"error", failure.error.message}});
  event(*es, EventType::kWarning, "UpdateFailed", failure.error.message);
  const auto written = co_await write_status(es, failed(*es, failure.condition, p_.clock.now()));
  if (failure.retry || !written) co_return Outcome::failed();
  co_return Outcome::done();
}

Task<Outcome> ExternalSecretController::refuse(EsPtr es, std::string why) {
  const auto* ready = kube::find_condition(es->status.conditions, "Ready");
  const bool news = ready == nullptr || ready->message != why;
  if (news) event(*es, EventType::kWarning, "UpdateFailed", why);
  p_.metrics.sync_error(es->metadata.key());
  const auto written = co_await write_status(es, failed(*es, why, p_.clock.now()));
  if (!written) co_return Outcome::failed();
  co_return Outcome::done();
}

Task<Outcome> ExternalSecretController::report_unreadable(Key key, std::string message) {
  ExternalSecret shell;
  shell.metadata.ns = key.ns;
  shell.metadata.name = key.name;
  auto es = std::make_shared<const ExternalSecret>(std::move(shell));
  std::string why = fmt::format("the ExternalSecret cannot be read: {}; correct the field and apply it again", message);
  co_return co_await refuse(std::move(es), std::move(why));
}

Task<Result<void>> ExternalSecretController::write_status(EsPtr es, ExternalSecretStatus status) {
  const auto patch = status_patch(es->status, status);
  if (!patch) co_return Result<void>();
  const Key key = es->metadata.key();
  kube::WriteOptions options;
  options.subresource = "status";
  auto answer = co_await p_.client.patch(kube::kResource<ExternalSecret>, key, kube::PatchType::kMerge,
                                         SecretBytes(*patch), std::move(options));
  if (!answer && answer.error().code == Code::kNotFound) co_return Result<void>();  // gone meanwhile
  if (!answer) co_return std::unexpected(std::move(answer).error());
  static_cast<void>(p_.world.wrote_external_secret(*answer));  // the watch shows it sooner or later
  co_return Result<void>();
}

void ExternalSecretController::event(const ExternalSecret& es, EventType type, std::string reason,
                                     std::string message) {
  p_.events.record({.api_version = "external-secrets.io/v1",
                    .kind = "ExternalSecret",
                    .ns = es.metadata.ns,
                    .name = es.metadata.name,
                    .uid = es.metadata.uid,
                    .resource_version = es.metadata.resource_version},
                   type, std::move(reason), std::move(message));
}

}  // namespace rotor::secrets
