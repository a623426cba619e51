#include "base/side_by_side.hpp"

#include <set>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include "tests/fakes/run_task.hpp"

namespace rotor {
namespace {

namespace asio = boost::asio;

struct Log {
  std::multiset<std::size_t> begun{};
  int running = 0;
  int most = 0;
  std::size_t fails_at = 1000;
};

Task<Result<void>> step(Log& log, std::size_t i) {
  log.begun.insert(i);
  log.most = std::max(log.most, ++log.running);
  for (int turn = 0; turn < 3; ++turn) co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
  --log.running;
  if (i == log.fails_at) co_return fail(Code::kDenied, "no");
  co_return Result<void>();
}

Result<void> run(Log& log, std::size_t count, std::size_t most) {
  asio::io_context io;
  return test::run_task(io, side_by_side(count, most, [&log](std::size_t i) { return step(log, i); }));
}

TEST(SideBySide, RunsEachOnceAndNotMoreThanSoManyAtATime) {
  Log log;
  EXPECT_TRUE(run(log, 20, 8));
  EXPECT_EQ(log.begun.size(), 20U);
  EXPECT_EQ(std::set<std::size_t>(log.begun.begin(), log.begun.end()).size(), 20U);
  EXPECT_EQ(log.most, 8);
  Log few;
  EXPECT_TRUE(run(few, 3, 8));
  EXPECT_EQ(few.most, 3);
  Log none;
  EXPECT_TRUE(run(none, 0, 8));
}

TEST(SideBySide, RunsOneAfterTheOtherWhereThereIsOnlyOne) {
  for (const auto& [count, most] : {std::pair{1U, 8U}, std::pair{3U, 1U}}) {
    Log log{.fails_at = count - 1};
    const auto done = run(log, count, most);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::kDenied);
    EXPECT_EQ(log.begun.size(), count);
    EXPECT_EQ(log.most, 1);
  }
}

TEST(SideBySide, BeginsNothingAfterAnErrorAndAnswersItWhenTheRestHasEnded) {
  Log log;
  log.fails_at = 1;
  const Result<void> outcome = run(log, 20, 4);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::kDenied);
  EXPECT_LT(log.begun.size(), 10U);
  EXPECT_EQ(log.running, 0);
}

}  // namespace
}  // namespace rotor
