// What `rotor run` tells the person at the terminal: one line an event, with the time since the start.
// Lines are made of names and numbers; values never get here.
#pragma once

#include <cstdio>
#include <string_view>

#include "base/clock.hpp"

namespace rotor::local {

class Timeline {
 public:
  Timeline(Clock& clock, std::FILE* out) : clock_(clock), out_(out), began_(clock.steady()) {}

  // `   1.204 s  openclaw/my-assistant  started, pid 4711`
  void say(std::string_view subject, std::string_view text);

 private:
  Clock& clock_;
  std::FILE* out_;
  SteadyTime began_;
};

}  // namespace rotor::local
