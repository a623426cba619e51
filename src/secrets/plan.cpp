#include "secrets/plan.hpp"

#include <fmt/format.h>

#include "secrets/desired_secret.hpp"
#include "secrets/ownership.hpp"
#include "secrets/policies.hpp"

namespace rotor::secrets {
namespace {

using Action = Plan::Action;

// A Secret of this name made again is no way out: nodes that still hold the old one go on serving its values.
SyncFailure is_immutable(const ExternalSecret& es) {
  return {Ending::kImmutable,
          {Code::kInvalid,
           fmt::format("could not update secret {}: it is immutable, so what uses it keeps the old values; give "
                       "spec.target.name another value and let what uses the Secret refer to that name",
                       es.target_name())},
          kube::Outcome::done()};
}

Plan left(Ending ending) { return {.ending = ending, .has_secret = false, .ends_orphans = false}; }

// Nothing to make a Secret of, and it was deletionPolicy Delete.
Synced<Plan> deleted(const ExternalSecret& es, const Target* live) {
  if (!owns(es)) {
    const auto& manifest = es.spec.target.manifest;
    const auto why =
        fmt::format("unable to delete {} {}: creationPolicy={} is not Owner", manifest ? manifest->kind : "secret",
                    es.target_name(), es.spec.target.creation_policy);
    return std::unexpected(SyncFailure{Ending::kNotDeleted, {Code::kInvalid, why}, kube::Outcome::done()});
  }
  Plan plan = left(Ending::kDeleted);
  if (live == nullptr || !live->managed()) return plan;
  TRY_VOID(decide_ownership(es, live));
  plan.action = Action::kDelete;
  return plan;
}

Plan marked() {
  return {.action = Action::kMark, .ending = Ending::kOvertaken, .has_secret = false, .ends_orphans = false};
}

Synced<Plan> change(const ExternalSecret& es, const Target& live, Desired desired, Action action) {
  if (desired.is(live)) return Plan{.ends_orphans = owns(es)};
  if (live.immutable.value_or(false) && live.actual_hash != desired.data_hash) return std::unexpected(is_immutable(es));
  return Plan{.action = action, .ends_orphans = owns(es), .secret = std::move(desired.secret)};
}

}  // namespace

std::optional<Synced<Plan>> plan_nothing(const ExternalSecret& es, const Target* live, const Content& content) {
  if (content.kind == Content::Kind::kNothing) return deletes(es) ? deleted(es, live) : left(Ending::kRetained);
  if (!writes(es)) return live != nullptr && !live->managed() && !is_generic(es) ? marked() : left(Ending::kSynced);
  if (live == nullptr && !creates(es)) return left(Ending::kMissing);
  return std::nullopt;
}

Synced<Plan> plan_secret(const ExternalSecret& es, const Target* live, Content content) {
  if (auto nothing = plan_nothing(es, live, content)) return *std::move(nothing);
  if (live == nullptr) {
    TRY(Desired desired, desired_secret(es, nullptr, std::move(content.parts)));
    return Plan{.action = Action::kCreate, .ends_orphans = owns(es), .secret = std::move(desired.secret)};
  }
  if (!live->managed()) return marked();
  // An immutable target is written once: afterwards, and on a Secret that was there before, its data is what it is.
  if (content.kind == Content::Kind::kAsItIs || es.spec.target.immutable) {
    TRY(Desired desired, desired_around_data(es, *live));
    return change(es, *live, std::move(desired), Action::kUpdateAround);
  }
  TRY(Desired desired, desired_secret(es, live, std::move(content.parts)));
  return change(es, *live, std::move(desired), Action::kUpdate);
}

}  // namespace rotor::secrets
