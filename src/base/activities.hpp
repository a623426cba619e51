// The long-lived coroutines of a process: started together, cancelled together, and waited for before what they use
// goes.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <list>

#include <boost/asio/cancellation_signal.hpp>

#include "base/task.hpp"

namespace boost::asio {
class io_context;
}

namespace rotor {

class Activities {
 public:
  // `failed` is called, on the executor, with what an activity threw before cancel() was called.
  Activities(Executor executor, std::function<void(std::exception_ptr)> failed)
      : executor_(std::move(executor)), failed_(std::move(failed)) {}

  void start(Task<> activity);

  // Every activity ends with operation_aborted at its next await; none can be started any more.
  void cancel();

  bool cancelled() const { return cancelled_; }
  std::size_t running() const { return signals_.size(); }

 private:
  Executor executor_;
  std::function<void(std::exception_ptr)> failed_;
  std::list<boost::asio::cancellation_signal> signals_;
  bool cancelled_ = false;
};

// Runs `io` until the activities were cancelled and have ended, `grace` after the cancellation at the latest. What is
// still pending then (an idle connection's timer, say) is no reason to stay.
void run_until_ended(boost::asio::io_context& io, const Activities& activities, std::chrono::milliseconds grace);

// Runs `io` until `task` has ended, or for `at_most`: the last thing a process does, whose failure matters to nobody.
void run_to_end(boost::asio::io_context& io, Task<> task, std::chrono::milliseconds at_most);

}  // namespace rotor
