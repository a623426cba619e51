#include "secrets/manifest_target/read_manifest.hpp"

#include <fmt/format.h>

#include "base/quote.hpp"
#include "kube/client/retry.hpp"
#include "secrets/manifest_target/manifest.hpp"
#include "secrets/manifest_target/object_content.hpp"

namespace rotor::secrets {
namespace {

std::string named(const kube::KindName& kind) { return fmt::format("{} of {}", kind.kind, kind.api_version); }

SyncFailure unread(Error error) {
  const auto then = kube::after_failed_write(error.code);
  return {Ending::kTargetUnread, std::move(error), then};
}

// Its CustomResourceDefinition may still come: whoever waits is woken as soon as it is there.
SyncFailure not_served(const kube::KindName& kind) {
  return {
      Ending::kTargetUnread,
      {Code::kNotFound,
       fmt::format("spec.target.manifest.kind: the API server serves no {}; correct kind and apiVersion, or install "
                   "its CustomResourceDefinition",
                   named(kind))},
      kube::Outcome::again_after(kube::kAfterRefusal, kube::Lane::kRetry)};
}

SyncFailure not_namespaced(const kube::KindName& kind) {
  return {
      Ending::kInvalidTarget,
      {Code::kInvalid,
       fmt::format("spec.target.manifest.kind: {} belongs to the whole cluster; an ExternalSecret writes objects of "
                   "its own namespace only",
                   named(kind))},
      kube::Outcome::done()};
}

Result<LiveObject> read_live(const SecretBytes& answer) {
  TRY(Target target, decode_object(answer.reveal()));
  TRY(json::Value object, json::parse(answer.reveal()));
  return LiveObject{std::move(target), std::move(object.get_object())};
}

}  // namespace

Task<Synced<ManifestPlacePtr>> read_manifest(Parts parts, ExternalSecretPtr es) {
  const kube::KindName kind = kind_name(*es);
  auto found = co_await parts.world.manifests().find(kind);
  if (!found) co_return std::unexpected(unread(std::move(found).error()));
  if (!*found) co_return std::unexpected(not_served(kind));
  const kube::Resource resource = **found;
  if (!resource.namespaced) co_return std::unexpected(not_namespaced(kind));
  const kube::Key key{es->metadata.ns, es->target_name()};
  auto answer = co_await parts.client.get(resource, key);
  if (!answer && answer.error().code == Code::kNotFound) {
    co_return std::make_shared<const ManifestPlace>(ManifestPlace{resource, std::nullopt});
  }
  std::string context = fmt::format("could not get {} {}", kind.kind, key.name);
  if (!answer) co_return std::unexpected(unread(std::move(answer).error().prefixed(context)));
  auto live = read_live(*answer);
  if (!live) co_return std::unexpected(unread(std::move(live).error().prefixed(context)));
  co_return std::make_shared<const ManifestPlace>(ManifestPlace{resource, *std::move(live)});
}

}  // namespace rotor::secrets
