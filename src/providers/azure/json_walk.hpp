// Walking through answers of which a few members count and any may be of another kind than documented.
#pragma once

#include <string>

#include "json/reader.hpp"

namespace rotor::providers::azure {

// Calls `member(name)` for each, which consumes its value. What is no object is skipped.
template <class Member>
void each_member(json::Reader& reader, Member member) {
  if (reader.peek() != json::Kind::kObject) {
    reader.read_raw();
    return;
  }
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) member(key);
}

// Empty for what is no text.
inline std::string text_or_skip(json::Reader& reader) {
  if (reader.peek() == json::Kind::kString) return reader.read_string();
  reader.read_raw();
  return {};
}

}  // namespace rotor::providers::azure
