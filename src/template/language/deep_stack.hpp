// Recursion that may go deep, without trusting the caller's stack: past every few hundred levels the work goes on
// with a stack of its own.
#pragma once

#include <exception>
#include <optional>
#include <thread>
#include <utility>

namespace rotor::tmpl {

inline constexpr int kLevelsPerStack = 150;

// Calls `work` here, or, when `depth` is a multiple of kLevelsPerStack, on a fresh stack while this one waits.
template <class Work>
auto on_deep_stack(int depth, Work&& work) -> decltype(work()) {
  if (depth == 0 || depth % kLevelsPerStack != 0) return work();
  using Outcome = decltype(work());
  std::optional<Outcome> outcome;
  std::exception_ptr thrown;
  std::thread thread([&] {
    try {
      outcome.emplace(work());
    } catch (...) {
      thrown = std::current_exception();
    }
  });
  thread.join();
  if (thrown) std::rethrow_exception(thrown);
  return *std::move(outcome);
}

}  // namespace rotor::tmpl
