// Ceilings on what hostile input can cost, and the one error that says which of them was met.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.hpp"

namespace rotor::tmpl {

inline constexpr std::size_t kMaxText = 16 * 1024 * 1024;  // bytes of one text
inline constexpr int kMaxValueDepth = 1000;                // levels of lists and maps that are walked
inline constexpr std::size_t kMaxValues = 1'000'000;       // values read from one document

// kInvalid "over budget: more than 20000000 steps": the budget, never a value.
std::unexpected<Error> over_budget(std::int64_t most, std::string_view what);
bool is_over_budget(const Error& error);

}  // namespace rotor::tmpl
