#include "secrets/plan.hpp"

#include <fmt/format.h>

#include "secrets/desired_secret.hpp"

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

// Nothing to make a Secret of: what spec.target.deletionPolicy says, of which Retain is all there is yet.
Plan without_content() {
  return {.action = Action::kLeave, .ending = Ending::kRetained, .has_secret = false, .ends_orphans = false};
}

Synced<Plan> change(const ExternalSecret& es, const Target& live, Desired desired, Action action) {
  if (desired.is(live)) return Plan{};
  if (live.immutable.value_or(false) && live.actual_hash != desired.data_hash) return std::unexpected(is_immutable(es));
  return Plan{.action = action, .secret = std::move(desired.secret)};
}

}  // namespace

Synced<Plan> plan_secret(const ExternalSecret& es, const Target* live, Content content) {
  if (content.kind == Content::Kind::kNothing) return without_content();
  if (live == nullptr) {
    TRY(Desired desired, desired_secret(es, nullptr, std::move(content.parts)));
    return Plan{.action = Action::kCreate, .secret = std::move(desired.secret)};
  }
  if (!live->managed()) {
    return Plan{.action = Action::kMark, .ending = Ending::kOvertaken, .has_secret = false, .ends_orphans = false};
  }
  if (content.kind == Content::Kind::kAsItIs) {
    TRY(Desired desired, desired_around_data(es, *live));
    return change(es, *live, std::move(desired), Action::kUpdateAround);
  }
  TRY(Desired desired, desired_secret(es, live, std::move(content.parts)));
  return change(es, *live, std::move(desired), Action::kUpdate);
}

}  // namespace rotor::secrets
