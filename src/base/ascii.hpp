// Letters of ASCII alone, whatever the locale: names in protocols and formats.
#pragma once

#include <string>
#include <string_view>

namespace rotor {

inline std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace rotor
