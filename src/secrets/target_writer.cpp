#include "secrets/target_writer.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "kube/client/retry.hpp"
#include "secrets/marks.hpp"
#include "secrets/reporter.hpp"

namespace rotor::secrets {
namespace {

using api::es::ExternalSecret;
using kube::Key;
using EventType = kube::EventRecorder::Type;

kube::WriteOptions as_manager(const ExternalSecret& es) { return {.field_manager = field_manager(es.metadata.name)}; }

std::unexpected<SyncFailure> failed_to(const char* what, const std::string& name, Error error) {
  return std::unexpected(write_failure(std::move(error), fmt::format("could not {} secret {}", what, name)));
}

}  // namespace

SyncFailure write_failure(Error error, const std::string& context) {
  const Code code = error.code;
  const bool raced = code == Code::kConflict || code == Code::kAlreadyExists || code == Code::kNotFound;
  const bool going = code == Code::kGone;  // with its namespace: nobody is left to tell
  return {raced || going ? kAgain : kCouldNotUpdate, std::move(error).prefixed(context),
          kube::after_failed_write(code)};
}

Task<Synced<void>> TargetWriter::write(EsPtr es, tmpl::SecretParts parts) {
  if (const auto live = world_.target({es->metadata.ns, es->target_name()})) {
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

Task<Synced<void>> TargetWriter::keep(EsPtr es, World::TargetPtr live) {
  auto desired = keep_secret(*es, *live);
  if (desired && desired->write == Desired::Write::kUpdate) {
    // The version that is written under is the one that was decided on: an edit in between makes the update fail.
    auto whole = co_await kube::get<api::Secret>(client_, live->metadata.key());
    if (!whole) co_return failed_to("get", live->metadata.name, std::move(whole).error());
    desired->secret.data = std::move(whole->data);
  }
  co_return co_await overwrite(es, std::move(desired));
}

Task<Synced<void>> TargetWriter::overwrite(EsPtr es, Synced<Desired> desired) {
  if (!desired) co_return std::unexpected(std::move(desired).error());
  if (desired->write == Desired::Write::kNothing) co_return Synced<void>();
  co_return co_await update(es, std::move(desired->secret));
}

Task<Synced<void>> TargetWriter::create(EsPtr es, api::Secret secret) {
  const Key key = secret.metadata.key();
  SecretBytes body = json::write_secret(secret);
  auto answer = co_await client_.create(kube::kResource<api::Secret>, key.ns, std::move(body), as_manager(*es));
  if (!answer) co_return failed_to("create", key.name, std::move(answer).error());
  static_cast<void>(world_.wrote_target(*answer));  // the watch shows it sooner or later
  record_event(events_, *es, EventType::kNormal, "Created", "secret created");
  co_return Synced<void>();
}

Task<Synced<void>> TargetWriter::update(EsPtr es, api::Secret secret) {
  const Key key = secret.metadata.key();
  SecretBytes body = json::write_secret(secret);
  auto answer = co_await client_.update(kube::kResource<api::Secret>, key, std::move(body), as_manager(*es));
  if (!answer) co_return failed_to("update", key.name, std::move(answer).error());
  static_cast<void>(world_.wrote_target(*answer));  // the watch shows it sooner or later
  record_event(events_, *es, EventType::kNormal, "Updated", "secret updated");
  co_return Synced<void>();
}

// The live Secret when it is labelled as managed already. Otherwise the label is all that this pass writes: the next
// one, with the Secret in the cache, replaces the data.
Task<Synced<World::TargetPtr>> TargetWriter::take_over(EsPtr es) {
  const Key key{es->metadata.ns, es->target_name()};
  auto live = co_await kube::get<api::Secret>(client_, key);
  if (!live) co_return failed_to("get", key.name, std::move(live).error());
  auto target = std::make_shared<const Target>(to_target(*std::move(live)));
  if (target->managed()) co_return target;
  SecretBytes patch(fmt::format(R"({{"metadata":{{"labels":{{"{}":"{}"}}}}}})", kManagedLabel, kManagedValue));
  auto answer = co_await client_.patch(kube::kResource<api::Secret>, key, kube::PatchType::kMerge, std::move(patch),
                                       as_manager(*es));
  if (!answer) co_return failed_to("label", key.name, std::move(answer).error());
  co_return std::unexpected(SyncFailure{kAgain, {Code::kConflict, "labelled as managed, the next pass takes it over"}});
}

Task<Synced<void>> TargetWriter::delete_orphans(EsPtr es) {
  const auto names = world_.owned_by(es->metadata.key());
  for (const std::string& name : names) {
    if (name == es->target_name()) continue;
    const Key key{es->metadata.ns, name};
    const auto target = world_.target(key);
    if (!target || target->metadata.deleting()) continue;
    kube::DeleteOptions options;
    options.uid = target->metadata.uid;
    auto removed = co_await client_.remove(kube::kResource<api::Secret>, key, std::move(options));
    if (!removed && removed.error().code != Code::kNotFound) {
      const auto then = kube::after_failed_write(removed.error().code);
      auto error = std::move(removed).error().prefixed(fmt::format("could not delete orphaned secret {}", name));
      co_return std::unexpected(SyncFailure{"could not delete orphaned secrets", std::move(error), then});
    }
    log::debug("orphaned secret deleted", {{"secret", name}, {"namespace", key.ns}});
    record_event(events_, *es, EventType::kNormal, "Deleted", "secret deleted because it was orphaned");
  }
  co_return Synced<void>();
}

}  // namespace rotor::secrets
