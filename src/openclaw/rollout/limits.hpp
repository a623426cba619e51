#pragma once

#include <chrono>

#include "base/duration.hpp"

namespace rotor::openclaw {

// How many instances restart at the same time without anybody having edited them.
struct RolloutLimits {
  int at_once = 50;              // in the cluster; 0: no limit, and no canaries
  int at_once_in_namespace = 0;  // 0: no limit
  int canaries = 5;              // of a Secret that more instances share: so many go first; 0: none
  // Pods that are not new and ready by then have failed, and no longer count.
  Duration deadline = std::chrono::minutes(10);
};

}  // namespace rotor::openclaw
