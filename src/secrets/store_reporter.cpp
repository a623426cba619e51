#include "secrets/store_reporter.hpp"

#include "base/log.hpp"
#include "kube/object/own_fields.hpp"
#include "secrets/failure_event.hpp"
#include "secrets/status.hpp"

namespace rotor::secrets {
namespace {

using providers::Maintenance;
using EventType = kube::EventRecorder::Type;

constexpr std::string_view kIgnoreMaintenance = "external-secrets.io/ignore-maintenance-checks";

kube::Resource resource_of(const StoreView& store) {
  return store.cluster() ? kube::kResource<api::es::ClusterSecretStore> : kube::kResource<api::es::SecretStore>;
}

kube::ObjectReference reference_to(const StoreView& store) {
  return kube::reference_to(resource_of(store), store.metadata);
}

}  // namespace

Task<Result<void>> StoreReporter::report(StoreViewPtr store, StoreVerdict verdict) {
  if (verdict.untold) {
    record(*store, verdict, false);
    co_return Result<void>();
  }
  auto status = store->status;
  kube::Condition condition;
  condition.type = "Ready";
  condition.status = verdict.status;
  condition.reason = verdict.reason;
  condition.message = verdict.message;
  const bool news = kube::set_condition(status.conditions, std::move(condition), p_.clock.now());
  if (verdict.capabilities) status.capabilities = *verdict.capabilities;
  record(*store, verdict, news);

  const auto patch = kube::status_patch(store->metadata, store->status, status);
  if (!patch) co_return Result<void>();
  kube::WriteOptions options;
  options.subresource = "status";
  auto answer = co_await p_.client.patch(resource_of(*store), store->metadata.key(), kube::PatchType::kMerge,
                                         SecretBytes(*patch), std::move(options));
  if (answer || answer.error().code == Code::kNotFound) co_return Result<void>();
  tell_status_not_written(recorder_of(*store), reference_to(*store), answer.error());
  co_return std::unexpected(std::move(answer).error());
}

// A failure is an event each time it is met; what goes well only when it is new, so that an idle store writes nothing.
void StoreReporter::record(const StoreView& store, const StoreVerdict& verdict, bool news) {
  tell_remarks(store, verdict);
  if (news) {
    for (const std::string& text : verdict.warnings) event(store, EventType::kWarning, "ProviderWarning", text);
  }
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

void StoreReporter::tell_remarks(const StoreView& store, const StoreVerdict& verdict) {
  std::vector<Remark> remarks;
  for (const std::string& field : verdict.ignored) remarks.push_back({kUnknownField, field});
  if (!verdict.remark.empty()) remarks.push_back({kRemark, verdict.remark});
  if (!p_.world.store(store.metadata.key())) return;
  for (Remark& due : remarks_.due(store.metadata.key(), std::move(remarks), p_.clock.steady())) {
    const auto type = warns(due.reason) ? EventType::kWarning : EventType::kNormal;
    event(store, type, std::string(due.reason), std::move(due.text));
  }
}

kube::EventRecorder& StoreReporter::recorder_of(const StoreView& store) const {
  return store.cluster() ? p_.cluster_store_events : p_.store_events;
}

void StoreReporter::event(const StoreView& store, EventType type, std::string reason, std::string message) {
  recorder_of(store).record(reference_to(store), type, std::move(reason), std::move(message));
}

}  // namespace rotor::secrets
