#pragma once

#include <string>

#include "base/duration.hpp"

namespace rotor::openclaw {

struct ControllerOptions {
  std::string operator_namespace = "default";  // where the digest key lives
  std::string watched_namespace{};             // empty: all
  int workers = 4;
  // A rotation waits until nothing changed for `quiet`, but not longer than `quiet_at_most` after the first change.
  Duration quiet = std::chrono::seconds(1);
  Duration quiet_at_most = std::chrono::seconds(10);
  Duration resync = std::chrono::minutes(5);
};

}  // namespace rotor::openclaw
