// The claim for an instance's data: made once, and never written again.
#include "api/core/quantity.hpp"
#include "json/writer.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/managed.hpp"
#include "openclaw/names.hpp"
#include "openclaw/storage.hpp"

namespace rotor::openclaw {
namespace {

constexpr std::string_view kBackupEnabled = "openclaw.rocks/backup-enabled";
constexpr std::string_view kSize = "10Gi";

Place place_of_claim(const api::OpenClawInstance& instance) {
  if (!persists(instance.spec)) return Place::kEmpty;
  return existing_claim(instance.spec).empty() ? Place::kOurs : Place::kUsers;
}

std::string name_of_claim(const api::OpenClawInstance& instance) {
  const std::string named = existing_claim(instance.spec);
  return named.empty() ? claim_name(instance) : named;
}

api::InstancePersistence wanted_persistence(const api::InstanceSpec& spec) {
  return spec.storage && spec.storage->persistence ? *spec.storage->persistence : api::InstancePersistence{};
}

}  // namespace

api::PersistentVolumeClaim build_claim(const api::OpenClawInstance& instance) {
  const api::InstancePersistence wanted = wanted_persistence(instance.spec);
  api::PersistentVolumeClaim claim;
  claim.metadata = managed_metadata(instance, claim_name(instance));
  claim.metadata.annotations.emplace(kBackupEnabled, "true");
  claim.spec.access_modes = wanted.access_modes;
  if (claim.spec.access_modes.empty()) claim.spec.access_modes = {"ReadWriteOnce"};
  claim.spec.resources.requests.emplace("storage", json::Raw{json::quote(api::quantity_or(wanted.size, kSize))});
  claim.spec.storage_class_name = wanted.storage_class;
  return claim;
}

api::PersistentVolumeClaim asked_claim(const api::OpenClawInstance& instance) {
  api::PersistentVolumeClaim claim = build_claim(instance);
  const api::InstancePersistence wanted = wanted_persistence(instance.spec);
  if (api::quantity_or(wanted.size, kSize) == kSize) claim.spec.resources.requests.clear();
  if (wanted.access_modes.empty()) claim.spec.access_modes.clear();
  return claim;
}

// Data is nothing that is pruned: a claim that is no longer wanted stays.
ManagedKind claim_row() {
  return {.resource = kube::kResource<api::PersistentVolumeClaim>,
          .description = &json::type_of<api::PersistentVolumeClaim>,
          .status_key = "pvc",
          .name = name_of_claim,
          .place = place_of_claim,
          .make = [](const api::OpenClawInstance& i) { return json::write_secret(build_claim(i)); }};
}

}  // namespace rotor::openclaw
