// The known word that was probably meant.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rotor {

// The closest one by edits (a swap of neighbours is one, letter case is none); the first of equals. When none is
// close, the longest that the word begins with.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> known);

}  // namespace rotor
