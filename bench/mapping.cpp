// From a Secret that changed to the instances that consume it, with 5 000 instances in one namespace: each has a Secret
// of its own, and all share one.
#include <algorithm>
#include <chrono>
#include <vector>

#include <fmt/format.h>

#include "openclaw/reference_index.hpp"

int main() {
  using Clock = std::chrono::steady_clock;
  constexpr int kInstances = 5000;
  rotor::openclaw::ReferenceIndex index;
  for (int i = 0; i < kInstances; ++i) {
    index.set({"agents", fmt::format("agent-{}", i)}, {fmt::format("secret-{}", i), "shared"});
  }
  std::vector<double> own, shared;
  std::size_t found = 0;
  const auto look = [&](const std::string& secret, std::vector<double>& into) {
    const auto began = Clock::now();
    for (const rotor::kube::Key& instance : index.instances_of({"agents", secret})) found += instance.name.size();
    into.push_back(std::chrono::duration<double, std::micro>(Clock::now() - began).count());
  };
  for (int i = 0; i < kInstances; ++i) {
    look(fmt::format("secret-{}", i), own);
    if (i % 10 == 0) look("shared", shared);
  }
  for (auto* times : {&own, &shared}) std::ranges::sort(*times);
  fmt::print("of its own: p50 {:.2f} us, p99 {:.2f} us; shared by {}: p50 {:.1f} us, p99 {:.1f} us ({})\n",
             own[own.size() / 2], own[own.size() * 99 / 100], kInstances, shared[shared.size() / 2],
             shared[shared.size() * 99 / 100], found);
}
