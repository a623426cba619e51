// One coroutine waits until another says so. Nothing is remembered: set the reason first, then notify.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/task.hpp"

namespace rotor::kube {

class Signal {
 public:
  explicit Signal(const Executor& executor) : timer_(executor, boost::asio::steady_timer::time_point::max()) {}

  // Returns when notified, and also when cancelled: the caller's next await notices that.
  Task<> wait() { (void)co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable)); }
  void notify_one() { timer_.cancel_one(); }

 private:
  boost::asio::steady_timer timer_;
};

}  // namespace rotor::kube
