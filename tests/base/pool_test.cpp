#include "base/pool.hpp"

#include <atomic>
#include <latch>
#include <stdexcept>
#include <thread>

#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include "tests/fakes/run_task.hpp"

namespace rotor {
namespace {

struct Threads {
  std::thread::id work, after;
};

Task<Threads> where_it_runs(Pool& pool) {
  Threads threads;
  threads.work = co_await pool.run([] { return std::this_thread::get_id(); });
  threads.after = std::this_thread::get_id();
  co_return threads;
}

TEST(Pool, WorksElsewhereAndComesBack) {
  boost::asio::io_context io;
  Pool pool(1);
  const Threads threads = test::run_task(io, where_it_runs(pool));
  EXPECT_NE(threads.work, std::this_thread::get_id());
  EXPECT_EQ(threads.after, std::this_thread::get_id());
}

Task<int> throwing(Pool& pool) {
  co_return co_await pool.run([]() -> int { throw std::runtime_error("broken"); });
}

TEST(Pool, HandsOnWhatTheWorkThrew) {
  boost::asio::io_context io;
  Pool pool(1);
  EXPECT_THROW(test::run_task(io, throwing(pool)), std::runtime_error);
}

Task<int> meet(Pool& pool, std::latch& both) {
  co_return co_await pool.run([&both] {
    both.arrive_and_wait();
    return 1;
  });
}

TEST(Pool, WorksOnSeveralThingsAtOnce) {
  boost::asio::io_context io;
  Pool pool(2);
  std::latch both(2);
  test::Running<int> first(io, meet(pool, both));
  test::Running<int> second(io, meet(pool, both));
  EXPECT_EQ(first.get() + second.get(), 2);
}

Task<int> wait_after_work(Pool& pool, std::latch& go, std::atomic<bool>& worked) {
  co_await pool.run([&] {
    go.wait();
    worked = true;
    return 0;
  });
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, std::chrono::hours(1));
  co_await timer.async_wait(boost::asio::use_awaitable);
  co_return 1;
}

TEST(Pool, FinishesWorkWhoseCallerIsCancelledMeanwhile) {
  boost::asio::io_context io;
  Pool pool(1);
  std::latch go(1);
  std::atomic<bool> worked = false;
  test::Running<int> running(io, wait_after_work(pool, go, worked));
  io.poll();
  running.cancel();
  io.poll();
  EXPECT_FALSE(running.done());
  go.count_down();
  EXPECT_THROW(running.get(), boost::system::system_error) << "the next await notices";
  EXPECT_TRUE(worked);
}

Task<int> never_by_itself(Pool& pool, std::latch& begun) {
  co_await pool.run([&begun](std::stop_token stop) {
    begun.count_down();
    while (!stop.stop_requested()) std::this_thread::yield();
    return 0;
  });
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, std::chrono::hours(1));
  co_await timer.async_wait(boost::asio::use_awaitable);
  co_return 1;
}

TEST(Pool, TellsWorkThatListensToStopWhenItsCallerIsCancelled) {
  boost::asio::io_context io;
  Pool pool(1);
  std::latch begun(1);
  test::Running<int> running(io, never_by_itself(pool, begun));
  io.poll();
  begun.wait();
  running.cancel();
  EXPECT_THROW(running.get(), boost::system::system_error);
}

}  // namespace
}  // namespace rotor
