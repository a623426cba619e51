#include "local/stopping.hpp"

#include <algorithm>
#include <csignal>

#include <fmt/format.h>

namespace rotor::local {
namespace {

constexpr std::chrono::milliseconds kSameKeystroke{300};
constexpr std::size_t kNamed = 3;

}  // namespace

std::string stopping_text(std::span<const Pending> pending) {
  if (pending.empty()) return "stopping";
  const auto longest = std::ranges::max(pending, {}, &Pending::grace).grace;
  std::string names;
  for (const Pending& one : pending.first(std::min(pending.size(), kNamed))) {
    names += fmt::format("{}{} (pid {})", names.empty() ? "" : ", ", one.workload, one.pid);
  }
  if (pending.size() > kNamed) names += fmt::format(" and {} more", pending.size() - kNamed);
  return fmt::format("stopping: waiting up to {} s for {}; Ctrl-C again ends {} at once", longest.count(), names,
                     pending.size() == 1 ? "it" : "them");
}

bool asks_to_hurry(int signal, std::chrono::nanoseconds after) {
  return (signal == SIGINT || signal == SIGTERM) && after >= kSameKeystroke;
}

}  // namespace rotor::local
