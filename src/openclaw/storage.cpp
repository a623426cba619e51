#include "openclaw/storage.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

api::InstancePersistence persistence(const api::InstanceSpec& spec) {
  return spec.storage && spec.storage->persistence ? *spec.storage->persistence : api::InstancePersistence{};
}

// Named by the spec, as the status remembers, and not by what we would call ours.
bool was_named(const api::OpenClawInstance& instance, const std::string& claim) {
  const auto recorded = instance.status.managed_resources.find("pvc");
  return recorded != instance.status.managed_resources.end() && recorded->second == claim;
}

std::string called(const std::string& claim) {
  return claim.empty() ? "an emptyDir" : fmt::format("the claim \"{}\"", claim);
}

}  // namespace

bool persists(const api::InstanceSpec& spec) { return persistence(spec).enabled.value_or(true); }

std::string existing_claim(const api::InstanceSpec& spec) { return persistence(spec).existing_claim; }

std::string data_claim(const api::OpenClawInstance& instance, const std::string& present) {
  if (!persists(instance.spec)) return {};
  if (std::string named = existing_claim(instance.spec); !named.empty()) return named;
  return present.empty() || was_named(instance, present) ? claim_name(instance) : present;
}

std::string claim_of(const api::PodSpec& pod) {
  const auto data = std::ranges::find(pod.volumes, kDataVolume, &api::Volume::name);
  return data != pod.volumes.end() && data->persistent_volume_claim ? data->persistent_volume_claim->claim_name
                                                                    : std::string();
}

std::string claim_of(const json::Value& stateful_set) {
  const json::Value* volumes = json::find(stateful_set, "spec.template.spec.volumes");
  if (volumes == nullptr || !volumes->is_array()) return {};
  for (const json::Value& volume : volumes->get_array()) {
    if (json::find_string(volume, "name") != kDataVolume) continue;
    return std::string(json::find_string(volume, "persistentVolumeClaim.claimName"));
  }
  return {};
}

std::optional<StorageWord> storage_word(const api::OpenClawInstance& instance, const std::string& claim_in_use) {
  if (!persists(instance.spec) || !existing_claim(instance.spec).empty()) return std::nullopt;
  const std::string ours = claim_name(instance);
  if (claim_in_use.empty() || claim_in_use == ours) {
    return StorageWord{"PVCCreated", "PersistentVolumeClaim created successfully"};
  }
  return StorageWord{"ClaimKept",
                     fmt::format("The pods go on with the claim \"{}\", which the spec does not name: set "
                                 "spec.storage.persistence.existingClaim to \"{}\", or to \"{}\" to move there",
                                 claim_in_use, claim_in_use, ours)};
}

void tell_moved_data(kube::EventRecorder& events, const api::OpenClawInstance& instance, const std::string& before,
                     const std::string& now) {
  if (before == now) return;
  const std::string_view then = before.empty() ? "what was in it went with the pod" : "that one is left as it is";
  events.record(kube::reference_to(instance), kube::EventRecorder::Type::kNormal, "StorageMoved",
                fmt::format("The data volume is {} now, it was {}: {}", called(now), called(before), then));
}

}  // namespace rotor::openclaw
