#include "base/side_by_side.hpp"

#include <algorithm>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rotor {
namespace {

namespace asio = boost::asio;

struct Work {
  std::size_t count;
  std::function<Task<Result<void>>(std::size_t)> one;
  std::size_t next = 0;
  Result<void> outcome{};
};

Task<> take_turns(Work& work) {
  while (work.outcome && work.next < work.count) {
    Result<void> done = co_await work.one(work.next++);
    if (!done && work.outcome) work.outcome = std::move(done);
  }
}

}  // namespace

Task<Result<void>> side_by_side(std::size_t count, std::size_t most,
                                std::function<Task<Result<void>>(std::size_t)> one) {
  Work work{count, std::move(one)};
  const std::size_t workers = std::min(count, most);
  if (workers == 0) co_return Result<void>();
  if (workers == 1) {  // no need to be spawned
    co_await take_turns(work);
    co_return std::move(work.outcome);
  }
  const Executor executor = co_await asio::this_coro::executor;
  const auto start = [&] { return asio::co_spawn(executor, take_turns(work), asio::deferred); };
  std::vector<decltype(start())> parts;
  for (std::size_t i = 0; i < workers; ++i) parts.push_back(start());
  auto all = asio::experimental::make_parallel_group(std::move(parts));
  auto [order, errors] = co_await all.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
  co_return std::move(work.outcome);
}

}  // namespace rotor
