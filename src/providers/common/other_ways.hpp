// Ends of messages about an identity that only a platform gives: what a person at a machine without one can do.
#pragma once

#include <string_view>

namespace rotor::providers {

// Of a back end that takes a person's own login, and of one that takes none.
inline constexpr std::string_view kAsYourself =
    "`rotor run --use-my-credentials` logs in as yourself, and --values FILE needs no login";
inline constexpr std::string_view kWithoutALogin = "`rotor run --values FILE` needs no login";

}  // namespace rotor::providers
