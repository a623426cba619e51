// The long-lived coroutines of a process: started together, cancelled together, and waited for before what they use
// goes.
#pragma once

#include <exception>
#include <functional>
#include <list>

#include <boost/asio/cancellation_signal.hpp>

#include "base/task.hpp"

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

}  // namespace rotor
