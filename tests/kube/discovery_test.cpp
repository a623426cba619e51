#include "kube/client/discovery.hpp"

#include <gtest/gtest.h>

#include "kube/client/http_client.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/fake_http.hpp"
#include "tests/fakes/loop.hpp"

namespace rotor::kube {
namespace {

class DiscoveryTest : public testing::Test {
 protected:
  Result<std::optional<Resource>> find(KindName name) { return loop.run(discovery.find(std::move(name))); }

  test::Loop loop;
  test::FakeClock clock;
  test::FakeHttp http;
  std::unique_ptr<Client> client =
      make_client_on(std::make_unique<test::BorrowedHttp>(http), clock, {.server = "https://api:6443"}, "rotor/1");
  Discovery discovery{*client};
};

TEST_F(DiscoveryTest, FindsWhereAKindIsServedAndAsksOnce) {
  http.will_answer(200, R"({"resources":[{"name":"widgets","kind":"Widget","namespaced":true}]})");
  const auto found = find({"example.com/v1", "Widget"});
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(**found, (Resource{"example.com", "v1", "widgets", "Widget", true}));
  EXPECT_EQ(*find({"example.com/v1", "Widget"}), *found);
  EXPECT_EQ(http.lines().size(), 1U);
}

TEST_F(DiscoveryTest, AsksAgainForWhatWasNotThere) {
  http.will_answer(404, "404 page not found\n");
  const auto missing = find({"example.com/v1", "Widget"});
  ASSERT_TRUE(missing);
  EXPECT_FALSE(*missing);
  http.will_answer(200, R"({"resources":[{"name":"widgets","kind":"Widget","namespaced":false}]})");
  const auto found = find({"example.com/v1", "Widget"});
  ASSERT_TRUE(found && *found);
  EXPECT_FALSE((*found)->namespaced);
}

TEST_F(DiscoveryTest, TakesAFailureForNoAnswer) {
  http.will_answer(403, R"({"kind":"Status","status":"Failure","reason":"Forbidden","message":"no","code":403})");
  EXPECT_FALSE(find({"v1", "ConfigMap"}));
}

}  // namespace
}  // namespace rotor::kube
