// What an update does to the keys of a Secret, for people who look for it at --loglevel=debug. Names only.
#pragma once

#include <string>
#include <vector>

#include "base/secret_bytes.hpp"

namespace rotor::secrets {

// Each sorted. A key is emptied when it is added or updated, and its value has no bytes.
struct KeyDiff {
  std::vector<std::string> added, updated, removed, emptied;
};

KeyDiff key_diff(const SecretMap& before, const SecretMap& after);

}  // namespace rotor::secrets
