// Runs a coroutine to its end on an io_context that has other work (servers, timers) as well.
#pragma once

#include <exception>
#include <optional>
#include <stdexcept>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "base/task.hpp"

namespace rotor::test {

// A task under way: pump the loop with run_until(), cancel it, take its result.
template <class T>
class Running {
 public:
  Running(boost::asio::io_context& io, Task<T> task) : io_(io), state_(std::make_shared<State>()) {
    boost::asio::co_spawn(
        io, std::move(task),
        boost::asio::bind_cancellation_slot(state_->signal.slot(), [state = state_](std::exception_ptr error, T value) {
          state->done = true;
          state->error = error;
          state->value = std::move(value);
        }));
  }

  bool done() const { return state_->done; }
  // On the loop, and only while the task lives: Asio hands a cancellation on with a raw pointer.
  void cancel() {
    boost::asio::post(io_, [state = state_] {
      if (!state->done) state->signal.emit(boost::asio::cancellation_type::terminal);
    });
  }

  T get() {
    io_.restart();
    while (!done()) {
      if (io_.run_one() == 0) throw std::runtime_error("the loop has no work left, but the task has not ended");
    }
    if (state_->error) std::rethrow_exception(state_->error);
    return *std::move(state_->value);
  }

 private:
  struct State {
    boost::asio::cancellation_signal signal;
    std::exception_ptr error;
    std::optional<T> value;
    bool done = false;
  };
  boost::asio::io_context& io_;
  std::shared_ptr<State> state_;
};

template <class T>
T run_task(boost::asio::io_context& io, Task<T> task) {
  return Running<T>(io, std::move(task)).get();
}

template <class Condition>
void run_until(boost::asio::io_context& io, Condition condition) {
  io.restart();
  while (!condition()) {
    if (io.run_one() == 0) throw std::runtime_error("the loop has no work left, but the condition is not met");
  }
}

}  // namespace rotor::test
