#include "api/openclaw/name.hpp"

#include <fmt/format.h>

namespace rotor::api {

std::string instance_name_problem(std::string_view name) {
  // A pod's label carries the name, a dash and a hash of up to ten characters, and takes 63.
  constexpr std::size_t kLongest = 52;
  constexpr std::string_view kWayOut = "create the instance under another name";
  if (name.size() > kLongest) {
    return fmt::format("metadata.name has {} characters, a StatefulSet that can always replace its pods {}: {}",
                       name.size(), kLongest, kWayOut);
  }
  if (name.contains('.')) {
    return fmt::format("metadata.name \"{}\" has a dot, the name of a StatefulSet has none: {}", name, kWayOut);
  }
  return {};
}

}  // namespace rotor::api
