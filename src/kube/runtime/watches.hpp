// The watch caches of one controller, together: they start together, and the controller works once all have listed.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/task.hpp"

namespace rotor::kube {

class Watches {
 public:
  // The cache outlives this. Before run().
  template <class T>
  void add(T& cache) {
    caches_.push_back({[&cache] { return cache.is_ready(); }, [&cache] { return cache.run(); },
                       [&cache] { return cache.trouble(); }});
    cache.on_ready([this] { one_listed(); });
  }
  void on_ready(std::function<void()> fn) { on_ready_ = std::move(fn); }  // called once

  bool ready() const;
  // What keeps the caches from being ready, or from staying current (a right to watch that is missing), each thing
  // once, for people; empty when nothing does, or nothing is known.
  std::vector<std::string> troubles() const;
  Task<> run();  // until cancelled

 private:
  struct Watched {
    std::function<bool()> is_ready;
    std::function<Task<>()> run;
    std::function<std::string()> trouble;
  };
  void one_listed();

  std::vector<Watched> caches_;
  std::function<void()> on_ready_;
};

// Runs all of them on the caller's executor until it is cancelled; when one dies of an exception, the rest is cancelled
// and the exception goes on.
Task<> run_together(std::vector<std::function<Task<>()>> parts);

}  // namespace rotor::kube
