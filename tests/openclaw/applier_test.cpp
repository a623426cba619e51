// What the applier sends, seen by a client that answers with what it is told.
#include "openclaw/applier.hpp"

#include <gtest/gtest.h>

#include "api/core/service.hpp"
#include "json/document.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/run_task.hpp"

namespace rotor::openclaw {
namespace {

constexpr kube::Resource kServices = kube::kResource<api::Service>;
constexpr std::string_view kLive =
    R"({"metadata":{"name":"a","namespace":"ns","uid":"u-1","resourceVersion":"7"},"spec":{"type":"ClusterIP"}})";
constexpr std::string_view kDesired = R"({"metadata":{"name":"a","namespace":"ns"},"spec":{"type":"NodePort"}})";

// Takes patches only.
class PatchTaker final : public kube::Client {
 public:
  std::string body;
  kube::WriteOptions options;
  std::optional<Error> refuses;

  Task<Result<SecretBytes>> patch(kube::Resource, kube::Key, kube::PatchType, SecretBytes sent,
                                  kube::WriteOptions with) override {
    body = sent.reveal();
    options = std::move(with);
    if (refuses) co_return std::unexpected(*refuses);
    co_return SecretBytes(kLive);
  }
  Task<Result<SecretBytes>> get(kube::Resource, kube::Key) override { co_return no(); }
  Task<Result<kube::ListPage>> list_page(kube::Resource, std::string, kube::ListOptions, std::string) override {
    co_return no();
  }
  Task<Result<std::unique_ptr<kube::WatchStream>>> watch(kube::Resource, std::string, kube::ListOptions,
                                                         std::string) override {
    co_return no();
  }
  Task<Result<SecretBytes>> create(kube::Resource, std::string, SecretBytes, kube::WriteOptions) override {
    co_return no();
  }
  Task<Result<SecretBytes>> update(kube::Resource, kube::Key, SecretBytes, kube::WriteOptions) override {
    co_return no();
  }
  Task<Result<void>> remove(kube::Resource, kube::Key, kube::DeleteOptions) override { co_return no(); }
  Task<Result<kube::IssuedToken>> request_token(kube::Key, kube::TokenRequest) override { co_return no(); }
  Task<Result<bool>> serves(kube::Resource) override { co_return no(); }

 private:
  static std::unexpected<Error> no() { return fail(Code::kInternal, "patches only"); }
};

class ApplierTest : public testing::Test {
 protected:
  ApplierTest() : cache(client, clock, "ns", {}, read_live, kServices), applier(client) {}

  Result<LivePtr> apply(LivePtr live) {
    return test::run_task(io, applier.apply(cache, kServices, {"ns", "a"}, std::move(live), std::string(kDesired)));
  }
  static LivePtr live() { return std::make_shared<const LiveObject>(*read_live(kLive)); }
  std::string sent_uid() { return std::string(json::find_string(*json::parse(client.body), "metadata.uid")); }

  boost::asio::io_context io;
  PatchTaker client;
  test::FakeClock clock;
  Live cache;
  Applier applier;
};

TEST_F(ApplierTest, AKnownObjectIsBoundToItsUidSoThatADeletedOneStaysDeleted) {
  ASSERT_TRUE(apply(live()));
  EXPECT_EQ(sent_uid(), "u-1");
  EXPECT_TRUE(client.options.force);
}

TEST_F(ApplierTest, ANewObjectHasNoUidYet) {
  ASSERT_TRUE(apply(nullptr));
  EXPECT_EQ(client.body, kDesired);
}

TEST_F(ApplierTest, ARehearsalIsBoundToTheSameObject) {
  ASSERT_TRUE(test::run_task(io, applier.rehearse(kServices, {"ns", "a"}, live(), std::string(kDesired))));
  EXPECT_EQ(sent_uid(), "u-1");
  EXPECT_TRUE(client.options.dry_run);
}

TEST_F(ApplierTest, AnObjectThatWentMeanwhileIsAConflict) {
  client.refuses = Error{Code::kConflict, "uid mismatch"};
  const Result<LivePtr> answer = apply(live());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kConflict);
  EXPECT_EQ(answer.error().message, "applying Service \"a\": uid mismatch");
}

}  // namespace
}  // namespace rotor::openclaw
