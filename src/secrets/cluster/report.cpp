#include "secrets/cluster/report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.hpp"
#include "kube/client/retry.hpp"
#include "kube/object/own_fields.hpp"
#include "secrets/failure_event.hpp"
#include "secrets/remarks.hpp"

namespace rotor::secrets::cluster {
namespace {

using api::es::FailedNamespace;
using Kind = Standing::Kind;

constexpr std::string_view kSomeFailed = "one or more namespaces failed";
constexpr std::string_view kNoNamespace = "unknown";  // of a failure that is about none in particular
constexpr std::size_t kNamed = 3;

}  // namespace

void Findings::add(const std::string& ns, const ClusterExternalSecretStatus& before, Standing standing) {
  switch (standing.kind) {
    case Kind::kNothing:
      break;
    case Kind::kProvisioned:
      provisioned_.push_back(ns);
      break;
    case Kind::kFailed: {
      // What stands in the way wakes us when it goes.
      const bool occupied = standing.error.code == Code::kAlreadyExists;
      const auto next = kube::after_failed_write(standing.error.code).kind;
      if (!occupied) (next == kube::Outcome::Kind::kFailed ? soon_ : denied_) = true;
      failed_.push_back({ns, std::move(standing.error.message)});
      break;
    }
    case Kind::kUnreadable:
      unreadable_.push_back(standing.error.message);
      failed_.push_back({ns, std::move(standing.error.message)});
      break;
    case Kind::kRaced: {  // as it stood
      soon_ = true;
      const auto was = std::ranges::find(before.failed_namespaces, ns, &FailedNamespace::ns);
      if (was != before.failed_namespaces.end()) failed_.push_back(*was);
      if (std::ranges::find(before.provisioned_namespaces, ns) != before.provisioned_namespaces.end()) {
        provisioned_.push_back(ns);
      }
      break;
    }
  }
}

void Findings::refuse(std::string why) {
  refused_ = true;
  failed_ = {{std::string(kNoNamespace), std::move(why)}};
}

ClusterExternalSecretStatus Findings::status(const ClusterExternalSecret& parent) const {
  ClusterExternalSecretStatus status = parent.status;
  if (!refused_) {
    status.external_secret_name = parent.child_name();
    status.provisioned_namespaces = provisioned_;
  }
  status.failed_namespaces = failed_;
  std::erase_if(status.conditions, [](const auto& condition) { return condition.type == "Ready"; });
  const bool good = failed_.empty();
  std::string message(good ? "" : kSomeFailed);
  if (!unreadable_.empty()) message += ": " + unreadable_.front();
  if (unreadable_.size() > 1) message += fmt::format("; and {} more that cannot be read", unreadable_.size() - 1);
  status.conditions.push_back({"Ready", good ? "True" : "False", std::move(message)});
  return status;
}

bool Findings::newly_nowhere(const ClusterExternalSecretStatus& before) const {
  if (!failed_.empty() || !provisioned_.empty() || soon_) return false;
  const auto ready = std::ranges::find(before.conditions, "Ready", &api::es::ClusterCondition::type);
  return ready == before.conditions.end() || ready->status != "True" || !before.provisioned_namespaces.empty();
}

kube::Outcome Findings::then(Duration refresh) const {
  if (refused_) return kube::Outcome::done();
  if (soon_) return kube::Outcome::failed();
  const bool timed = refresh > Duration::zero();
  if (denied_) {
    const Duration after = timed ? std::min<Duration>(refresh, kube::kAfterRefusal) : kube::kAfterRefusal;
    return kube::Outcome::again_after(after, kube::Lane::kRetry);
  }
  return timed ? kube::Outcome::again_after(refresh) : kube::Outcome::done();
}

std::string summary_of(const std::vector<FailedNamespace>& failed) {
  std::string out;
  for (std::size_t i = 0; i < failed.size() && i < kNamed; ++i) {
    out += fmt::format("{}{}: {}", i == 0 ? "" : "; ", failed[i].ns, failed[i].reason);
  }
  if (failed.size() > kNamed) out += fmt::format("; and {} more namespaces", failed.size() - kNamed);
  return out;
}

Task<Result<void>> report(Parts parts, ClusterWorld& world, kube::EventRecorder& events,
                          ClusterExternalSecretPtr parent, Findings findings) {
  const auto after = findings.status(*parent);
  if (!findings.failed().empty() && after.failed_namespaces != parent->status.failed_namespaces) {
    const std::string what = summary_of(findings.failed());
    log::warn("ClusterExternalSecret not everywhere",
              {{"clusterexternalsecret", parent->metadata.name}, {"error", what}});
    events.record(kube::reference_to(*parent), kube::EventRecorder::Type::kWarning, "UpdateFailed", what);
  }
  if (findings.newly_nowhere(parent->status)) {
    events.record(kube::reference_to(*parent), kube::EventRecorder::Type::kNormal, std::string(kRemark),
                  std::string(kNowhere));
  }
  auto patch = kube::status_patch(parent->metadata, parent->status, after);
  if (!patch) co_return Result<void>();
  Result<void> written = co_await patch_parent(parts, world, parent, *std::move(patch), "status");
  if (!written) tell_status_not_written(events, kube::reference_to(*parent), written.error());
  co_return written;
}

}  // namespace rotor::secrets::cluster
