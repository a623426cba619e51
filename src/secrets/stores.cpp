#include "secrets/stores.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.hpp"
#include "kube/client/retry.hpp"
#include "secrets/status.hpp"

namespace rotor::secrets {
namespace {

using kube::Key;
using kube::Outcome;
using providers::Maintenance;
using providers::Validity;
using EventType = kube::EventRecorder::Type;

constexpr std::string_view kInvalidProviderConfig = "InvalidProviderConfig";
constexpr std::string_view kIgnoreMaintenance = "external-secrets.io/ignore-maintenance-checks";

kube::Resource resource_of(const StoreView& store) {
  return store.cluster() ? kube::kResource<api::es::ClusterSecretStore> : kube::kResource<api::es::SecretStore>;
}

bool looks_different(const StoreView& a, const StoreView& b) {
  return a.metadata.uid != b.metadata.uid || a.metadata.generation != b.metadata.generation ||
         a.metadata.labels != b.metadata.labels || a.metadata.annotations != b.metadata.annotations;
}

// The store's own interval, or the controller's.
Duration interval_of(const StoreView& store, const Options& options) {
  const auto own = api::es::parse_store_interval(store.spec.refresh_interval);
  return own && *own > Duration::zero() ? std::max(*own, options.least_interval) : options.store_interval;
}

// What the Ready condition says besides of an interval that is too short to be honoured.
std::string interval_note(const StoreView& store, const Options& options) {
  const auto own = api::es::parse_store_interval(store.spec.refresh_interval);
  if (!own || *own <= Duration::zero() || *own >= options.least_interval) return {};
  return fmt::format("; spec.refreshInterval {} is raised to {}, the shortest that is allowed here",
                     store.spec.refresh_interval->text, format_duration(options.least_interval));
}

}  // namespace

StoreController::StoreController(Parts parts)
    : p_(parts), queue_(parts.clock, "secretstore", std::min(parts.options.workers, 16), [this](Key key) {
        return reconcile(std::move(key));
      }) {}

void StoreController::changed(const StoreViewPtr& before, const StoreViewPtr& after) {
  if (!after) {
    p_.metrics.store_gone(before->metadata.key());
    queue_.forget(before->metadata.key());
    return;
  }
  if (!before || looks_different(*before, *after)) queue_.add(after->metadata.key());
}

Task<Outcome> StoreController::reconcile(Key key) {
  const StoreViewPtr store = p_.world.store(key);
  if (!store || !managed_by(*store, p_.options.controller_class)) co_return Outcome::done();
  const SteadyTime start = p_.clock.steady();
  Verdict verdict = co_await examine(store);
  const bool retry = verdict.retry;
  const auto written = co_await report(store, std::move(verdict));
  p_.metrics.store_pass(key, p_.clock.steady() - start);
  if (!written) {
    const auto level = written.error().code == Code::kConflict ? log::Level::kDebug : log::Level::kWarn;
    log::write(level, "cannot write the status",
               {{"store", key.text()}, {"kind", store->kind}, {"error", written.error().message}});
    co_return kube::after_failed_write(written.error().code);
  }
  if (retry) co_return Outcome::failed();
  co_return Outcome::again_after(interval_of(*store, p_.options));
}

Task<StoreController::Verdict> StoreController::examine(StoreViewPtr view) {
  const auto bad = [](std::string_view reason, std::string_view message, Error error) {
    return Verdict{.status = "False",
                   .reason = std::string(reason),
                   .message = std::string(message),
                   .error = std::move(error),
                   .retry = true};
  };
  const auto interval = api::es::parse_store_interval(view->spec.refresh_interval);
  if (!interval) co_return bad("InvalidStoreConfiguration", interval.error().message, interval.error());

  auto store = provider_store(*view);
  if (!store) co_return bad(kInvalidProviderConfig, "unable to create client", std::move(store).error());
  const auto provider = provider_of(p_.registry, *store);
  if (!provider) co_return bad(kInvalidProviderConfig, "unable to create client", provider.error());
  auto checked = (*provider)->validate_store(*store);
  if (!checked) co_return bad(kInvalidProviderConfig, "unable to validate store", std::move(checked).error());

  providers::StoreContext context{*std::move(store), view->metadata.ns, p_.gate, p_.options.allow_controller_identity};
  auto client = co_await (*provider)->make_client(std::move(context));
  if (!client) co_return bad(kInvalidProviderConfig, "unable to create client", std::move(client).error());
  auto validation = co_await (*client)->validate();
  co_await (*client)->close();

  if (validation.validity == Validity::kUnknown && validation.error) {
    co_return Verdict{.status = "True",
                      .reason = "ValidationUnknown",
                      .message = "could not determine validation status",
                      .error = std::move(validation.error)};
  }
  if (validation.validity == Validity::kError || validation.error) {
    Error error = validation.error.value_or(Error{Code::kInvalid, "the provider refused the store"});
    co_return bad(kInvalidProviderConfig, "unable to validate store", std::move(error));
  }
  co_return Verdict{.status = "True",
                    .reason = "Valid",
                    .message = "store validated" + interval_note(*view, p_.options),
                    .capabilities = std::string(to_string((*provider)->capability())),
                    .maintenance = (*provider)->maintenance()};
}

Task<Result<void>> StoreController::report(StoreViewPtr store, Verdict verdict) {
  auto status = store->status;
  kube::Condition condition;
  condition.type = "Ready";
  condition.status = verdict.status;
  condition.reason = verdict.reason;
  condition.message = verdict.message;
  const bool news = kube::set_condition(status.conditions, std::move(condition), p_.clock.now());
  if (verdict.capabilities) status.capabilities = *verdict.capabilities;
  record(*store, verdict, news);

  const auto patch = status_patch(store->metadata, store->status, status);
  if (!patch) co_return Result<void>();
  kube::WriteOptions options;
  options.subresource = "status";
  auto answer = co_await p_.client.patch(resource_of(*store), store->metadata.key(), kube::PatchType::kMerge,
                                         SecretBytes(*patch), std::move(options));
  if (!answer && answer.error().code != Code::kNotFound) co_return std::unexpected(std::move(answer).error());
  co_return Result<void>();
}

// A failure is an event each time it is met; what goes well only when it is new, so that an idle store writes nothing.
void StoreController::record(const StoreView& store, const Verdict& verdict, bool news) {
  if (verdict.error) {
    log::warn("store not validated",
              {{"store", store.metadata.key().text()}, {"kind", store.kind}, {"error", verdict.error->message}});
    event(store, EventType::kWarning, verdict.reason, verdict.error->message);
    return;
  }
  if (!news) return;
  event(store, EventType::kNormal, verdict.reason, verdict.message);
  if (store.metadata.annotations.contains(kIgnoreMaintenance)) return;
  if (verdict.maintenance == Maintenance::kNotMaintained) {
    event(store, EventType::kWarning, "StoreUnmaintained",
          "store isn't currently maintained. Please plan and prepare accordingly.");
  } else if (verdict.maintenance == Maintenance::kDeprecated) {
    event(store, EventType::kWarning, "StoreDeprecated",
          "store is deprecated and will be removed on the next minor release. Please plan and prepare accordingly.");
  }
}

void StoreController::event(const StoreView& store, EventType type, std::string reason, std::string message) {
  auto& recorder = store.cluster() ? p_.cluster_events : p_.events;
  recorder.record({.api_version = "external-secrets.io/v1",
                   .kind = store.kind,
                   .ns = store.metadata.ns,
                   .name = store.metadata.name,
                   .uid = store.metadata.uid,
                   .resource_version = store.metadata.resource_version},
                  type, std::move(reason), std::move(message));
}

}  // namespace rotor::secrets
