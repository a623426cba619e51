#include "providers/common/expiring_cache.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/run_task.hpp"

namespace rotor::providers {
namespace {

struct Token {
  int number = 0;
  std::optional<WallTime> expires;
};

class ExpiringCacheTest : public testing::Test {
 protected:
  Task<Result<Token>> fetch() {
    ++fetches;
    if (refusal) co_return std::unexpected(*refusal);
    co_return Token{fetches, clock.now() + std::chrono::hours(1)};
  }
  Result<int> get(const std::string& key) {
    auto got = test::run_task(io, cache.get(key, [this] { return fetch(); }));
    if (!got) return std::unexpected(got.error());
    return (*got)->number;
  }

  boost::asio::io_context io;
  test::FakeClock clock;
  ExpiringCache<Token> cache{clock, std::chrono::seconds(30)};
  std::optional<Error> refusal;
  int fetches = 0;
};

TEST_F(ExpiringCacheTest, FetchesOnceForALifetimeAndAnewBeforeItsEnd) {
  EXPECT_EQ(get("a"), 1);
  clock.advance(std::chrono::minutes(54));
  EXPECT_EQ(get("a"), 1);
  clock.advance(std::chrono::minutes(2));
  EXPECT_EQ(get("a"), 2);
}

TEST_F(ExpiringCacheTest, DoesNotRepeatARefusedLoginForAWhile) {
  refusal = Error{Code::kUnauthenticated, "wrong password"};
  EXPECT_EQ(get("a").error().message, "wrong password");
  EXPECT_EQ(get("a").error().message, "wrong password");
  EXPECT_EQ(fetches, 1);
  EXPECT_FALSE(get("b")) << "another identity asks for itself";
  EXPECT_EQ(fetches, 2);
  clock.advance(std::chrono::seconds(31));
  refusal.reset();
  EXPECT_EQ(get("a"), 3);
}

TEST_F(ExpiringCacheTest, RemembersARefusalLongerThanWhatHasExpired) {
  ExpiringCache<Token> patient(clock, std::chrono::minutes(16));
  refusal = Error{Code::kInvalid, "wrong password"};
  for (int i = 0; i < 8; ++i) {
    EXPECT_FALSE(test::run_task(io, patient.get("a", [this] { return fetch(); })));
    clock.advance(std::chrono::minutes(2));
  }
  EXPECT_EQ(fetches, 1);
  refusal.reset();
  EXPECT_TRUE(test::run_task(io, patient.get("a", [this] { return fetch(); })));
}

TEST_F(ExpiringCacheTest, LetsAFetchSeeWhatIsKeptHoweverOldItIs) {
  EXPECT_FALSE(cache.peek("a"));
  EXPECT_EQ(get("a"), 1);
  clock.advance(std::chrono::hours(2));
  EXPECT_EQ(cache.peek("a")->number, 1);
  cache.drop("a", cache.peek("a"));
  EXPECT_FALSE(cache.peek("a"));
}

TEST_F(ExpiringCacheTest, TriesAgainAtOnceWhenNobodyRefused) {
  refusal = Error{Code::kUnavailable, "no route"};
  EXPECT_FALSE(get("a"));
  refusal.reset();
  EXPECT_EQ(get("a"), 2);
}

TEST_F(ExpiringCacheTest, ServesWhatIsStillValidWhenARefreshFails) {
  EXPECT_EQ(get("a"), 1);
  clock.advance(std::chrono::minutes(56));
  refusal = Error{Code::kDenied, "revoked"};
  EXPECT_EQ(get("a"), 1);
  clock.advance(std::chrono::minutes(5));
  EXPECT_EQ(get("a").error().message, "revoked");
}

TEST_F(ExpiringCacheTest, WaitsHalfAMinuteAfterARefreshThatFailed) {
  EXPECT_EQ(get("a"), 1);
  clock.advance(std::chrono::minutes(56));
  refusal = Error{Code::kUnavailable, "no route"};
  EXPECT_EQ(get("a"), 1);
  EXPECT_EQ(get("a"), 1);
  EXPECT_EQ(fetches, 2) << "what is valid serves without another try";
  refusal.reset();
  clock.advance(std::chrono::seconds(31));
  EXPECT_EQ(get("a"), 3);
}

TEST_F(ExpiringCacheTest, FetchesAtOnceWhenWhatServedIsRefusedAfterAFailedRefresh) {
  ASSERT_EQ(get("a"), 1);
  clock.advance(std::chrono::minutes(56));
  refusal = Error{Code::kUnavailable, "no route"};
  const auto held = test::run_task(io, cache.get("a", [this] { return fetch(); }));
  refusal.reset();
  cache.drop("a", *held);
  EXPECT_EQ(get("a"), 3);
}

struct Renewed {
  int number = 0;
  std::optional<WallTime> expires;
  std::optional<WallTime> refresh;
};

Task<Result<Renewed>> good_for_a_day(int number, WallTime now) {
  co_return Renewed{number, now + std::chrono::hours(24), now + std::chrono::hours(12)};
}

TEST_F(ExpiringCacheTest, RefreshesWhenTheIssuerSaysSo) {
  ExpiringCache<Renewed> kept(clock);
  const auto number = [&] {
    const auto got = test::run_task(io, kept.get("a", [&] { return good_for_a_day(++fetches, clock.now()); }));
    return (*got)->number;
  };
  EXPECT_EQ(number(), 1);
  clock.advance(std::chrono::hours(11));
  EXPECT_EQ(number(), 1);
  clock.advance(std::chrono::hours(2));
  EXPECT_EQ(number(), 2);
}

TEST_F(ExpiringCacheTest, AsksOnceForManyWhoWait) {
  std::vector<std::unique_ptr<test::Running<Result<ExpiringCache<Token>::Ptr>>>> waiting;
  for (int i = 0; i < 10; ++i) {
    waiting.push_back(std::make_unique<test::Running<Result<ExpiringCache<Token>::Ptr>>>(
        io, cache.get("a", [this] { return fetch(); })));
  }
  for (auto& call : waiting) EXPECT_EQ((*call->get())->number, 1);
  EXPECT_EQ(fetches, 1);
}

TEST_F(ExpiringCacheTest, ForgetsWhatHasExpiredHoweverFewThereAre) {
  EXPECT_TRUE(get("a"));
  EXPECT_TRUE(get("b"));
  EXPECT_EQ(cache.size(), 2U);
  clock.advance(std::chrono::hours(2));
  EXPECT_TRUE(get("c"));
  EXPECT_EQ(cache.size(), 1U);
}

TEST_F(ExpiringCacheTest, HoldsNoMoreThanSoMany) {
  for (std::size_t i = 0; i < ExpiringCache<Token>::kMost + 100; ++i) {
    clock.advance(std::chrono::milliseconds(1));
    ASSERT_TRUE(get(std::to_string(i)));
    ASSERT_LE(cache.size(), ExpiringCache<Token>::kMost);
  }
}

}  // namespace
}  // namespace rotor::providers
