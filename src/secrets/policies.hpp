// What spec.target.creationPolicy and deletionPolicy mean, each question asked in one place.
#pragma once

#include "secrets/ending.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

// Generic: it writes the object that spec.target.manifest names, not a Secret.
inline bool is_generic(const ExternalSecret& es) { return es.spec.target.manifest.has_value(); }
inline TargetKind target_kind(const ExternalSecret& es) {
  return is_generic(es) ? TargetKind::kObject : TargetKind::kSecret;
}

// Owner: the Secret belongs to the ExternalSecret and goes with it.
inline bool owns(const ExternalSecret& es) {
  const std::string& policy = es.spec.target.creation_policy;
  return policy.empty() || policy == "Owner";
}

// None: the Secret is never touched.
inline bool writes(const ExternalSecret& es) { return es.spec.target.creation_policy != "None"; }

// Merge: a Secret is only added to, never made.
inline bool creates(const ExternalSecret& es) { return writes(es) && es.spec.target.creation_policy != "Merge"; }

// Merge, CreateOrMerge: keys of others stay.
inline bool keeps_foreign_keys(const ExternalSecret& es) {
  return es.spec.target.creation_policy == "Merge" || es.spec.target.creation_policy == "CreateOrMerge";
}

// Retain: what a store no longer has is an error, and nothing is taken away.
inline bool retains(const ExternalSecret& es) {
  return es.spec.target.deletion_policy.empty() || es.spec.target.deletion_policy == "Retain";
}

// Delete: a Secret without any value is deleted, and so is that of a deleted ExternalSecret.
inline bool deletes(const ExternalSecret& es) { return es.spec.target.deletion_policy == "Delete"; }

// Does its deletion leave something to do here? What it owns goes by owner references, without this process.
bool deletion_has_work(const ExternalSecret& es);

}  // namespace rotor::secrets
