#include "openclaw/legacy_deployment.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "openclaw/way_out.hpp"

namespace rotor::openclaw {
namespace {

constexpr kube::Resource kDeployments{"apps", "v1", "deployments", "Deployment"};

}  // namespace

Task<Result<void>> remove_legacy_deployment(kube::Client& client, kube::EventRecorder& events, InstancePtr instance) {
  const kube::Key key = instance->metadata.key();
  const auto body = co_await client.get(kDeployments, key);
  if (!body && body.error().code == Code::kNotFound) co_return Result<void>{};
  if (!body && body.error().code == Code::kDenied) {
    log::warn("cannot look for a Deployment of an earlier operator",
              {{"instance", key.text()}, {"error", with_way_out(body.error()).message}});
    co_return Result<void>{};
  }
  if (!body) co_return std::unexpected(body.error());
  CO_TRY(const LiveObject live, read_live(body->reveal()));
  const kube::OwnerReference* owner = controller_of(live);
  if (owner == nullptr || owner->uid != instance->metadata.uid || live.metadata.deleting()) co_return Result<void>{};
  kube::DeleteOptions options;
  options.uid = live.metadata.uid;
  options.propagation_policy = "Background";
  const Result<void> removed = co_await client.remove(kDeployments, key, std::move(options));
  if (!removed && removed.error().code != Code::kNotFound) co_return removed;
  events.record(kube::reference_to(*instance), kube::EventRecorder::Type::kNormal, "MigrationDeploymentDeleted",
                fmt::format("Deleted Deployment \"{}\" of an earlier operator: the StatefulSet of this name takes over",
                            key.name));
  co_return Result<void>{};
}

}  // namespace rotor::openclaw
