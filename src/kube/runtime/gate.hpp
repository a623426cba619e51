// What others wait for before they begin: it opens once and stays open.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/task.hpp"

namespace rotor::kube {

class Gate {
 public:
  explicit Gate(const Executor& executor) : timer_(executor, boost::asio::steady_timer::time_point::max()) {}

  bool is_open() const { return open_; }
  void open() {
    open_ = true;
    timer_.cancel();
  }
  // Returns when it is open, and also when cancelled: look again.
  Task<> wait() {
    if (!open_) (void)co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }

 private:
  boost::asio::steady_timer timer_;
  bool open_ = false;
};

}  // namespace rotor::kube
