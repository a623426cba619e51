#include "openclaw/deletion_plan.hpp"

#include <algorithm>

#include "base/duration.hpp"
#include "json/document.hpp"
#include "kube/object/own_fields.hpp"

namespace rotor::openclaw {
namespace {

// `kubectl delete --cascade=orphan`: whoever says that wants everything to go on as it is.
constexpr std::string_view kOrphaned = "orphan";

Duration longest_wait(const api::InstanceSpec& spec) {
  constexpr Duration kUsual = std::chrono::minutes(30), kLeast = std::chrono::minutes(5),
                     kMost = std::chrono::hours(24);
  const auto block = json::parse(json::write(spec.backup));
  if (!block) return kUsual;
  const Result<Duration> wanted = parse_duration(json::find_string(*block, "timeout"));
  return wanted ? std::clamp(*wanted, kLeast, kMost) : kUsual;
}

}  // namespace

DeletionPlan plan_deletion(const api::OpenClawInstance& instance) {
  if (kube::has_finalizer(instance.metadata, kOrphaned)) return {};
  const auto& storage = instance.spec.storage;
  const api::InstancePersistence wanted =
      storage ? storage->persistence.value_or(api::InstancePersistence{}) : api::InstancePersistence{};
  if (!wanted.enabled.value_or(true)) return {};
  DeletionPlan plan;
  if (wanted.existing_claim.empty()) plan.claim = instance.metadata.name + "-data";
  plan.releases_claim = !plan.claim.empty() && wanted.orphan.value_or(true);
  const auto skip = instance.metadata.annotations.find(kSkipBackup);
  plan.stops_pods = skip == instance.metadata.annotations.end() || skip->second != "true";
  return plan;
}

Duration deletion_patience(const api::OpenClawInstance& instance) { return longest_wait(instance.spec); }

}  // namespace rotor::openclaw
