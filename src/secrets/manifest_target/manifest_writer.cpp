#include "secrets/manifest_target/manifest_writer.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "kube/client/paths.hpp"
#include "kube/client/retry.hpp"
#include "secrets/manifest_target/object_content.hpp"
#include "secrets/marks.hpp"

namespace rotor::secrets {
namespace {

using kube::Key;

// What a refusal quotes may be a value: of any kind it is kept quiet.
kube::WriteOptions confidential(const ExternalSecret& es) {
  return {.field_manager = field_manager(es.metadata.name), .confidential = true};
}

SecretBytes body_of(const json::Object& object) {
  std::string text = json::serialize(json::Value(object));
  SecretBytes body(text);
  wipe(text.data(), text.size());
  return body;
}

// `object` has been read: it is one.
SecretBytes noted_on(const SecretBytes& object, const std::string& note) {
  json::Value whole = json::parse(object.reveal()).value();
  json::Object& metadata = whole.get_object()["metadata"].get_object();
  json::Value& annotations = metadata["annotations"];
  if (!annotations.is_object()) annotations.emplace_object();
  annotations.get_object()[kStoredAsAnnotation] = note;
  metadata.erase("managedFields");  // left out of an update: the API server keeps its own
  return body_of(whole.get_object());
}

Key key_of(const ExternalSecret& es) { return {es.metadata.ns, es.target_name()}; }

SyncFailure failed_to(std::string_view what, const ExternalSecret& es, const kube::Resource& resource, Error error) {
  if (error.code == Code::kDenied) {
    error.message = fmt::format("{}; to {} {} in this namespace Rotor's ServiceAccount needs a role that allows it",
                                error.message, what, kube::group_resource(resource));
  }
  return write_failure(std::move(error), fmt::format("could not {} {} {}", what, resource.kind, es.target_name()));
}

}  // namespace

Task<ManifestWriter::Done> ManifestWriter::write(ExternalSecretPtr es, ManifestPlacePtr place, Plan plan) {
  switch (plan.action) {
    case Plan::Action::kCreate:
      co_return co_await create(std::move(es), std::move(place), std::move(plan));
    case Plan::Action::kUpdate:
      co_return co_await update(std::move(es), std::move(place), std::move(plan));
    case Plan::Action::kDelete: {
      auto deleted = co_await remove(std::move(es), std::move(place));
      if (!deleted) co_return std::unexpected(std::move(deleted).error());
      co_return *deleted;
    }
    default:
      co_return std::nullopt;
  }
}

Task<ManifestWriter::Done> ManifestWriter::create(ExternalSecretPtr es, ManifestPlacePtr place, Plan plan) {
  auto answer = co_await p_.client.create(place->resource, es->metadata.ns, body_of(plan.object), confidential(*es));
  if (!answer) {
    Error error = std::move(answer).error();
    if (error.code == Code::kAlreadyExists) {
      error.message = fmt::format("target resource with name {} already exists", es->target_name());
    }
    co_return std::unexpected(failed_to("create", *es, place->resource, std::move(error)));
  }
  auto settled = co_await settle(std::move(es), std::move(place), std::move(plan.hash), *std::move(answer));
  if (!settled) co_return std::unexpected(std::move(settled).error());
  co_return Deed::kCreated;
}

Task<ManifestWriter::Done> ManifestWriter::update(ExternalSecretPtr es, ManifestPlacePtr place, Plan plan) {
  auto answer = co_await p_.client.update(place->resource, key_of(*es), body_of(plan.object), confidential(*es));
  if (!answer) co_return std::unexpected(failed_to("update", *es, place->resource, std::move(answer).error()));
  const auto stored = kube::decode<kube::PartialObject>(*answer);
  // What the API server makes of it may be what was there.
  const bool changed = !stored || stored->metadata.resource_version != place->there()->target.metadata.resource_version;
  auto settled = co_await settle(std::move(es), std::move(place), std::move(plan.hash), *std::move(answer));
  if (!settled) co_return std::unexpected(std::move(settled).error());
  co_return changed ? std::optional(Deed::kUpdated) : std::nullopt;
}

// Where the API server made something else of it, that is noted on the object: else the next process took it for an
// edit.
Task<Synced<void>> ManifestWriter::settle(ExternalSecretPtr es, ManifestPlacePtr place, std::string written,
                                          SecretBytes answer) {
  auto stored = decode_object(answer.reveal());
  if (!stored) co_return Synced<void>();  // the watch shows it sooner or later
  const std::string made = stored->actual_hash;
  p_.world.manifests().wrote(es->metadata.key(), *std::move(stored));
  if (made == written) co_return Synced<void>();
  auto noted = co_await p_.client.update(place->resource, key_of(*es), noted_on(answer, stored_as(written, made)),
                                         confidential(*es));
  if (!noted) co_return std::unexpected(failed_to("update", *es, place->resource, std::move(noted).error()));
  if (auto after = decode_object(noted->reveal())) p_.world.manifests().wrote(es->metadata.key(), *std::move(after));
  co_return Synced<void>();
}

Task<Synced<Deed>> ManifestWriter::remove(ExternalSecretPtr es, ManifestPlacePtr place) {
  const kube::ObjectMeta& there = place->there()->target.metadata;
  auto removed = co_await p_.client.remove(place->resource, key_of(*es), {.uid = there.uid});
  if (!removed && removed.error().code != Code::kNotFound) {
    SyncFailure failure = failed_to("delete", *es, place->resource, std::move(removed).error());
    failure.ending = Ending::kNotDeleted;
    co_return std::unexpected(std::move(failure));
  }
  log::debug("resource deleted",
             {{"kind", place->resource.kind}, {"name", es->target_name()}, {"namespace", es->metadata.ns}});
  co_return Deed::kDeleted;
}

}  // namespace rotor::secrets
