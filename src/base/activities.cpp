#include "base/activities.hpp"

#include <memory>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace rotor {

void Activities::start(Task<> activity) {
  if (cancelled_) return;
  const auto signal = signals_.emplace(signals_.end());
  auto done = [this, signal](std::exception_ptr thrown) {
    signals_.erase(signal);
    if (thrown && !cancelled_) failed_(thrown);
  };
  boost::asio::co_spawn(executor_, std::move(activity),
                        boost::asio::bind_cancellation_slot(signal->slot(), std::move(done)));
}

void Activities::cancel() {
  cancelled_ = true;
  // An activity may end, and leave the list, inside emit().
  for (auto it = signals_.begin(); it != signals_.end();) (it++)->emit(boost::asio::cancellation_type::terminal);
}

void run_until_ended(boost::asio::io_context& io, const Activities& activities, std::chrono::milliseconds grace) {
  while (!activities.cancelled()) {
    if (io.run_one() == 0) return;
  }
  const auto deadline = std::chrono::steady_clock::now() + grace;
  while (activities.running() > 0 && std::chrono::steady_clock::now() < deadline) {
    io.run_one_for(std::chrono::milliseconds(50));
  }
}

void run_to_end(boost::asio::io_context& io, Task<> task, std::chrono::milliseconds at_most) {
  const auto ended = std::make_shared<bool>(false);
  boost::asio::co_spawn(io, std::move(task), [ended](const std::exception_ptr&) { *ended = true; });
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  io.restart();
  while (!*ended && std::chrono::steady_clock::now() < deadline) {
    if (io.run_one_for(std::chrono::milliseconds(50)) == 0 && io.stopped()) return;
  }
}

}  // namespace rotor
