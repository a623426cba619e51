#include "providers/aws/credential_cache.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/run_task.hpp"

namespace rotor::providers::aws {
namespace {

Task<Result<Credentials>> an_hour(WallTime now) {
  Credentials out;
  out.expires = now + std::chrono::hours(1);
  co_return out;
}

class CredentialCacheTest : public testing::Test {
 protected:
  void get(const std::string& key) {
    const WallTime now = clock.now();
    auto got = test::run_task(io, cache.get(key, [now] { return an_hour(now); }));
    ASSERT_TRUE(got) << got.error().message;
  }
  boost::asio::io_context io;
  test::FakeClock clock;
  CredentialCache cache{clock};
};

TEST_F(CredentialCacheTest, ForgetsWhatHasExpiredHoweverFewThereAre) {
  get("a");
  get("b");
  EXPECT_EQ(cache.size(), 2U);
  clock.advance(std::chrono::hours(2));
  get("c");
  EXPECT_EQ(cache.size(), 1U);
}

TEST_F(CredentialCacheTest, HoldsNoMoreThanSoMany) {
  for (std::size_t i = 0; i < CredentialCache::kMost + 100; ++i) {
    clock.advance(std::chrono::milliseconds(1));
    get(std::to_string(i));
    ASSERT_LE(cache.size(), CredentialCache::kMost);
  }
}

}  // namespace
}  // namespace rotor::providers::aws
