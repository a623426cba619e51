#include "base/line.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace rotor {

namespace asio = boost::asio;

// Left with the coroutine that waits, also when that is destroyed without being resumed.
class Line::Place {
 public:
  Place(Ptr line, asio::steady_timer& wake)
      : line_(std::move(line)), place_(line_->waiting_.insert(line_->waiting_.end(), &wake)) {}
  ~Place() { line_->waiting_.erase(place_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  Ptr line_;
  std::list<asio::steady_timer*>::iterator place_;
};

Task<> Line::wait(Ptr line) {
  asio::steady_timer wake(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  const Place place(std::move(line), wake);
  (void)co_await wake.async_wait(asio::as_tuple(asio::use_awaitable));
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error(asio::error::operation_aborted);
  }
}

void Line::wake_all() {
  for (asio::steady_timer* timer : waiting_) timer->cancel();
}

Task<std::unique_ptr<Turn>> Turn::take(ObjectPtr object) {
  while (object->busy) co_await Line::wait(object->line);
  co_return std::make_unique<Turn>(std::move(object));
}

}  // namespace rotor
