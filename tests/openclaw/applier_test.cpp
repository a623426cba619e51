// What the applier sends, seen by a client that answers with what it is told.
#include "openclaw/applier.hpp"

#include <gtest/gtest.h>

#include "api/core/secret.hpp"
#include "api/core/service.hpp"
#include "json/document.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/strict_client.hpp"

namespace rotor::openclaw {
namespace {

constexpr kube::Resource kServices = kube::kResource<api::Service>;
constexpr kube::Resource kSecrets = kube::kResource<api::Secret>;
constexpr std::string_view kLive =
    R"({"metadata":{"name":"a","namespace":"ns","uid":"u-1","resourceVersion":"7"},"spec":{"type":"ClusterIP"}})";
constexpr std::string_view kDesired = R"({"metadata":{"name":"a","namespace":"ns"},"spec":{"type":"NodePort"}})";

// Takes writes, and answers a read with what it has.
class WriteTaker final : public test::StrictClient {
 public:
  std::string body;
  kube::WriteOptions options;
  kube::DeleteOptions deleted_by;
  std::optional<Error> refuses;
  std::optional<std::string> has;  // what a get finds

  Task<Result<SecretBytes>> patch(kube::Resource, kube::Key, kube::PatchType, SecretBytes sent,
                                  kube::WriteOptions with) override {
    body = sent.reveal();
    options = std::move(with);
    if (refuses) co_return std::unexpected(*refuses);
    co_return SecretBytes(kLive);
  }
  Task<Result<SecretBytes>> get(kube::Resource, kube::Key) override {
    if (!has) co_return fail(Code::kInternal, "it has nothing");
    co_return SecretBytes(*has);
  }
  Task<Result<SecretBytes>> create(kube::Resource, std::string, SecretBytes sent, kube::WriteOptions with) override {
    body = sent.reveal();
    options = std::move(with);
    if (refuses) co_return std::unexpected(*refuses);
    co_return SecretBytes(kLive);
  }
  Task<Result<void>> remove(kube::Resource, kube::Key, kube::DeleteOptions by) override {
    deleted_by = std::move(by);
    if (refuses) co_return std::unexpected(*refuses);
    co_return Result<void>{};
  }
};

class ApplierTest : public testing::Test {
 protected:
  ApplierTest() : view(client, clock, "ns"), applier(client, view) {}

  Result<LivePtr> apply(LivePtr live) {
    return test::run_task(io, applier.apply(kServices, {"ns", "a"}, std::move(live), std::string(kDesired)));
  }
  static LivePtr live() { return std::make_shared<const LiveObject>(*read_live(kLive)); }
  std::string sent_uid() { return std::string(json::find_string(*json::parse(client.body), "metadata.uid")); }

  boost::asio::io_context io;
  WriteTaker client;
  test::FakeClock clock;
  View view;
  Applier applier;
};

TEST_F(ApplierTest, AKnownObjectIsBoundToItsUidSoThatADeletedOneStaysDeleted) {
  ASSERT_TRUE(apply(live()));
  EXPECT_EQ(sent_uid(), "u-1");
  EXPECT_TRUE(client.options.force);
}

class ApplierAfterATakeOver : public ApplierTest {
 protected:
  static std::string instance_at(int version) {
    return R"({"metadata":{"name":"a","namespace":"ns","resourceVersion":")" + std::to_string(version) + R"("}})";
  }
  Result<LivePtr> apply_of_version_3() {
    Applier careful(client, view, [](const kube::Key&) { return true; });
    const auto instance =
        std::make_shared<const api::OpenClawInstance>(*json::read<api::OpenClawInstance>(instance_at(3)));
    return test::run_task(io, careful.apply(kServices, {"ns", "a"}, live(), std::string(kDesired), instance));
  }
  std::string sent_version() {
    return std::string(json::find_string(*json::parse(client.body), "metadata.resourceVersion"));
  }
};

TEST_F(ApplierAfterATakeOver, WhatIsAppliedIsBoundToTheVersionThatWasDecidedOn) {
  client.has = instance_at(3);
  ASSERT_TRUE(apply_of_version_3());
  EXPECT_EQ(sent_version(), "7");
}

TEST_F(ApplierAfterATakeOver, NothingIsWrittenForAnInstanceThatHasChangedSince) {
  client.has = instance_at(4);
  const auto answer = apply_of_version_3();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kConflict);
  EXPECT_EQ(client.body, "");
  EXPECT_EQ(view.instances.get({"ns", "a"})->metadata.resource_version, "4") << "the next pass goes by it";
}

TEST_F(ApplierAfterATakeOver, OfAnInstanceThatDidNotComeLatelyNothingIsAskedFor) {
  ASSERT_TRUE(apply(live()));
  EXPECT_EQ(sent_version(), "");
}

TEST_F(ApplierTest, APatchIsBoundToItsUidToo) {
  const json::Value patch = *json::parse(R"({"spec":{"a":"b"}})");
  ASSERT_TRUE(test::run_task(io, applier.patch(kServices, {"ns", "a"}, live(), patch)));
  EXPECT_EQ(client.body, R"({"spec":{"a":"b"},"metadata":{"uid":"u-1"}})");
  EXPECT_FALSE(client.options.force);
}

TEST_F(ApplierTest, APatchOfWhatWentMeanwhileIsAConflict) {
  client.refuses = Error{Code::kNotFound, "not found"};
  const auto answer = test::run_task(io, applier.patch(kServices, {"ns", "a"}, live(), json::Value(json::Object{})));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kConflict);
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

TEST_F(ApplierTest, WhatIsMadeOnceIsCreatedAndNeverApplied) {
  const auto made = test::run_task(io, applier.make(kSecrets, {"ns", "a"}, SecretBytes(kDesired)));
  ASSERT_TRUE(made);
  EXPECT_TRUE(*made);
  EXPECT_EQ(client.body, kDesired);
  EXPECT_FALSE(client.options.force);
  ASSERT_NE(view.secrets.get({"ns", "a"}), nullptr);
  EXPECT_EQ(view.secrets.get({"ns", "a"})->metadata.resource_version, "7");
}

TEST_F(ApplierTest, WhatSomebodyElseMadeMeanwhileIsKnownAfterwards) {
  client.refuses = Error{Code::kAlreadyExists, "exists"};
  client.has = kLive;
  const auto made = test::run_task(io, applier.make(kSecrets, {"ns", "a"}, SecretBytes(kDesired)));
  ASSERT_TRUE(made);
  EXPECT_FALSE(*made);
  EXPECT_NE(view.secrets.get({"ns", "a"}), nullptr);
}

TEST_F(ApplierTest, ARemovalMeansThisVeryObject) {
  ASSERT_TRUE(test::run_task(io, applier.remove(kServices, live())));
  EXPECT_EQ(client.deleted_by.uid, "u-1");
}

TEST_F(ApplierTest, WhatIsGoneAlreadyIsRemoved) {
  client.refuses = Error{Code::kNotFound, "gone"};
  EXPECT_TRUE(test::run_task(io, applier.remove(kServices, live())));
  client.refuses = Error{Code::kDenied, "not yours"};
  const Result<void> refused = test::run_task(io, applier.remove(kServices, live()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "removing Service \"a\": not yours");
}

}  // namespace
}  // namespace rotor::openclaw
