#include "local/node/command.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>
#include <unistd.h>

namespace rotor::local {
namespace {

constexpr std::size_t kMostFaults = 4;   // in one message
constexpr std::size_t kMostLargest = 3;  // variables named when the sum is too large

std::string origin_of(const Variable& variable) {
  return variable.origin.empty() ? std::string() : fmt::format(" ({})", variable.origin);
}

std::size_t bytes_of(const Variable& variable) { return variable.name.size() + 1 + variable.value.size() + 1; }

// What is wrong with one variable; empty: nothing.
std::string fault_of(const Variable& variable, const KernelLimits& limits) {
  if (variable.name.empty()) return "a variable has no name" + origin_of(variable);
  if (const std::size_t at = variable.name.find_first_of(std::string_view("=\0", 2)); at != std::string::npos) {
    return fmt::format("the name {} holds {} at position {}, which no environment can carry{}",
                       variable.name.substr(0, at) + "…", variable.name[at] == '=' ? "a `=`" : "a NUL byte", at,
                       origin_of(variable));
  }
  if (const std::size_t at = variable.value.reveal().find('\0'); at != std::string_view::npos) {
    return fmt::format("{} holds a NUL byte at position {}, which no environment can carry{}", variable.name, at,
                       origin_of(variable));
  }
  if (bytes_of(variable) > limits.one) {
    return fmt::format("{} is {} bytes: one variable may hold {} with its name{}", variable.name, variable.value.size(),
                       limits.one - 1, origin_of(variable));
  }
  return {};
}

std::string fault_of_word(const std::string& word, std::size_t index, const KernelLimits& limits) {
  if (const std::size_t at = word.find('\0'); at != std::string::npos) {
    return fmt::format("word {} of the command holds a NUL byte at position {}", index + 1, at);
  }
  if (word.size() + 1 > limits.one) {
    return fmt::format("word {} of the command is {} bytes: one may hold {}", index + 1, word.size(), limits.one - 1);
  }
  return {};
}

Result<void> check_sum(const Command& command, const KernelLimits& limits) {
  std::size_t sum = (command.argv.size() + command.environment.size() + 2) * sizeof(char*);
  for (const std::string& word : command.argv) sum += word.size() + 1;
  std::vector<const Variable*> largest;
  for (const Variable& variable : command.environment) {
    sum += bytes_of(variable);
    largest.push_back(&variable);
  }
  if (sum <= limits.all) return {};
  std::ranges::stable_sort(largest, std::ranges::greater(), [](const Variable* v) { return v->value.size(); });
  largest.resize(std::min(largest.size(), kMostLargest));
  std::vector<std::string> named;
  for (const Variable* v : largest)
    named.push_back(fmt::format("{} {} bytes{}", v->name, v->value.size(), origin_of(*v)));
  return fail(Code::kInvalid, fmt::format("command and environment are {} bytes: the kernel takes {}; the largest: {}",
                                          sum, limits.all, fmt::join(named, ", ")));
}

}  // namespace

KernelLimits kernel_limits() {
  constexpr std::size_t kMost = 6U << 20;  // three quarters of the default stack, whatever the limit of the stack is
  constexpr std::size_t kLeast = 128U << 10;
  rlimit stack{};
  const bool known = getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur != RLIM_INFINITY;
  const std::size_t quarter = known ? stack.rlim_cur / 4 : kMost;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return {.one = 32 * page, .all = std::clamp(quarter, kLeast, kMost)};
}

Result<void> check(const Command& command, const KernelLimits& limits) {
  std::vector<std::string> faults;
  for (std::size_t i = 0; i < command.argv.size(); ++i) faults.push_back(fault_of_word(command.argv[i], i, limits));
  for (const Variable& variable : command.environment) faults.push_back(fault_of(variable, limits));
  std::erase(faults, "");
  if (faults.empty()) return check_sum(command, limits);
  const std::size_t more = faults.size() - std::min(faults.size(), kMostFaults);
  faults.resize(faults.size() - more);
  return fail(Code::kInvalid,
              fmt::format("{}{}", fmt::join(faults, "; "), more == 0 ? "" : fmt::format("; and {} more", more)));
}

}  // namespace rotor::local
