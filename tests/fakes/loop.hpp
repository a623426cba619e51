// An event loop for tests: starts coroutines, runs them until nothing is left to do, and waits for nothing.
#pragma once

#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "base/task.hpp"

namespace rotor::test {

class Loop {
 public:
  ~Loop() { stop(); }

  Executor executor() { return io_.get_executor(); }
  boost::asio::io_context& io() { return io_; }

  // Runs in the background until it ends, or the loop is stopped or destroyed.
  void start(Task<> task) {
    auto& signal = signals_.emplace_back();
    boost::asio::co_spawn(io_, std::move(task),
                          boost::asio::bind_cancellation_slot(signal.slot(), [](std::exception_ptr) {}));
    settle();
  }

  // Until nothing is ready to run.
  void settle() {
    io_.restart();
    io_.poll();
  }

  // The answer of a task that needs no time and no socket; throws when it is still waiting.
  template <class T>
  T run(Task<T> task) {
    auto answer = begin(std::move(task));
    settle();
    return take(*answer);
  }

  // The same in two steps, for a task that waits for the test to do something in between.
  template <class T>
  struct Pending {
    std::optional<T> value;
    std::exception_ptr error;
  };
  template <class T>
  std::shared_ptr<Pending<T>> begin(Task<T> task) {
    auto pending = std::make_shared<Pending<T>>();
    boost::asio::co_spawn(io_, std::move(task), [pending](std::exception_ptr error, T value) {
      pending->error = error;
      if (!error) pending->value = std::move(value);
    });
    settle();
    return pending;
  }
  template <class T>
  T take(Pending<T>& pending) {
    if (pending.error) std::rethrow_exception(pending.error);
    if (!pending.value) throw std::runtime_error("the task is still waiting");
    return std::move(*pending.value);
  }

  // Cancels everything started and lets it end.
  void stop() {
    for (auto& signal : signals_) signal.emit(boost::asio::cancellation_type::terminal);
    settle();
    signals_.clear();
  }

 private:
  boost::asio::io_context io_;
  std::list<boost::asio::cancellation_signal> signals_;
};

}  // namespace rotor::test
