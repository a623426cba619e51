// A coroutine in the background that can be cancelled at any time, also when it has just ended. Asio hands the
// cancellation on with a raw pointer, so it must be emitted on the loop, and only while the coroutine lives.
// Internal to this room.
#pragma once

#include <memory>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>

#include "base/task.hpp"

namespace rotor::net {

struct Background {
  explicit Background(Executor executor_in) : executor(std::move(executor_in)) {}
  Executor executor;
  boost::asio::cancellation_signal signal;
  bool done = false;
};
using BackgroundPtr = std::shared_ptr<Background>;

// `on_end` is called on the loop with the same pointer; an exception of the task goes nowhere.
template <class OnEnd>
BackgroundPtr spawn(Executor executor, Task<> task, OnEnd on_end) {
  auto background = std::make_shared<Background>(executor);
  boost::asio::co_spawn(
      executor, std::move(task),
      boost::asio::bind_cancellation_slot(background->signal.slot(),
                                          [background, on_end = std::move(on_end)](const std::exception_ptr&) mutable {
                                            background->done = true;
                                            on_end(background);
                                          }));
  return background;
}

inline void cancel(const BackgroundPtr& background) {
  boost::asio::dispatch(background->executor, [background] {
    if (!background->done) background->signal.emit(boost::asio::cancellation_type::terminal);
  });
}

}  // namespace rotor::net
