#include "kube/client/fence.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/fake_http.hpp"
#include "tests/fakes/loop.hpp"

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;

// Remembers how much time it was given.
class Deadlines final : public net::HttpClient {
 public:
  explicit Deadlines(std::vector<std::chrono::milliseconds>& given) : given_(given) {}
  Task<Result<net::Response>> send(net::Request, net::CallOptions options) override {
    given_.push_back(options.deadline);
    co_return net::Response{.status = 200, .headers = {}, .body = {}};
  }
  Task<Result<net::StreamResponse>> open(net::Request, net::CallOptions options) override {
    given_.push_back(options.deadline);
    co_return fail(Code::kUnavailable, "no stream");
  }

 private:
  std::vector<std::chrono::milliseconds>& given_;
};

class FenceTest : public testing::Test {
 protected:
  Result<net::Response> send(std::string method) {
    net::Request request{.method = std::move(method), .url = "https://api/x"};
    return loop_.run(client_->send(std::move(request), {.deadline = 30s}));
  }

  test::FakeClock clock_;
  test::Loop loop_;
  Fence fence_{clock_};
  std::vector<std::chrono::milliseconds> given_;
  std::unique_ptr<net::HttpClient> client_ = fence_writes(std::make_unique<Deadlines>(given_), fence_);
};

TEST_F(FenceTest, LetsReadsPassAndRefusesEveryWriteWhileItIsClosed) {
  EXPECT_TRUE(send("GET"));
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    const auto refused = send(method);
    ASSERT_FALSE(refused) << method;
    EXPECT_EQ(refused.error().code, Code::kUnavailable);
  }
  EXPECT_EQ(given_.size(), 1U);
}

TEST_F(FenceTest, GivesAWriteNoMoreTimeThanItStaysOpen) {
  fence_.open_until(clock_.steady() + 10s);
  EXPECT_TRUE(send("PATCH"));
  clock_.advance(7s);
  EXPECT_TRUE(send("PATCH"));
  EXPECT_TRUE(send("GET"));
  EXPECT_EQ(given_, (std::vector<std::chrono::milliseconds>{10s, 3s, 30s}));
  clock_.advance(3s);
  EXPECT_FALSE(send("PATCH"));
  fence_.open_until(clock_.steady() + 10s);
  fence_.close();
  EXPECT_FALSE(send("PATCH"));
}

}  // namespace
}  // namespace rotor::kube
