#include "openclaw/converge.hpp"

#include <fmt/format.h>

#include "api/core/secret.hpp"
#include "json/document.hpp"
#include "openclaw/apply_diff.hpp"
#include "openclaw/fixed_fields.hpp"
#include "openclaw/names.hpp"
#include "openclaw/way_out.hpp"

namespace rotor::openclaw {
namespace {

bool controlled_by(const LiveObject& object, std::string_view owner_uid) {
  const kube::OwnerReference* owner = controller_of(object);
  return owner != nullptr && owner->uid == owner_uid;
}

Result<Step> keep_applied(const ManagedKind& kind, const Standing& standing, std::string_view desired,
                          const kube::ObjectMeta& instance) {
  if (standing.live == nullptr) return Step::kApply;
  TRY_VOID(check_owner(kind.resource, *standing.live, instance));
  TRY(const json::Value have, json::parse(standing.live->text.unpack()));
  TRY(const json::Value want, json::parse(desired));
  return apply_changes(kind.description(), have, want, owned_fields(have, kFieldManager)) ? Step::kApply : Step::kLeave;
}

}  // namespace

Result<void> check_owner(const kube::Resource& resource, const LiveObject& object, const kube::ObjectMeta& instance) {
  const kube::OwnerReference* owner = controller_of(object);
  if (owner == nullptr || owner->uid == instance.uid) return {};
  const bool predecessor = owner->kind == kube::kResource<api::OpenClawInstance>.kind && owner->name == instance.name;
  if (predecessor) {
    return fail(Code::kConflict, fmt::format("{} \"{}\" is still that of an earlier instance of this name",
                                             resource.kind, object.metadata.name));
  }
  return fail(Code::kInvalid, fmt::format("{} \"{}\" belongs to {} \"{}\": rename the instance or remove that object",
                                          resource.kind, object.metadata.name, owner->kind, owner->name));
}

Result<Step> decide_step(const ManagedKind& kind, Place place, const Standing& standing, std::string_view desired,
                         const kube::ObjectMeta& instance) {
  switch (place) {
    case Place::kUsers:
      return Step::kLeave;
    case Place::kOurs:
      if (kind.make != nullptr) return standing.there ? Step::kLeave : Step::kMake;
      return kind.build != nullptr ? keep_applied(kind, standing, desired, instance) : Step::kLeave;
    case Place::kEmpty:
      break;
  }
  const bool ours = standing.live != nullptr && controlled_by(*standing.live, instance.uid);
  const bool goes = kind.unwanted == Unwanted::kGoes && ours && !standing.live->metadata.deleting();
  return goes ? Step::kRemove : Step::kLeave;
}

Task<Converged> Converger::make(InstancePtr instance, std::shared_ptr<Memory> memory) {
  co_return co_await each([](const ManagedKind& kind) { return kind.make != nullptr; }, instance, memory);
}

Task<Converged> Converger::keep(InstancePtr instance, std::shared_ptr<Memory> memory) {
  co_return co_await each([](const ManagedKind& kind) { return kind.make == nullptr; }, instance, memory);
}

Task<Converged> Converger::each(bool (*concerns)(const ManagedKind&), InstancePtr instance,
                                std::shared_ptr<Memory> memory) {
  for (const ManagedKind& kind : kinds_) {
    if (!concerns(kind)) continue;
    Result<void> done = co_await converge(&kind, instance, memory);
    if (!done) co_return std::unexpected(Stopped{with_way_out(std::move(done).error(), kind.denied.way_out), &kind});
  }
  co_return Converged{};
}

// An object that is not wanted is looked for among those with our label alone: nothing else can be ours.
Task<Result<Standing>> Converger::gather(const ManagedKind* kind, Place place, kube::Key key) {
  Standing standing;
  if (kind->resource == kube::kResource<api::Secret>) {
    standing.there = view_.secrets.get(key) != nullptr;
    co_return standing;
  }
  if (place == Place::kOurs && (kind->build != nullptr || kind->make != nullptr)) {
    CO_TRY(standing.live, co_await applier_.find(kind->resource, std::move(key)));
  } else if (place == Place::kEmpty) {
    standing.live = view_.live(kind->resource).get(key);
  }
  standing.there = standing.live != nullptr;
  co_return standing;
}

Task<Result<void>> Converger::converge(const ManagedKind* kind, InstancePtr instance, std::shared_ptr<Memory> memory) {
  const Place place = kind->place(*instance);
  const kube::Key key{instance->metadata.ns, kind->name(*instance)};
  CO_TRY(Standing standing, co_await gather(kind, place, key));
  const bool builds = place == Place::kOurs && kind->build != nullptr;
  const std::string at = builds && standing.live != nullptr ? standing.live->metadata.resource_version : "";
  if (!at.empty() && memory->settled.fitted(*kind, at)) co_return Result<void>{};
  std::string desired = builds ? kind->build(*instance, *memory->settled.around()) : std::string();
  CO_TRY(const Step step, decide_step(*kind, place, standing, desired, instance->metadata));
  switch (step) {
    case Step::kApply:
      if (standing.live != nullptr) {
        CO_TRY(standing.live,
               co_await applier_.take_over(kind->resource, std::move(standing.live), instance->metadata.uid));
      }
      co_return co_await apply(kind, key, std::move(standing.live), std::move(desired), std::move(instance),
                               std::move(memory));
    case Step::kMake:
      co_return co_await make(kind, key, std::move(instance));
    case Step::kRemove:
      co_return co_await applier_.remove(kind->resource, std::move(standing.live), std::move(instance));
    case Step::kLeave:
      if (!at.empty()) memory->settled.fits(*kind, at);
      break;
  }
  co_return Result<void>{};
}

Task<Result<void>> Converger::apply(const ManagedKind* kind, kube::Key key, LivePtr live, std::string desired,
                                    InstancePtr instance, std::shared_ptr<Memory> memory) {
  const auto applied = co_await applier_.apply(kind->resource, std::move(key), live, desired, std::move(instance));
  if (applied) co_return Result<void>{};
  co_return std::unexpected(explain_refusal(kind->resource, live, desired, applied.error(), memory->obstacle));
}

Task<Result<void>> Converger::make(const ManagedKind* kind, kube::Key key, InstancePtr instance) {
  const std::string_view called = kind->made.called.empty() ? kind->resource.kind : kind->made.called;
  const Result<bool> made = co_await applier_.make(kind->resource, key, kind->make(*instance));
  if (!made) co_return std::unexpected(Error(made.error()).prefixed(fmt::format("{} {}", called, key.name)));
  if (*made && !kind->made.reason.empty()) {
    events_.record(kube::reference_to(*instance), kube::EventRecorder::Type::kNormal, std::string(kind->made.reason),
                   fmt::format("Created {} \"{}\"", called, key.name));
  }
  co_return Result<void>{};
}

}  // namespace rotor::openclaw
