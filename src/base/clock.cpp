#include "base/clock.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rotor {

WallTime SystemClock::now() const { return std::chrono::system_clock::now(); }

SteadyTime SystemClock::steady() const { return std::chrono::steady_clock::now(); }

Task<> SystemClock::sleep_until(SteadyTime when) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, when);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

}  // namespace rotor
