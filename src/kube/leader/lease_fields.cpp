#include "kube/leader/lease_fields.hpp"

namespace rotor::kube {

void mark_lease(json::Object& metadata, const std::optional<Work>& work) {
  if (!work) return;
  metadata["labels"] = json::Object{{kLeaseLabel, kLeaseLabelValue}};
  if (!metadata.contains("annotations")) metadata["annotations"] = json::Object{};
  metadata["annotations"].as_object()[kWorkAnnotation] = write_work(*work);
}

void mark_lease(ObjectMeta& metadata, const std::optional<Work>& work) {
  if (!work) return;
  metadata.labels.emplace(kLeaseLabel, kLeaseLabelValue);
  metadata.annotations.emplace(kWorkAnnotation, write_work(*work));
}

}  // namespace rotor::kube
