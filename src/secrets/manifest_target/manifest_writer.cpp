#include "secrets/manifest_target/manifest_writer.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "kube/client/paths.hpp"
#include "kube/client/retry.hpp"
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
  // The watch shows it sooner or later.
  static_cast<void>(p_.world.manifests().wrote(es->metadata.key(), *answer, plan.hash));
  co_return Deed::kCreated;
}

Task<ManifestWriter::Done> ManifestWriter::update(ExternalSecretPtr es, ManifestPlacePtr place, Plan plan) {
  auto answer = co_await p_.client.update(place->resource, key_of(*es), body_of(plan.object), confidential(*es));
  if (!answer) co_return std::unexpected(failed_to("update", *es, place->resource, std::move(answer).error()));
  const auto stored = kube::decode<kube::PartialObject>(*answer);
  static_cast<void>(p_.world.manifests().wrote(es->metadata.key(), *answer, plan.hash));
  // What the API server makes of it may be what was there.
  const auto& before = place->there()->target.metadata.resource_version;
  if (stored && stored->metadata.resource_version == before) co_return std::nullopt;
  co_return Deed::kUpdated;
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
