#include "api/openclaw/name.hpp"

#include <fmt/format.h>

#include "api/openclaw/validation.hpp"

namespace rotor::api {

std::string instance_name_problem(std::string_view name) {
  // A pod's label carries the name, a dash and a hash of up to ten characters, and takes 63.
  constexpr std::size_t kLongest = 52;
  if (name.size() > kLongest) return fmt::format(kNameTooLong, name.size(), kLongest);
  return name.contains('.') ? fmt::format(kNameHasDot, name) : std::string();
}

}  // namespace rotor::api
