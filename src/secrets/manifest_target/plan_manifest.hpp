// What a refresh does about the object of spec.target.manifest. Pure: a table of cases is its test.
#pragma once

#include "secrets/manifest_target/render_manifest.hpp"
#include "secrets/plan.hpp"

namespace rotor::secrets {

// `live`: null: there is none of that name.
Synced<Plan> plan_manifest(const ExternalSecret& es, const LiveObject* live, Content content);

}  // namespace rotor::secrets
