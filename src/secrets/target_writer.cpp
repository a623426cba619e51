#include "secrets/target_writer.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/log.hpp"
#include "kube/client/retry.hpp"
#include "secrets/made_mark.hpp"
#include "secrets/marks.hpp"

namespace rotor::secrets {
namespace {

using kube::Key;

kube::WriteOptions as_manager(const ExternalSecret& es) { return {.field_manager = field_manager(es.metadata.name)}; }

void tell(const Key& key, const KeyDiff& diff) {
  const auto names = [](const std::vector<std::string>& keys) { return fmt::format("{}", fmt::join(keys, ",")); };
  log::debug("data keys of a secret changed", {{"secret", key.name},
                                               {"namespace", key.ns},
                                               {"added", names(diff.added)},
                                               {"updated", names(diff.updated)},
                                               {"removed", names(diff.removed)},
                                               {"emptied", names(diff.emptied)}});
}

// Why a Secret was deleted, in the order of Deed.
std::string_view reason_of(Deed deed) {
  return deed == Deed::kOrphanDeleted ? "the Secret of an earlier target name" : "deletionPolicy Delete";
}

// The API server may have carried out what it did not answer to; and what was sent once more, because its connection
// broke, meets itself.
bool may_have_happened(Code code) {
  constexpr std::array kUnclear = {Code::kTimeout, Code::kUnavailable, Code::kInternal, Code::kConflict,
                                   Code::kAlreadyExists};
  return std::ranges::find(kUnclear, code) != kUnclear.end();
}

// What is written around values that stay shows the marks that are there already: they say nothing about the write.
bool has_other_made_values(const TargetPtr& live, const api::Secret& secret) {
  const auto made = secret.metadata.annotations.find(std::string(kMadeAnnotation));
  const std::string* there = live ? live->annotation(kMadeAnnotation) : nullptr;
  return made != secret.metadata.annotations.end() && (there == nullptr || *there != made->second);
}

std::unexpected<SyncFailure> failed_to(std::string_view what, const std::string& name, Error error) {
  return std::unexpected(write_failure(std::move(error), fmt::format("could not {} secret {}", what, name)));
}

}  // namespace

Task<TargetWriter::Done> TargetWriter::write(ExternalSecretPtr es, TargetPtr live, Plan plan) {
  switch (plan.action) {
    case Plan::Action::kCreate:
      co_return co_await create(es, std::move(plan.secret));
    case Plan::Action::kUpdate:
    case Plan::Action::kUpdateAround:
      co_return co_await update(es, std::move(live), std::move(plan.secret));
    case Plan::Action::kDelete: {
      auto deleted = co_await remove(std::move(live), Deed::kDeleted, Ending::kNotDeleted, "could not delete secret");
      if (!deleted) co_return std::unexpected(std::move(deleted).error());
      co_return *deleted;
    }
    case Plan::Action::kMark:
      co_return co_await mark(es);
    case Plan::Action::kLeave:
      break;
  }
  co_return std::nullopt;
}

Task<TargetWriter::Done> TargetWriter::create(ExternalSecretPtr es, api::Secret secret) {
  const Key key = secret.metadata.key();
  SecretBytes body = json::write_secret(secret);
  auto answer = co_await p_.client.create(kube::kResource<api::Secret>, key.ns, std::move(body), as_manager(*es));
  if (!answer && co_await was_written(std::move(secret), answer.error().code)) co_return Deed::kCreated;
  if (!answer) co_return failed_to("create", key.name, std::move(answer).error());
  static_cast<void>(p_.world.wrote_target(*answer));  // the watch shows it sooner or later
  co_return Deed::kCreated;
}

// Of values that the next try would make anew, while these are taken back, it is asked what became of them.
Task<bool> TargetWriter::was_written(api::Secret secret, Code failed_with) {
  const auto sent = secret.metadata.annotations.find(std::string(kMadeAnnotation));
  if (sent == secret.metadata.annotations.end() || !may_have_happened(failed_with)) co_return false;
  const std::string hash = secret.metadata.annotations.at(std::string(kDataHashAnnotation));
  const auto body = co_await p_.client.get(kube::kResource<api::Secret>, secret.metadata.key());
  if (!body) co_return false;
  const auto there = kube::decode<api::Secret>(*body);
  if (!there) co_return false;
  const Target target = to_target(*there);
  const std::string* made = target.annotation(kMadeAnnotation);
  if (made == nullptr || *made != sent->second || target.actual_hash != hash) co_return false;
  static_cast<void>(p_.world.wrote_target(*body));
  co_return true;
}

Task<TargetWriter::Done> TargetWriter::update(ExternalSecretPtr es, TargetPtr live, api::Secret secret) {
  const Key key = secret.metadata.key();
  const bool brings_made = has_other_made_values(live, secret);
  const auto diff = co_await diff_to(secret);
  SecretBytes body = json::write_secret(secret);
  auto answer = co_await p_.client.update(kube::kResource<api::Secret>, key, std::move(body), as_manager(*es));
  if (!answer && brings_made && co_await was_written(std::move(secret), answer.error().code)) co_return Deed::kUpdated;
  if (!answer) co_return failed_to("update", key.name, std::move(answer).error());
  static_cast<void>(p_.world.wrote_target(*answer));  // the watch shows it sooner or later
  if (diff) tell(key, *diff);
  co_return Deed::kUpdated;
}

// What it holds now is read for this alone: nothing of it is kept.
Task<std::optional<KeyDiff>> TargetWriter::diff_to(const api::Secret& secret) {
  if (!log::enabled(log::Level::kDebug)) co_return std::nullopt;
  const auto before = co_await kube::get<api::Secret>(p_.client, secret.metadata.key());
  if (!before) co_return std::nullopt;
  co_return key_diff(before->data, secret.data);
}

Task<TargetWriter::Done> TargetWriter::mark(ExternalSecretPtr es) {
  const Key key{es->metadata.ns, es->target_name()};
  SecretBytes patch(fmt::format(R"({{"metadata":{{"labels":{{"{}":"{}"}}}}}})", kManagedLabel, kManagedValue));
  auto answer = co_await p_.client.patch(kube::kResource<api::Secret>, key, kube::PatchType::kMerge, std::move(patch),
                                         as_manager(*es));
  if (!answer) co_return failed_to("label", key.name, std::move(answer).error());
  co_return std::nullopt;
}

Task<> TargetWriter::restate_versions(ExternalSecretPtr es, TargetPtr live, std::string mark) {
  const Key key = live->metadata.key();
  json::Object annotations{{api::es::kStoreVersionsAnnotation, nullptr}};
  if (!mark.empty()) annotations[api::es::kStoreVersionsAnnotation] = mark;
  const json::Object patch{{"metadata", json::Object{{"resourceVersion", live->metadata.resource_version},
                                                     {"annotations", std::move(annotations)}}}};
  auto answer = co_await p_.client.patch(kube::kResource<api::Secret>, key, kube::PatchType::kMerge,
                                         SecretBytes(json::serialize(patch)), as_manager(*es));
  if (answer) {
    static_cast<void>(p_.world.wrote_target(*answer));  // the watch shows it sooner or later
    co_return;
  }
  log::debug("cannot write the store versions of a secret",
             {{"secret", key.name}, {"namespace", key.ns}, {"error", answer.error().message}});
}

Task<Synced<Deed>> TargetWriter::remove_orphan(TargetPtr orphan) {
  co_return co_await remove(std::move(orphan), Deed::kOrphanDeleted, Ending::kOrphansLeft,
                            "could not delete orphaned secret");
}

Task<Synced<Deed>> TargetWriter::remove(TargetPtr target, Deed deed, Ending failure, std::string_view what) {
  const Key key = target->metadata.key();
  kube::DeleteOptions options;
  options.uid = target->metadata.uid;
  options.resource_version = target->metadata.resource_version;
  auto removed = co_await p_.client.remove(kube::kResource<api::Secret>, key, std::move(options));
  if (!removed && removed.error().code != Code::kNotFound) {
    const auto then = kube::after_failed_write(removed.error().code);
    const bool raced = removed.error().code == Code::kConflict;  // it was written meanwhile: looked at again
    auto error = std::move(removed).error().prefixed(fmt::format("{} {}", what, key.name));
    co_return std::unexpected(SyncFailure{raced ? Ending::kOvertaken : failure, std::move(error), then});
  }
  log::debug(deed == Deed::kOrphanDeleted ? "orphaned secret deleted" : "managed secret deleted",
             {{"secret", key.name}, {"namespace", key.ns}, {"reason", reason_of(deed)}});
  co_return deed;
}

}  // namespace rotor::secrets
