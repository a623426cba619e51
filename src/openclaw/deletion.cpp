#include "openclaw/deletion.hpp"

#include <fmt/format.h>

#include "api/apps/stateful_set.hpp"
#include "api/core/secret.hpp"
#include "base/log.hpp"
#include "json/document.hpp"
#include "kube/object/own_fields.hpp"
#include "openclaw/names.hpp"
#include "openclaw/status.hpp"
#include "openclaw/way_out.hpp"

namespace rotor::openclaw {
namespace {

using kube::Outcome;
using Type = kube::EventRecorder::Type;

constexpr kube::Resource kWorkloads = kube::kResource<api::StatefulSet>;
constexpr kube::Resource kClaims{"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim"};
constexpr kube::Resource kRunningPods{"", "v1", "pods", "Pod"};
constexpr auto kLookAgain = std::chrono::seconds(5);

bool is_gone(const Error& error) { return error.code == Code::kNotFound; }

// A pod of the StatefulSet of this name, whichever it was: somebody else's may have the same labels.
bool is_pod_of(std::string_view name, const LiveObject& pod) {
  const kube::OwnerReference* owner = controller_of(pod);
  return owner != nullptr && owner->kind == kWorkloads.kind && owner->name == name;
}

std::string selector_text(const api::OpenClawInstance& instance) {
  std::string text;
  for (const auto& [label, value] : selector_labels(instance)) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", label, value);
  }
  return text;
}

// Takes one owner off, whatever others there are; nullopt when it is none.
std::optional<std::string> disown_patch(const kube::ObjectMeta& metadata, std::string_view uid) {
  for (std::size_t i = 0; i < metadata.owner_references.size(); ++i) {
    if (metadata.owner_references[i].uid != uid) continue;
    const std::string path = fmt::format("/metadata/ownerReferences/{}", i);
    return json::serialize(json::Array{json::Object{{"op", "test"}, {"path", path + "/uid"}, {"value", uid}},
                                       json::Object{{"op", "remove"}, {"path", path}}});
  }
  return std::nullopt;
}

kube::WriteOptions as_us() {
  kube::WriteOptions options;
  options.field_manager = kFieldManager;
  return options;
}

}  // namespace

Task<Result<Outcome>> Deletion::run(InstancePtr instance) {
  if (!kube::has_finalizer(instance->metadata, kFinalizer)) co_return Outcome::done();
  const DeletionPlan plan = plan_deletion(*instance);
  // First of all: who deletes in the foreground has the claim deleted as soon as it is seen to be the instance's.
  if (plan.releases_claim) CO_TRY_VOID(co_await release_claim(instance, plan.claim, "its data is kept"));
  if (plan.stops_pods) {
    CO_TRY(instance, co_await say_phase(std::move(instance), "BackingUp"));
    CO_TRY(const bool stopped, co_await is_stopped(instance));
    if (!stopped) co_return Outcome::again_after(kLookAgain, kube::Lane::kUser);
    CO_TRY(instance, co_await settle_backup(std::move(instance), plan));
  }
  CO_TRY(instance, co_await say_phase(std::move(instance), "Terminating"));
  auto patch = kube::remove_finalizer_patch(instance->metadata, kFinalizer);
  if (!patch) co_return Outcome::done();
  const auto removed = co_await writer_.patch(std::move(instance), *std::move(patch));
  if (!removed && !is_gone(removed.error())) co_return std::unexpected(removed.error());
  co_return Outcome::done();
}

Task<Result<InstancePtr>> Deletion::say_phase(InstancePtr instance, std::string phase) {
  if (instance->status.phase == phase) co_return instance;
  co_return co_await writer_.status(instance, status_with_phase(*instance, std::move(phase)));
}

Task<Result<bool>> Deletion::is_stopped(InstancePtr instance) {
  CO_TRY_VOID(co_await scale_down(instance));
  CO_TRY(const bool pods, co_await has_pods(instance));
  if (!pods) co_return true;
  const Duration waited = leaving_.age(instance->metadata.key(), instance->metadata.uid, clock_.steady());
  if (waited < deletion_patience(*instance)) co_return false;
  tell(*instance, Type::kWarning, "BackupTimedOut",
       "The pod has not ended in the time of spec.backup.timeout: the instance goes without waiting for it");
  co_return true;
}

Task<Result<void>> Deletion::scale_down(InstancePtr instance) {
  const kube::Key key = instance->metadata.key();
  CO_TRY(const LivePtr live, co_await applier_.find(kWorkloads, key));
  const kube::OwnerReference* owner = live == nullptr ? nullptr : controller_of(*live);
  if (owner == nullptr || owner->uid != instance->metadata.uid) co_return Result<void>{};
  CO_TRY(const json::Value document, json::parse(live->text.unpack()));
  const json::Value* replicas = json::find(document, "spec.replicas");
  if (replicas != nullptr && *replicas == 0) co_return Result<void>{};
  const json::Value patch =
      json::Object{{"metadata", json::Object{{"uid", live->metadata.uid}}}, {"spec", json::Object{{"replicas", 0}}}};
  const auto body =
      co_await client_.patch(kWorkloads, key, kube::PatchType::kMerge, SecretBytes(json::serialize(patch)), as_us());
  if (!body && is_gone(body.error())) co_return Result<void>{};
  if (!body) co_return std::unexpected(body.error());
  CO_TRY_VOID(view_.remember(kWorkloads, *body));
  co_return Result<void>{};
}

Task<Result<bool>> Deletion::has_pods(InstancePtr instance) {
  kube::ListOptions options;
  options.label_selector = selector_text(*instance);
  options.metadata_only = true;
  int ours = 0;
  const auto count = [&ours, name = instance->metadata.name](std::string_view item) {
    const Result<LiveObject> pod = read_live(item);
    if (pod && is_pod_of(name, *pod)) ++ours;
  };
  CO_TRY_VOID(co_await kube::list_all(client_, kRunningPods, instance->metadata.ns, std::move(options), count));
  co_return ours > 0;
}

Task<Result<bool>> Deletion::has_credentials() {
  const kube::Key key{options_.operator_namespace, std::string(kBackupCredentials)};
  if (view_.secrets.get(key) != nullptr) co_return true;
  const auto body = co_await client_.get(kube::kResource<api::Secret>, key);
  if (body) co_return true;
  if (is_gone(body.error())) co_return false;
  co_return std::unexpected(Error(body.error()).prefixed(fmt::format("reading Secret {}", key.text())));
}

// Whoever has credentials for backups counts on one being made. None is: so the data is not let go of.
Task<Result<InstancePtr>> Deletion::settle_backup(InstancePtr instance, DeletionPlan plan) {
  const std::string secret = fmt::format("{}/{}", options_.operator_namespace, kBackupCredentials);
  CO_TRY(const bool credentials, co_await has_credentials());
  if (!credentials) {
    tell(*instance, Type::kNormal, "BackupSkipped",
         fmt::format("No backup is made: there is no Secret {} with credentials", secret));
    co_return instance;
  }
  const std::string kept = plan.claim.empty() ? "the claim that the instance uses stays"
                                              : fmt::format("PersistentVolumeClaim \"{}\" stays", plan.claim);
  const std::string message = fmt::format(
      "Secret {} has credentials for a backup, but backups are not built yet: none is made, and {}", secret, kept);
  CO_TRY(instance, co_await writer_.status(instance, status_without_backup(*instance, message, clock_.now())));
  if (!plan.claim.empty()) CO_TRY_VOID(co_await release_claim(instance, plan.claim, "no backup of its data was made"));
  tell(*instance, Type::kWarning, "BackupNotBuilt", message);
  co_return instance;
}

Task<Result<void>> Deletion::release_claim(InstancePtr instance, std::string claim, std::string why) {
  const kube::Key key{instance->metadata.ns, claim};
  const auto body = co_await client_.get(kClaims, key);
  if (!body && is_gone(body.error())) co_return Result<void>{};
  if (!body) co_return std::unexpected(Error(body.error()).prefixed(fmt::format("reading claim {}", claim)));
  CO_TRY(const LiveObject live, read_live(body->reveal()));
  auto patch = disown_patch(live.metadata, instance->metadata.uid);
  if (!patch) co_return Result<void>{};
  const auto released =
      co_await client_.patch(kClaims, key, kube::PatchType::kJson, SecretBytes(*std::move(patch)), as_us());
  if (!released && !is_gone(released.error())) {
    tell(*instance, Type::kWarning, "ClaimNotReleased",
         fmt::format("PersistentVolumeClaim \"{}\" would be lost with the instance, which is kept until this works: {}",
                     claim, with_way_out(released.error()).message));
    co_return std::unexpected(released.error());
  }
  tell(*instance, Type::kWarning, "OrphanedPVC",
       fmt::format("PersistentVolumeClaim \"{}\" stays when the instance is gone ({}): delete it when nobody needs it",
                   claim, why));
  co_return Result<void>{};
}

void Deletion::tell(const api::OpenClawInstance& instance, Type type, std::string reason, std::string message) {
  log::info("an instance is being deleted", {{"instance", instance.metadata.key().text()}, {"event", reason}});
  events_.record(kube::reference_to(instance), type, std::move(reason), std::move(message));
}

}  // namespace rotor::openclaw
