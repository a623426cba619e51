#include "base/error.hpp"

#include <array>

namespace rotor {

std::string_view to_string(Code code) {
  static constexpr std::array<std::string_view, 12> kNames = {
      "NotFound", "AlreadyExists", "Conflict",    "Gone",    "Unauthenticated", "Denied",
      "Invalid",  "Throttled",     "Unavailable", "Timeout", "Cancelled",       "Internal"};
  return kNames[static_cast<std::size_t>(code)];
}

Error Error::prefixed(std::string_view context) && {
  message.insert(0, ": ");
  message.insert(0, context);
  return std::move(*this);
}

}  // namespace rotor
