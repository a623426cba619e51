// What is asked of an API server.
#include "inspect/gather.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/loop.hpp"
#include "tests/fakes/strict_client.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;

constexpr std::string_view kSecretWithValue =
    R"({"items":[{"metadata":{"name":"a","namespace":"shop"},"data":{"k":"Y2FuYXJ5"}},{"metadata":{"name":7}}]})";

// Lists and nothing else; anything that writes, or reads a whole object, ends the test.
class Lists final : public StrictClient {
 public:
  std::set<std::string, std::less<>> denied{}, not_served{};
  std::set<std::string, std::less<>> asked{}, asked_for_metadata{};

  Task<Result<kube::ListPage>> list_page(kube::Resource resource, std::string, kube::ListOptions options,
                                         std::string) override {
    const std::string plural(resource.plural);
    asked.insert(plural);
    if (options.metadata_only) asked_for_metadata.insert(plural);
    if (denied.contains(plural)) co_return fail(Code::kDenied, "may not list " + plural);
    if (not_served.contains(plural)) co_return fail(Code::kNotFound, "not served");
    co_return kube::ListPage{SecretBytes(plural == "secrets" ? kSecretWithValue : R"({"items":[]})"), "1", ""};
  }
};

class Gather : public testing::Test {
 protected:
  Result<inspect::Cluster> gather(std::string ns = "") {
    return loop_.run(inspect::gather(client, clock_, std::move(ns)));
  }
  Lists client;

 private:
  SystemClock clock_;
  Loop loop_;
};

TEST_F(Gather, AsksOfSecretsForTheirMetadataAlone) {
  const auto cluster = gather();
  ASSERT_TRUE(cluster);
  EXPECT_THAT(client.asked_for_metadata, testing::ElementsAre("secrets"));
  EXPECT_EQ(client.asked.size(), 10U);
  ASSERT_EQ(cluster->secrets.size(), 1U);
  EXPECT_EQ(cluster->secrets.front().name, "a");
}

TEST_F(Gather, SaysHowManyObjectsCouldNotBeRead) {
  EXPECT_THAT(gather()->unread, testing::ElementsAre(HasSubstr("secrets: 1 that cannot be read")));
}

TEST_F(Gather, GoesOnWithoutAKindThatMayNotBeListed) {
  client.denied = {"pods", "events"};
  const auto cluster = gather();
  ASSERT_TRUE(cluster);
  EXPECT_THAT(cluster->blind, testing::UnorderedElementsAre("Pod", "Event"));
  EXPECT_THAT(cluster->notes, testing::ElementsAre("events: may not list events"));  // less is known, nothing is hidden
  EXPECT_THAT(cluster->unread, testing::Contains("pods: may not list pods"));
}

TEST_F(Gather, TakesAKindThatIsNotServedForNone) {
  client.not_served = {"openclawinstances"};
  const auto cluster = gather();
  ASSERT_TRUE(cluster);
  EXPECT_FALSE(cluster->blind.contains("OpenClawInstance"));
  EXPECT_THAT(cluster->unread, testing::Not(testing::Contains(HasSubstr("does not serve"))));
  EXPECT_THAT(cluster->notes, testing::ElementsAre(HasSubstr("does not serve openclawinstances.openclaw.rocks: ")));
}

TEST_F(Gather, CountsAClusterWithoutRotorsKindsAsNotLookedAt) {
  client.not_served = {"openclawinstances", "externalsecrets"};
  EXPECT_THAT(gather()->unread,
              testing::Contains(HasSubstr("does not serve externalsecrets.external-secrets.io, openclawinstances")));
}

TEST_F(Gather, SaysNothingOfLeasesThatMayNotBeListed) {
  client.denied = {"leases"};
  const auto cluster = gather();
  ASSERT_TRUE(cluster);
  EXPECT_THAT(cluster->notes, testing::IsEmpty());
  EXPECT_TRUE(cluster->leases.empty());
}

TEST_F(Gather, FailsWhereNothingOfOursMayBeListedAndNamesTheWayOut) {
  client.denied = {"externalsecrets", "openclawinstances"};
  const auto all = gather();
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().code, Code::kDenied);
  EXPECT_THAT(all.error().message, HasSubstr("with -n NAMESPACE less is asked for"));
  EXPECT_THAT(gather("shop").error().message, testing::Not(HasSubstr("-n NAMESPACE")));
}

}  // namespace
}  // namespace rotor::test
