#include "secrets/sync.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "secrets/desired_metadata.hpp"
#include "secrets/desired_secret.hpp"
#include "secrets/gather.hpp"
#include "secrets/manifest_target/manifest.hpp"
#include "secrets/manifest_target/plan_manifest.hpp"
#include "secrets/material.hpp"
#include "secrets/ownership.hpp"
#include "secrets/policies.hpp"
#include "secrets/written_marks.hpp"

namespace rotor::secrets {
namespace {

Report failed(Report report, SyncFailure failure) {
  report.ending = failure.ending;
  report.error = std::move(failure.error);
  report.then = failure.then;
  return report;
}

SyncFailure deleted_meanwhile() {
  return {Ending::kOvertaken, {Code::kNotFound, "it was deleted meanwhile"}, kube::Outcome::done()};
}

}  // namespace

struct Sync::Carried {
  Ending ending;
  bool has_secret;
  bool ends_orphans;
  std::optional<Deed> deed{};
};

Task<Report> Sync::run(ExternalSecretPtr es, Freshness wanted, std::function<void()> answered) {
  std::vector<LeftBehind> left;
  Report report = co_await refresh(es, wanted, std::move(answered), left);
  // Once the Secret has the values they stay good at their server, whatever became of what is done after that.
  if (ready_words(report.ending).ready || report.has_secret) {
    co_await states_.keep(es, std::move(left));
  } else {
    report.took_back = !left.empty() && p_.options.generator_state;
    co_await states_.take_back(es, std::move(left));
  }
  co_return report;
}

Task<Report> Sync::refresh(ExternalSecretPtr es, Freshness wanted, std::function<void()> answered,
                           std::vector<LeftBehind>& left) {
  Report report;
  report.started = p_.clock.now();
  auto material = co_await gather_material(p_, es, wanted, unwritten_, left);
  answered();
  if (!material) co_return failed(std::move(report), std::move(material).error());
  TargetPtr live = material->live;
  const ManifestPlacePtr place = material->manifest;
  report.gaps = std::move(material->fetched.gaps);
  report.altered = std::move(material->fetched.altered);
  std::vector<std::string> remarks = std::move(material->remarks);
  auto content = co_await maker_.make(es, *std::move(material));
  if (!content) co_return failed(std::move(report), std::move(content).error());
  content->started = report.started;
  std::string digest = content->digest;
  remarks.insert(remarks.end(), content->remarks.begin(), content->remarks.end());
  // What holds already what it should was not made: whether it would be remarked on is not known.
  if (content->kind != Content::Kind::kAsItIs || !remarks.empty()) report.remarks = std::move(remarks);
  const std::unique_ptr<Turn> turn = co_await turn_at(es);
  // Data that stays is that of the Secret which was compared; for new data the newest version is good.
  if (content->kind == Content::Kind::kNew) live = p_.world.target({es->metadata.ns, es->target_name()});
  // Nobody would take away what is made for an ExternalSecret that was deleted while its store answered.
  if (!p_.world.still_has(*es)) co_return failed(std::move(report), deleted_meanwhile());
  auto carried = place ? co_await carry_out_on(place, es, *std::move(content))
                       : co_await bring_about(es, *std::move(content), std::move(live));
  co_return co_await conclude(es, std::move(report), std::move(digest), std::move(carried));
}

Task<std::unique_ptr<Turn>> Sync::turn_at(ExternalSecretPtr es) {
  if (!keeps_foreign_keys(*es) || is_generic(*es)) co_return nullptr;
  std::erase_if(shared_targets_, [](const auto& item) { return item.second.expired(); });
  std::weak_ptr<Turn::Object>& target = shared_targets_[{es->metadata.ns, es->target_name()}];
  Turn::ObjectPtr object = target.lock();
  if (!object) target = object = std::make_shared<Turn::Object>();
  co_return co_await Turn::take(std::move(object));
}

Task<Report> Sync::put_around(ExternalSecretPtr es) {
  Report report;
  report.started = p_.clock.now();
  auto carried = co_await carry_out_around(es);
  co_return co_await conclude(es, std::move(report), es->status.inputs_digest, std::move(carried));
}

Task<Synced<Sync::Carried>> Sync::carry_out_around(ExternalSecretPtr es) {
  const Content content{.kind = Content::Kind::kAsItIs};
  if (is_generic(*es)) {
    auto place = co_await read_manifest(p_, es);
    if (!place) co_return std::unexpected(std::move(place).error());
    if ((*place)->there() == nullptr) co_return std::unexpected(deleted_meanwhile());
    co_return co_await carry_out_on(*std::move(place), es, content);
  }
  TargetPtr live = p_.world.target({es->metadata.ns, es->target_name()});
  if (!live) co_return std::unexpected(deleted_meanwhile());
  co_return co_await carry_out(es, content, std::move(live));
}

Task<Report> Sync::move(ExternalSecretPtr es, TargetPtr earlier) {
  Report report;
  report.started = p_.clock.now();
  auto whole = co_await kube::get<api::Secret>(p_.client, earlier->metadata.key());
  if (!whole) {
    auto failure =
        write_failure(std::move(whole).error(), fmt::format("could not get secret {}", earlier->metadata.name));
    co_return failed(std::move(report), std::move(failure));
  }
  if (!p_.world.still_has(*es)) co_return failed(std::move(report), deleted_meanwhile());
  Content content{.kind = Content::Kind::kNew};
  content.parts = metadata_as_it_is(*es, *earlier);
  content.parts.data = std::move(whole->data);
  content.parts.type = std::move(whole->type);
  content.versions = versions_on(earlier.get());
  auto carried = co_await bring_about(es, std::move(content), nullptr);
  co_return co_await conclude(es, std::move(report), es->status.inputs_digest, std::move(carried));
}

Task<Report> Sync::conclude(ExternalSecretPtr es, Report report, std::string digest, Synced<Carried> carried) {
  if (!carried) co_return failed(std::move(report), carried.error());
  report.ending = carried->ending;
  if (carried->deed) report.deeds.push_back(*carried->deed);
  if (carried->has_secret) {
    report.has_secret = true;
    report.inputs_digest = digest;
    digests_.remember(es->metadata.key(), digest);
  }
  if (!carried->ends_orphans) co_return report;
  // Only now: what reads the old Secret loses it for a new one that is there.
  for (const TargetPtr& orphan : orphans_of(p_.world, *es)) {
    auto removed = co_await writer_.remove_orphan(orphan);
    if (!removed) co_return failed(std::move(report), std::move(removed).error());
    report.deeds.push_back(*removed);
  }
  co_return report;
}

Task<Synced<void>> Sync::remove_with(ExternalSecretPtr es) {
  if (is_generic(*es)) co_return co_await remove_object_with(es);
  TargetPtr target = p_.world.target({es->metadata.ns, es->target_name()});
  if (!target || !controls(*es, *target)) co_return Synced<void>();
  auto removed =
      co_await writer_.remove(std::move(target), Deed::kDeleted, Ending::kNotDeleted, "could not delete secret");
  if (!removed) co_return std::unexpected(std::move(removed).error());
  co_return Synced<void>();
}

Task<Synced<void>> Sync::remove_object_with(ExternalSecretPtr es) {
  // What the administrator no longer allows is left to the garbage collector, which removes what is owned.
  if (manifest_fault(*es, p_.options.generic_targets)) co_return Synced<void>();
  auto place = co_await read_manifest(p_, es);
  const bool no_kind =
      !place && (place.error().error.code == Code::kNotFound || place.error().ending == Ending::kInvalidTarget);
  if (no_kind) co_return Synced<void>();
  if (!place) co_return std::unexpected(std::move(place).error());
  const LiveObject* there = (*place)->there();
  if (there == nullptr || !controls(*es, there->target)) co_return Synced<void>();
  auto removed = co_await manifest_writer_.remove(es, *std::move(place));
  if (!removed) co_return std::unexpected(std::move(removed).error());
  co_return Synced<void>();
}

Task<Synced<Sync::Carried>> Sync::carry_out_on(ManifestPlacePtr place, ExternalSecretPtr es, Content content) {
  auto plan = plan_manifest(*es, place->there(), std::move(content));
  if (!plan) co_return std::unexpected(std::move(plan).error());
  Carried carried{plan->ending, plan->has_secret, plan->ends_orphans};
  auto deed = co_await manifest_writer_.write(es, std::move(place), *std::move(plan));
  if (!deed) co_return std::unexpected(std::move(deed).error());
  carried.deed = *deed;
  co_return carried;
}

Task<Synced<Sync::Carried>> Sync::bring_about(ExternalSecretPtr es, Content content, TargetPtr live) {
  if (live) co_return co_await carry_out(es, std::move(content), std::move(live));
  if (content.kind == Content::Kind::kNew && !creates(*es)) {  // does our watch not show it?
    auto found = co_await read_target(p_, es);
    if (!found && found.error().error.code != Code::kNotFound) co_return std::unexpected(std::move(found).error());
    if (found) live = std::make_shared<const Target>(to_target(*std::move(found)));
    co_return co_await carry_out(es, std::move(content), std::move(live));
  }
  auto carried = co_await carry_out(es, content, nullptr);
  if (carried || carried.error().error.code != Code::kAlreadyExists) co_return std::move(carried);
  // There is one that our watch does not show: not marked as ours, or not seen yet.
  auto found = co_await read_target(p_, es);
  if (!found) co_return std::unexpected(std::move(found).error());
  live = std::make_shared<const Target>(to_target(*found));
  if (live->managed() && controls(*es, *live)) {
    // Ours, by a write that our watch has not shown: what is still to be done is decided with it in sight.
    static_cast<void>(p_.world.wrote_target(json::write_secret(*found)));
    co_return std::unexpected(SyncFailure{Ending::kOvertaken, {Code::kConflict, "its Secret was made meanwhile"}});
  }
  co_return co_await carry_out(es, std::move(content), std::move(live));
}

Task<Synced<Sync::Carried>> Sync::carry_out(ExternalSecretPtr es, Content content, TargetPtr live) {
  std::optional<SecretMap> before;  // what the Secret holds, where it was read
  if (live && live->managed() && keeps_foreign_keys(*es) && content.kind == Content::Kind::kNew) {
    auto whole = co_await read_target(p_, es);
    if (!whole) co_return std::unexpected(std::move(whole).error());
    SecretMap data = whole->data;
    before = data;
    live = std::make_shared<const Target>(to_target(*std::move(whole)));
    content.parts.data = merged_data(*es, *live, std::move(data), std::move(content.parts.data));
  }
  const Origin origin = origin_of(content);
  auto plan = plan_secret(*es, live.get(), std::move(content));
  if (!plan) co_return std::unexpected(std::move(plan).error());
  if (plan->action == Plan::Action::kUpdateAround) {
    // The version that is written under is the one that was decided on: an edit in between makes the update fail.
    auto whole = co_await read_target(p_, es);
    if (!whole) co_return std::unexpected(std::move(whole).error());
    plan->secret.data = std::move(whole->data);
  }
  if (live && !before && changes_values(*plan, live.get())) {
    auto whole = co_await read_target(p_, es);  // as above: it is written under the version that was decided on
    if (!whole) co_return std::unexpected(std::move(whole).error());
    before = std::move(whole->data);
  }
  put_marks(*es, live.get(), before.value_or(SecretMap()), origin, p_.clock.now(), *plan);
  const bool marks = plan->action == Plan::Action::kMark;
  auto versions = other_versions(*es, live.get(), origin, *plan);
  Carried carried{plan->ending, plan->has_secret, plan->ends_orphans};
  std::optional<SyncFailure> failure = std::move(plan->failure);
  auto deed = co_await writer_.write(es, live, *std::move(plan));
  if (!deed) co_return std::unexpected(std::move(deed).error());
  if (failure) co_return std::unexpected(*std::move(failure));
  if (marks) {
    co_return std::unexpected(
        SyncFailure{carried.ending, {Code::kConflict, "labelled as managed, the next pass takes it over"}});
  }
  carried.deed = *deed;
  if (versions) co_await writer_.restate_versions(es, live, *std::move(versions));
  co_return carried;
}

}  // namespace rotor::secrets
