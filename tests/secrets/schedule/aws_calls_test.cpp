// How many calls of AWS the reads of many ExternalSecrets are: shared answers, kept clients and batches together.
#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "providers/aws/gathered_reads.hpp"
#include "providers/kept_clients.hpp"
#include "secrets/schedule/shared_client.hpp"
#include "tests/providers/aws/aws_flow.hpp"

namespace rotor::secrets {
namespace {

using namespace std::chrono_literals;
using providers::aws::Names;

class AwsCalls : public providers::aws::AwsFlow {
 protected:
  static constexpr int kSecrets = 50;

  AwsCalls() {
    for (int i = 0; i < kSecrets; ++i) {
      aws_.secrets[key(i)] = aws_.parameters[key(i)] = fmt::format(R"("SecretString":"{0}","Value":"{0}")", key(i));
    }
  }

  static std::string key(int i) { return "/k" + std::to_string(i % kSecrets); }

  // One client a pass, as StoreClients has.
  static Task<Result<HeldClientPtr>> open(AwsCalls& test, std::shared_ptr<HeldClientPtr> kept) {
    if (*kept) co_return *kept;
    auto held = std::make_shared<HeldClient>();
    CO_TRY(held->client, co_await test.clients_.open(*test.provider_, "one", test.context(providers::aws::kKeysAuth),
                                                     test.refreshes_));
    co_return * kept = held;
  }

  // Of ExternalSecret `n`, which has three entries. How many of them came out wrong.
  static Task<int> pass(AwsCalls& test, int n) {
    SharedReads::Consumer who{{"SecretStore", "team", "store"}, "one", freshness(1min, false, test.clock_.steady())};
    who.budget = [] { return CallBudget::of(20); };
    auto kept = std::make_shared<HeldClientPtr>();
    std::size_t taken = 0;
    SharedClient client(test.reads_, test.clock_, std::move(who), [&test, kept] { return open(test, kept); }, taken);
    int wrong = 0;
    for (int i = 3 * n; i < 3 * n + 3; ++i) {
      const auto got = co_await client.get_secret(providers::remote(key(i)));
      if (!got.found() || got->reveal() != key(i)) ++wrong;
    }
    co_return wrong;
  }

  int passes(int count) {
    std::vector<std::unique_ptr<test::Running<int>>> all;
    for (int n = 0; n < count; ++n) all.push_back(std::make_unique<test::Running<int>>(io_, pass(*this, n)));
    int wrong = 0;
    const auto done = [](const auto& one) { return one->done(); };
    for (settle(); !std::ranges::all_of(all, done); settle()) clock_.advance(providers::aws::kPatience);
    for (const auto& one : all) wrong += one->get();
    return wrong;
  }

  // Until nobody waits for anything but time: nothing was ready three times in a row.
  void settle() {
    for (int quiet = 0; quiet < 3;) {
      io_.restart();
      quiet = io_.run_for(5ms) == 0 ? quiet + 1 : 0;
    }
  }

  MetricsRegistry metrics_;
  providers::KeptClients clients_{clock_};
  SharedReads reads_{clock_, metrics_};
  bool refreshes_ = false;  // nobody waits for what is read
};

TEST_F(AwsCalls, AHundredObjectsWithThreeEntriesOverFiftySecretsAreThreeBatchesAMinute) {
  const std::string one = "GetSecretValue";
  const std::string many = "BatchGetSecretValue";
  EXPECT_EQ(passes(100), 0);
  EXPECT_EQ(aws_.names(), (Names{one, one, many, many, many}))
      << "the first shows whether the credentials are good, the next one looks whether they are as they were";
  aws_.calls.clear();
  clock_.advance(1min);
  refreshes_ = true;
  EXPECT_EQ(passes(100), 0);
  EXPECT_EQ(aws_.names(), (Names{many, many, many})) << "a refresh waits a moment for others";
}

TEST_F(AwsCalls, FiftyParametersAreFiveBatchesAndTheBudgetCountsCalls) {
  service_ = "ParameterStore";
  const std::string one = "GetParameter";
  const std::string many = "GetParameters";
  EXPECT_EQ(passes(100), 0);
  EXPECT_EQ(aws_.names(), (Names{one, one, many, many, many, many, many}));
  const std::string left = R"(externalsecret_store_calls_left{kind="SecretStore",namespace="team",name="store"} 33)";
  EXPECT_TRUE(metrics_.render().contains(left + "\n")) << metrics_.render();
}

}  // namespace
}  // namespace rotor::secrets
