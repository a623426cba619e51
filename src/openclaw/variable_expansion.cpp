#include "openclaw/variable_expansion.hpp"

namespace rotor::openclaw {

std::set<std::string> expanded_names(std::string_view text) {
  std::set<std::string> names;
  for (std::size_t at = text.find("$("); at != std::string_view::npos; at = text.find("$(", at + 2)) {
    const std::size_t close = text.find(')', at);
    if (close == std::string_view::npos) break;
    names.emplace(text.substr(at + 2, close - at - 2));
  }
  return names;
}

}  // namespace rotor::openclaw
