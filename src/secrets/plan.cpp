#include "secrets/plan.hpp"

#include <fmt/format.h>

#include "secrets/desired_metadata.hpp"
#include "secrets/desired_secret.hpp"
#include "secrets/marks.hpp"
#include "secrets/ownership.hpp"
#include "secrets/policies.hpp"
#include "secrets/secret_faults.hpp"

namespace rotor::secrets {
namespace {

using Action = Plan::Action;

// A Secret of this name made again is no way out: nodes that still hold the old one go on serving its values.
SyncFailure is_immutable(const ExternalSecret& es) {
  return {
      Ending::kImmutable,
      {Code::kInvalid,
       fmt::format("could not update secret {} (what uses it keeps the old values: give spec.target.name another value "
                   "and let what uses the Secret refer to that name): secret is immutable",
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

// The metadata still follows, with the hash of what the data should be: so the Secret tells that it is not. Once:
// values that are made anew with each pass must not be a write with each pass.
Synced<Plan> around_what_is_frozen(const ExternalSecret& es, const Target& live, Desired desired) {
  SyncFailure failure = is_immutable(es);
  kube::ObjectMeta but_for_the_hash = desired.secret.metadata;
  if (const std::string* hash = live.annotation(kDataHashAnnotation)) {
    but_for_the_hash.annotations.insert_or_assign(std::string(kDataHashAnnotation), *hash);
  }
  if (!live.hash_matches() && same_metadata(but_for_the_hash, live.metadata))
    return std::unexpected(std::move(failure));
  desired.secret.type = live.type;
  Plan plan{.action = Action::kUpdateAround, .has_secret = false, .ends_orphans = false};
  plan.secret = std::move(desired.secret);
  plan.failure = std::move(failure);
  return plan;
}

SyncFailure unfit(const ExternalSecret& es, const Target* live, std::string fault) {
  const std::string deed =
      fmt::format("could not {} secret {}", live == nullptr ? "create" : "update", es.target_name());
  return write_failure({Code::kInvalid, std::move(fault)}, deed);
}

Synced<Plan> change(const ExternalSecret& es, const Target& live, Desired desired, Action action) {
  if (desired.is(live)) return Plan{.ends_orphans = owns(es)};
  const bool same_content = live.actual_hash == desired.data_hash && live.type == desired.secret.type;
  if (live.immutable.value_or(false) && !same_content) return around_what_is_frozen(es, live, std::move(desired));
  if (auto fault = secret_fault(desired.secret, &live)) return std::unexpected(unfit(es, &live, *std::move(fault)));
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
    if (auto fault = secret_fault(desired.secret, nullptr))
      return std::unexpected(unfit(es, nullptr, *std::move(fault)));
    return Plan{.action = Action::kCreate, .ends_orphans = owns(es), .secret = std::move(desired.secret)};
  }
  if (!live->managed()) return marked();
  // An immutable target is written once: afterwards, and on a Secret that was there before, it is what it is.
  if (es.spec.target.immutable) {
    TRY(Desired desired, desired_frozen(es, *live));
    return change(es, *live, std::move(desired), Action::kUpdateAround);
  }
  if (content.kind == Content::Kind::kAsItIs) {
    TRY(Desired desired, desired_around_data(es, *live));
    return change(es, *live, std::move(desired), Action::kUpdateAround);
  }
  TRY(Desired desired, desired_secret(es, live, std::move(content.parts)));
  return change(es, *live, std::move(desired), Action::kUpdate);
}

}  // namespace rotor::secrets
