// What users write for the pod, as the API server would store it: as written, but for what it writes in its own way,
// which would look like somebody's edit in every pass, and for what server-side apply does not take.
#pragma once

#include <vector>

#include "api/core/pod.hpp"

namespace rotor::openclaw {

// One entry per name, the last one's value at the last one's place: server-side apply refuses duplicates, and the
// kubelet lets the last one win.
std::vector<api::EnvVar> without_duplicates(std::vector<api::EnvVar> env);

api::EnvVar users_variable(api::EnvVar variable);
api::Container users_container(api::Container container);
api::Volume users_volume(api::Volume volume);
// Each once.
std::vector<api::LocalObjectReference> users_pull_secrets(const std::vector<api::LocalObjectReference>& secrets);

}  // namespace rotor::openclaw
