#include "kube/runtime/watches.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rotor::kube {

namespace asio = boost::asio;

bool Watches::ready() const {
  return std::ranges::all_of(caches_, [](const Watched& cache) { return cache.is_ready(); });
}

std::vector<std::string> Watches::troubles() const {
  std::vector<std::string> met;
  for (const Watched& cache : caches_) {
    std::string one = cache.trouble();
    if (!one.empty() && std::ranges::find(met, one) == met.end()) met.push_back(std::move(one));
  }
  return met;
}

void Watches::one_listed() {
  if (on_ready_ && ready()) std::exchange(on_ready_, nullptr)();
}

Task<> Watches::run() {
  std::vector<std::function<Task<>()>> parts;
  for (const Watched& cache : caches_) parts.push_back(cache.run);
  co_await run_together(std::move(parts));
}

Task<> run_together(std::vector<std::function<Task<>()>> parts) {
  const Executor executor = co_await asio::this_coro::executor;
  const auto start = [&executor](Task<> task) { return asio::co_spawn(executor, std::move(task), asio::deferred); };
  std::vector<decltype(start(std::declval<Task<>>()))> started;
  for (const auto& part : parts) started.push_back(start(part()));
  auto all = asio::experimental::make_parallel_group(std::move(started));
  // None of them ends by itself: this waits until the caller is cancelled, or one dies of a bug.
  auto [order, errors] = co_await all.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

}  // namespace rotor::kube
