#pragma once

namespace rotor::cli {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace rotor::cli
