#include "base/activities.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

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

}  // namespace rotor
