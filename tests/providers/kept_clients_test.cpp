#include "providers/kept_clients.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/duration.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/loop.hpp"
#include "tests/providers/provider_rig.hpp"

namespace rotor::providers {
namespace {

using namespace std::chrono_literals;
using api::es::SecretKeySelector;
using api::es::ServiceAccountSelector;

// Answers with the store and the credential that it was made with, and how often it was asked.
class EchoClient final : public SecretsClient {
 public:
  EchoClient(std::string made_of, StoreContext context, bool shares)
      : made_of_(std::move(made_of)), context_(std::move(context)), shares_(shares) {}

  std::unique_ptr<SecretsClient> again() const override {
    return shares_ ? std::make_unique<EchoClient>(made_of_, context_, shares_) : nullptr;
  }
  Task<Validation> validate() override { co_return Validation{}; }
  Task<Lookup<SecretBytes>> get_secret(RemoteRef) override {
    co_return SecretBytes(fmt::format("{} #{}", made_of_, ++asked_));
  }
  // A token, as logins get it.
  Task<Lookup<SecretMap>> get_secret_map(RemoteRef) override {
    auto token = co_await context_.gate.service_account_token(context_.scope(), {}, {});
    if (!token) co_return std::unexpected(token.error());
    SecretMap map;
    map.emplace("token", std::move(token->token));
    co_return std::move(map);
  }
  Task<Lookup<SecretMap>> get_all(FindRequest) override { co_return SecretMap{}; }

 private:
  std::string made_of_;
  StoreContext context_;
  bool shares_;
  int asked_ = 0;
};

struct EchoProvider final : Provider {
  Capability capability() const override { return Capability::kReadOnly; }
  Result<std::vector<std::string>> validate_store(const Store&) const override { return std::vector<std::string>(); }
  Task<Result<std::unique_ptr<SecretsClient>>> make_client(StoreContext context) override {
    ++made;
    CO_TRY(const SecretBytes key,
           co_await context.gate.secret_value(context.scope(), SecretKeySelector{"login", {}, "key"}));
    CO_TRY(const kube::StringMap texts, co_await context.gate.config_map(context.scope(), "ca", {}));
    const std::string ca = texts.at("ca.crt");
    CO_TRY(const kube::StringMap account,
           co_await context.gate.service_account_annotations(context.scope(), ServiceAccountSelector{"app", {}, {}}));
    std::string of = fmt::format("{}/{} {} {} {}", context.store.name, context.store.generation, key.reveal(), ca,
                                 account.begin()->second);
    co_return std::make_unique<EchoClient>(std::move(of), std::move(context), shares);
  }
  int made = 0;
  bool shares = true;
};

// Time passes at each read of a Secret.
class SlowGate final : public ReferenceGate {
 public:
  explicit SlowGate(Clock& clock) : clock_(clock) {}
  Task<Result<SecretBytes>> secret_value(Scope scope, api::es::SecretKeySelector ref) override {
    ++reads;
    auto value = co_await objects.secret_value(scope, ref);
    if (takes > 0s) co_await clock_.sleep_for(takes);
    co_return std::move(value);
  }
  Task<Result<kube::StringMap>> config_map(Scope scope, std::string name, std::optional<std::string> ns) override {
    return objects.config_map(std::move(scope), std::move(name), std::move(ns));
  }
  Task<Result<kube::StringMap>> service_account_annotations(Scope scope, api::es::ServiceAccountSelector ref) override {
    return objects.service_account_annotations(std::move(scope), std::move(ref));
  }
  Task<Result<std::vector<std::string>>> service_account_secrets(Scope scope,
                                                                 api::es::ServiceAccountSelector ref) override {
    return objects.service_account_secrets(std::move(scope), std::move(ref));
  }
  Task<Result<kube::IssuedToken>> service_account_token(Scope scope, api::es::ServiceAccountSelector ref,
                                                        kube::TokenRequest request) override {
    return objects.service_account_token(std::move(scope), std::move(ref), std::move(request));
  }

  FakeGate objects;
  int reads = 0;
  Duration takes{};

 private:
  Clock& clock_;
};

struct KeptClientsTest : testing::Test {
  KeptClientsTest() {
    gate.objects.secrets = {{"team/login/key", "k1"}};
    gate.objects.config_maps = {{"team/ca/ca.crt", "ca1"}};
    gate.objects.annotations = {{"role", "r1"}};
  }

  StoreContext context(std::string name = "store", std::int64_t generation = 1, std::string uid = "u") {
    Store store;
    store.kind = "SecretStore";
    store.ns = "team";
    store.name = std::move(name);
    store.uid = std::move(uid);
    store.generation = generation;
    return {.store = std::move(store), .consumer_ns = "team", .gate = gate};
  }
  static Task<std::string> read(KeptClients& clients, Provider& provider, std::string identity, StoreContext context,
                                bool patient = false) {
    const auto client = co_await clients.open(provider, std::move(identity), std::move(context), patient);
    if (!client) co_return client.error().message;
    const auto got = co_await (*client)->get_secret({});
    co_return std::string(got->reveal());
  }
  // What one reconcile gets.
  std::string pass(StoreContext c) {
    std::string identity = c.store.name;
    return loop.run(read(clients, provider, std::move(identity), std::move(c)));
  }
  std::string pass() { return pass(context()); }
  std::string refresh() { return loop.run(read(clients, provider, "store", context(), true)); }
  std::shared_ptr<test::Loop::Pending<std::string>> begin() {
    return loop.begin(read(clients, provider, "store", context()));
  }

  test::FakeClock clock;
  SlowGate gate{clock};
  EchoProvider provider;
  KeptClients clients{clock};
  test::Loop loop;
};

TEST_F(KeptClientsTest, OneIsMadeForAllReconcilesAndEachHasAMemoryOfItsOwn) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(pass(), "store/1 k1 ca1 r1 #1");
  EXPECT_EQ(provider.made, 1);
}

TEST_F(KeptClientsTest, WhatIsChangedWhereAManifestPointsCountsAtTheNextRead) {
  EXPECT_EQ(pass(), "store/1 k1 ca1 r1 #1");
  gate.objects.secrets["team/login/key"] = "k2";
  EXPECT_EQ(pass(), "store/1 k2 ca1 r1 #1");
  gate.objects.config_maps["team/ca/ca.crt"] = "ca2";
  EXPECT_EQ(pass(), "store/1 k2 ca2 r1 #1");
  gate.objects.annotations["role"] = "r2";
  EXPECT_EQ(pass(), "store/1 k2 ca2 r2 #1");
  EXPECT_EQ(provider.made, 4);
  gate.objects.secrets.clear();
  EXPECT_EQ(pass(), R"(cannot find secret data for key: "key")");
  gate.objects.secrets["team/login/key"] = "k2";
  EXPECT_EQ(pass(), "store/1 k2 ca2 r2 #1");
}

TEST_F(KeptClientsTest, NeverAnswersForAnotherStoreNorForAnotherOneOfItsName) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(pass(context("a")), "a/1 k1 ca1 r1 #1");
    EXPECT_EQ(pass(context("b")), "b/1 k1 ca1 r1 #1");
  }
  EXPECT_EQ(provider.made, 2);
  EXPECT_EQ(pass(context("a", 2)), "a/2 k1 ca1 r1 #1");
  EXPECT_EQ(pass(context("a", 2, "another")), "a/2 k1 ca1 r1 #1");
  EXPECT_EQ(provider.made, 4);
  // Not even to who names the wrong identity.
  EXPECT_EQ(loop.run(read(clients, provider, "a", context("b"))), "b/1 k1 ca1 r1 #1");
}

TEST_F(KeptClientsTest, OneLookServesAllWhoAskedBeforeItBegan) {
  EXPECT_EQ(pass(), "store/1 k1 ca1 r1 #1");
  gate.takes = 10ms;
  gate.reads = 0;
  std::vector<std::shared_ptr<test::Loop::Pending<std::string>>> all;
  for (int i = 0; i < 50; ++i) all.push_back(begin());
  clock.advance(loop.io(), 1s);
  for (const auto& one : all) EXPECT_EQ(loop.take(*one), "store/1 k1 ca1 r1 #1");
  EXPECT_EQ(gate.reads, 2) << "for the first, and for those who came while it looked";
}

TEST_F(KeptClientsTest, ALookOfTheLastSecondServesWhoIsPatientAndNobodyElse) {
  EXPECT_EQ(refresh(), "store/1 k1 ca1 r1 #1");
  clock.advance(2s);
  gate.reads = 0;
  for (int i = 0; i < 50; ++i) EXPECT_EQ(refresh(), "store/1 k1 ca1 r1 #1");
  EXPECT_EQ(gate.reads, 1);
  clock.advance(500ms);
  gate.objects.secrets["team/login/key"] = "k2";
  EXPECT_EQ(refresh(), "store/1 k1 ca1 r1 #1");
  EXPECT_EQ(pass(), "store/1 k2 ca1 r1 #1");
  EXPECT_EQ(refresh(), "store/1 k2 ca1 r1 #1");
  gate.objects.secrets["team/login/key"] = "k3";
  clock.advance(1s);
  EXPECT_EQ(refresh(), "store/1 k3 ca1 r1 #1");
}

TEST_F(KeptClientsTest, WhoIsPatientWaitsForTheClientThatIsBeingMade) {
  EXPECT_EQ(refresh(), "store/1 k1 ca1 r1 #1");
  clock.advance(1min);  // it is too old for all of them
  gate.takes = 10ms;
  std::vector<std::shared_ptr<test::Loop::Pending<std::string>>> all;
  for (int i = 0; i < 50; ++i) all.push_back(loop.begin(read(clients, provider, "store", context(), true)));
  for (int i = 0; i < 3; ++i) clock.advance(loop.io(), 10ms);
  for (const auto& one : all) {
    ASSERT_TRUE(one->value);
    EXPECT_EQ(*one->value, "store/1 k1 ca1 r1 #1");
  }
  EXPECT_EQ(provider.made, 2);
}

TEST_F(KeptClientsTest, AClientThatCannotBeMadeKeepsNobodyWaiting) {
  gate.objects.secrets.clear();
  gate.takes = 10ms;
  std::vector<std::shared_ptr<test::Loop::Pending<std::string>>> all;
  for (int i = 0; i < 5; ++i) all.push_back(loop.begin(read(clients, provider, "store", context(), true)));
  const auto hurried = begin();
  clock.advance(loop.io(), 10ms);
  EXPECT_TRUE(hurried->value) << "it waits for nobody";
  clock.advance(loop.io(), 10ms);
  for (const auto& one : all) EXPECT_TRUE(one->value);
  EXPECT_EQ(provider.made, 6) << "each has tried for itself then";
}

TEST_F(KeptClientsTest, ALookThatBeganBeforeServesNobody) {
  EXPECT_EQ(pass(), "store/1 k1 ca1 r1 #1");
  gate.takes = 10ms;
  const auto first = begin();  // has read k1
  gate.objects.secrets["team/login/key"] = "k2";
  const auto second = begin();
  clock.advance(loop.io(), 1s);
  EXPECT_EQ(loop.take(*first), "store/1 k1 ca1 r1 #1");
  EXPECT_EQ(loop.take(*second), "store/1 k2 ca1 r1 #1");
}

TEST_F(KeptClientsTest, ALookThatIsGivenUpLeavesTheOthersTheirOwn) {
  EXPECT_EQ(pass(), "store/1 k1 ca1 r1 #1");
  gate.takes = 1h;
  test::Running<std::string> given_up(loop.io(), read(clients, provider, "store", context()));
  loop.settle();
  gate.takes = 0s;
  const auto other = begin();
  EXPECT_FALSE(other->value);
  given_up.cancel();
  loop.settle();
  EXPECT_EQ(loop.take(*other), "store/1 k1 ca1 r1 #1");
}

TEST_F(KeptClientsTest, IsMadeAnewAfterHalfAMinuteForWhatNoReferenceTells) {
  EXPECT_EQ(pass(), "store/1 k1 ca1 r1 #1");
  clock.advance(KeptClients::kOldest);
  pass();
  EXPECT_EQ(provider.made, 1);
  clock.advance(1s);
  pass();
  EXPECT_EQ(provider.made, 2);
}

TEST_F(KeptClientsTest, AreAtMostSoManyAndThoseThatAreUsedStay) {
  for (std::size_t i = 0; i < KeptClients::kMost + 50; ++i) {
    pass(context("busy"));
    pass(context(fmt::format("store-{}", i)));
    clock.advance(1ms);
  }
  EXPECT_EQ(clients.size(), KeptClients::kMost);
  const int made = provider.made;
  pass(context("busy"));
  EXPECT_EQ(provider.made, made);
  pass(context("store-0"));
  EXPECT_EQ(provider.made, made + 1);
}

TEST_F(KeptClientsTest, GoWithTheirStoreAndWhenNobodyUsesThem) {
  pass(context("a"));
  pass(context("b"));
  clients.forget("ClusterSecretStore", "", "a");
  clients.forget("SecretStore", "other", "a");
  EXPECT_EQ(clients.size(), 2U);
  clients.forget("SecretStore", "team", "a");
  EXPECT_EQ(clients.size(), 1U);
  clock.advance(KeptClients::kIdleFor + 1s);
  pass(context("c"));
  EXPECT_EQ(clients.size(), 1U);
}

TEST_F(KeptClientsTest, WhoHasOneMayLogInAfterItIsForgotten) {
  const auto client = loop.run(clients.open(provider, "store", context()));
  ASSERT_TRUE(client);
  clients.forget("SecretStore", "team", "store");
  EXPECT_EQ(clients.size(), 0U);
  const auto token = loop.run((*client)->get_secret_map({}));
  ASSERT_TRUE(token);
  EXPECT_EQ(token->at("token").reveal(), "jwt-1");
}

TEST_F(KeptClientsTest, OneThatHandsNothingOnIsMadeForEach) {
  provider.shares = false;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(pass(), "store/1 k1 ca1 r1 #1");
  EXPECT_EQ(provider.made, 3);
  EXPECT_EQ(clients.size(), 0U);
}

}  // namespace
}  // namespace rotor::providers
