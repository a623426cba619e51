// The metadata that a target should have: what the user wants there, what others wrote, marks and owners. Pure.
#pragma once

#include <string>

#include "secrets/ending.hpp"
#include "secrets/target.hpp"
#include "secrets/views.hpp"
#include "template/apply.hpp"

namespace rotor::secrets {

// Of `parts` the labels, annotations and finalizers count; `hash` is that of the content.
Synced<kube::ObjectMeta> desired_metadata(const ExternalSecret& es, const Target* live, const tmpl::SecretParts& parts,
                                          const std::string& hash);

// Of one that stays as it is: what there is, with marks and owners.
Synced<kube::ObjectMeta> frozen_metadata(const ExternalSecret& es, const Target& live);

// The labels and annotations when those that a template made are to stay as they are.
tmpl::SecretParts metadata_as_it_is(const ExternalSecret& es, const Target& live);

bool same_metadata(const kube::ObjectMeta& a, const kube::ObjectMeta& b);

}  // namespace rotor::secrets
