// The live test of model keys: proof/models_probe.js, compiled in.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rotor::openclaw {

std::span<const std::string_view> models_probe_lines();

// What the container of such a proof runs.
std::vector<std::string> models_probe_command();

}  // namespace rotor::openclaw
