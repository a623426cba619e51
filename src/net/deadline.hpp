// A time limit around any piece of asynchronous work. Internal to this room.
#pragma once

#include <exception>
#include <optional>
#include <variant>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/task.hpp"

namespace rotor::net {

// "30s", "250ms": for messages.
inline std::string text_of(std::chrono::milliseconds d) {
  return d.count() % 1000 == 0 ? fmt::format("{}s", d.count() / 1000) : fmt::format("{}ms", d.count());
}

// Runs `work`; when `limit` passes first, work is cancelled and the answer is kTimeout with an empty message
// (the caller knows what was being waited for). When the caller is cancelled, so is work: kCancelled.
template <class T>
Task<Result<T>> within(Clock& clock, std::chrono::milliseconds limit, Task<Result<T>> work) {
  using boost::asio::experimental::awaitable_operators::operator||;
  const bool throws = co_await boost::asio::this_coro::throw_if_cancelled();
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  std::optional<std::variant<Result<T>, bool>> outcome;
  std::exception_ptr failure;
  try {
    outcome = co_await (std::move(work) || clock.nap_for(limit));
  } catch (...) {
    failure = std::current_exception();
  }
  co_await boost::asio::this_coro::throw_if_cancelled(throws);
  const auto state = co_await boost::asio::this_coro::cancellation_state;
  Result<T>* answer = outcome ? std::get_if<0>(&*outcome) : nullptr;
  if (answer != nullptr && *answer) co_return std::move(*answer);
  if (state.cancelled() != boost::asio::cancellation_type::none) co_return fail(Code::kCancelled, "cancelled");
  if (failure) std::rethrow_exception(failure);
  if (answer == nullptr) co_return fail(Code::kTimeout, "");
  co_return std::move(*answer);
}

// First line of a coroutine that runs as `work` above: a cancelled operation reports operation_aborted instead of
// making the next co_await throw.
inline auto report_cancellation() { return boost::asio::this_coro::throw_if_cancelled(false); }

}  // namespace rotor::net
