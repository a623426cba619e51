// What stands between a replica and its writes: open while it leads, and not a moment longer.
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "net/http.hpp"

namespace rotor::kube {

class Fence {
 public:
  explicit Fence(const Clock& clock) : clock_(clock) {}

  void open_until(SteadyTime when) { until_ = when; }
  void close() { until_ = {}; }
  bool is_open() const { return left() > std::chrono::nanoseconds::zero(); }
  std::chrono::nanoseconds left() const { return until_ - clock_.steady(); }
  SteadyTime until() const { return until_; }

 private:
  const Clock& clock_;
  SteadyTime until_{};
};

// Reads pass. A write is refused (kUnavailable) while the fence is closed, and gets no more time than the fence stays
// open: each attempt of a call is asked anew, and what has waited too long for a connection is not sent. `fence`
// outlives the client.
std::unique_ptr<net::HttpClient> fence_writes(std::unique_ptr<net::HttpClient> inner, const Fence& fence);

}  // namespace rotor::kube
