// Which image runs, and from which registry.
#pragma once

#include <string>
#include <string_view>

#include "api/openclaw/instance.hpp"

namespace rotor::openclaw {

// `image` taken from `registry` instead of the host it names; unchanged without a registry.
std::string with_registry(std::string_view image, std::string_view registry);

// The assistant's own image: repository@digest or repository:tag, with the instance's registry.
std::string instance_image(const api::InstanceSpec& spec);
std::string instance_pull_policy(const api::InstanceSpec& spec);

// What the API server takes for an image where nothing is said. It does so when a container is new, and keeps it when
// the image becomes another one.
std::string usual_pull_policy(std::string_view image);

}  // namespace rotor::openclaw
