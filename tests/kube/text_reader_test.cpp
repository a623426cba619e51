// Texts of an API server that are no objects.
#include "kube/client/text_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/fake_http.hpp"
#include "tests/fakes/loop.hpp"

namespace rotor::test {
namespace {

class TextOfTheServer : public testing::Test {
 protected:
  Result<std::string> read(std::string path) {
    const auto reader = kube::make_text_reader_on(std::make_unique<BorrowedHttp>(http), clock_,
                                                  {.server = "https://server", .token = SecretBytes("t0ken")});
    return loop_.run(reader->read(std::move(path)));
  }
  FakeHttp http;

 private:
  SystemClock clock_;
  Loop loop_;
};

TEST_F(TextOfTheServer, IsReadWithTheCredentialsOfTheConnection) {
  http.will_answer(200, "a log");
  EXPECT_EQ(read("/log?tail=1").value(), "a log");
  EXPECT_EQ(http.last().url, "https://server/log?tail=1");
  ASSERT_NE(net::find_header(http.last().headers, "Authorization"), nullptr);
  EXPECT_EQ(*net::find_header(http.last().headers, "Authorization"), "Bearer t0ken");
}

TEST_F(TextOfTheServer, IsRefusedInTheServersWords) {
  http.will_answer(403, R"({"kind":"Status","status":"Failure","message":"cannot get pods/log","reason":"Forbidden"})");
  const auto refused = read("/log");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kDenied);
  EXPECT_EQ(refused.error().message, "cannot get pods/log");
}

TEST_F(TextOfTheServer, SaysNothingOfWhatAPodAnsweredInstead) {
  http.will_answer(500, "canary");
  const auto broken = read("/proxy/metrics");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Code::kUnavailable);
  EXPECT_EQ(broken.error().message, "it was answered with 500");
}

}  // namespace
}  // namespace rotor::test
