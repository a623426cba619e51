// What the person at the terminal is told, and may ask for, while `rotor run` stops.
#pragma once

#include <chrono>
#include <span>
#include <string>

#include <sys/types.h>

namespace rotor::local {

// A process that has still to end.
struct Pending {
  std::string workload;
  pid_t pid = 0;
  std::chrono::seconds grace{};  // between SIGTERM and SIGKILL
};

// What is waited for, for how long, and how to wait no longer.
std::string stopping_text(std::span<const Pending> pending);

// Whether `signal`, so long after the one that began the stop, asks to end at once. One Ctrl-C often arrives twice
// (`timeout` and npm send it on to a process that had it from the terminal), and a terminal that closes says SIGHUP
// more than once.
bool asks_to_hurry(int signal, std::chrono::nanoseconds after);

}  // namespace rotor::local
