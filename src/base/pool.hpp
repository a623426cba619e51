// A few threads for what burns CPU. The coroutine that waits goes on where it was.
#pragma once

#include <concepts>
#include <exception>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/task.hpp"

namespace rotor {

class Pool {
 public:
  explicit Pool(std::size_t threads) : threads_(threads) {}

  template <class Work>
  static decltype(auto) call(Work& work, std::stop_token stop) {
    if constexpr (std::invocable<Work&, std::stop_token>) {
      return work(std::move(stop));
    } else {
      return work();
    }
  }

  // The result of `work()`, which owns what it uses and shares nothing that changes. Once begun it is not cancelled:
  // who is cancelled meanwhile notices at the next await. Work that takes a std::stop_token is asked by it to end
  // soon, with whatever result: nobody looks at it.
  template <class Work>
  Task<decltype(call(std::declval<Work&>(), std::stop_token()))> run(Work work) {
    using Answer = std::optional<decltype(call(work, std::stop_token()))>;
    auto initiate = [this](auto handler, Work owned) {
      auto loop = boost::asio::make_work_guard(boost::asio::get_associated_executor(handler));
      std::stop_source stop;
      auto slot = boost::asio::get_associated_cancellation_slot(handler);
      if (slot.is_connected()) slot.assign([stop](boost::asio::cancellation_type) mutable { stop.request_stop(); });
      boost::asio::post(threads_, [loop = std::move(loop), handler = std::move(handler), owned = std::move(owned),
                                   token = stop.get_token()]() mutable {
        Answer answer;
        std::exception_ptr thrown;
        try {
          answer.emplace(call(owned, token));
        } catch (...) {
          thrown = std::current_exception();
        }
        boost::asio::post(loop.get_executor(), [handler = std::move(handler), thrown = std::move(thrown),
                                                answer = std::move(answer)]() mutable {
          if (auto slot = boost::asio::get_associated_cancellation_slot(handler); slot.is_connected()) slot.clear();
          std::move(handler)(std::move(thrown), std::move(answer));
        });
      });
    };
    Answer answer =
        co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(std::exception_ptr, Answer)>(
            std::move(initiate), boost::asio::use_awaitable, std::move(work));
    co_return *std::move(answer);
  }

 private:
  boost::asio::thread_pool threads_;  // joined when it is destroyed
};

}  // namespace rotor
