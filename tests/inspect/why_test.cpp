// One sentence from an object back to where its trouble begins.
#include "inspect/why.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inspect/find.hpp"
#include "inspect/text.hpp"
#include "tests/inspect/shop.hpp"

namespace rotor::test {
namespace {

using inspect::explain;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kWaitsForSecret =
    R"(waiting: {reason: CreateContainerConfigError, message: 'secret "api-keys" not found'})";

TEST(Why, GoesFromAPodBackToTheStoreThatRefuses) {
  const auto graph = graph_of(std::string(kBrokenStore) + external_secret(kFailing) + instance() + stateful_set() +
                              pod("aa", "False", kWaitsForSecret));
  const auto answer = explain(graph, kPodId);
  EXPECT_FALSE(answer.well);
  EXPECT_THAT(answer.chain, ElementsAre(kPodId, kSecretId, kExternalSecretId, kStoreId));
  EXPECT_EQ(answer.sentence,
            "Pod shop/agent-0 has container openclaw waiting with CreateContainerConfigError: secret \"api-keys\" not "
            "found, because Secret shop/api-keys does not exist, because ExternalSecret shop/keys fails: could not get "
            "secret data from provider, because SecretStore shop/vault is not ready: login at https://vault: "
            "permission denied");
}

TEST(Why, BringsTheEvidenceOfEachObjectOfTheSentence) {
  const auto graph = graph_of(std::string(kBrokenStore) + external_secret(kFailing) + std::string(kSecret));
  const auto answer = explain(graph, kExternalSecretId);
  std::vector<std::string> sources;
  for (const auto& [of, evidence] : answer.evidence) sources.push_back(of.text() + ": " + evidence.source);
  EXPECT_THAT(sources,
              ElementsAre("ExternalSecret shop/keys: condition Ready", "ExternalSecret shop/keys: status.refreshTime",
                          "SecretStore shop/vault: condition Ready",
                          "SecretStore shop/vault: event InvalidProviderConfig, 3 times"));
}

TEST(Why, BlamesTheStoreOnlyForValuesThatDidNotCome) {
  const auto graph = graph_of(
      std::string(kBrokenStore) +
      external_secret(
          R"(status: "False", reason: SecretSyncedError, message: target is owned by another ExternalSecret)") +
      std::string(kSecret));
  const auto answer = explain(graph, kExternalSecretId);
  EXPECT_EQ(answer.sentence, "ExternalSecret shop/keys fails: target is owned by another ExternalSecret");
  EXPECT_THAT(answer.also, ElementsAre(HasSubstr("SecretStore shop/vault is not ready"), HasSubstr("still holds")));
}

TEST(Why, SaysOfAnExternalSecretThatWaitsThatItsStoreMayNotBeJudged) {
  const auto graph = graph_of("kind: SecretStore\nmetadata: {name: vault, namespace: shop}\n---" +
                              event_on("SecretStore", "vault", "Warning", "StatusNotWritten", "11:00:00",
                                       "the status cannot be written: u cannot patch resource") +
                              "kind: ExternalSecret\nmetadata: {name: keys, namespace: shop}\n"
                              "spec: {secretStoreRef: {name: vault}, target: {name: api-keys}}\n");
  EXPECT_THAT(explain(graph, kExternalSecretId).sentence,
              HasSubstr("Because SecretStore shop/vault has no status: the status cannot be written: u cannot patch"));
}

TEST(Why, DoesNotBlameASecretForAProcessThatCrashes) {
  const auto graph = graph_of(std::string(kStore) + external_secret(kFailing) + std::string(kSecret) + instance() +
                              stateful_set() + pod("aa", "False", "waiting: {reason: CrashLoopBackOff}"));
  EXPECT_EQ(explain(graph, kPodId).sentence, "Pod shop/agent-0 has container openclaw waiting with CrashLoopBackOff");
}

TEST(Why, SaysOfAGoodObjectWhatIsWrongBeforeIt) {
  const auto graph = graph_of(std::string(kStore) + external_secret(kFailing) + std::string(kSecret) + instance() +
                              stateful_set() + pod());
  const auto answer = explain(graph, kPodId);
  EXPECT_FALSE(answer.well);
  EXPECT_THAT(answer.sentence, testing::StartsWith("Pod shop/agent-0 runs with what its Secrets hold; but "));
  EXPECT_THAT(answer.sentence, HasSubstr("ExternalSecret shop/keys fails"));
}

TEST(Why, SaysOfAGoodObjectWhatIsWrongBehindIt) {
  const auto graph = graph_of(std::string(kStore) + external_secret() + std::string(kSecret) + instance() +
                              stateful_set("bb") + pod("aa"));
  const auto answer = explain(graph, kExternalSecretId);
  EXPECT_THAT(answer.sentence,
              HasSubstr("; but of what uses it, Pod shop/agent-0 still runs with the values from before"));
}

TEST(Why, EndsWhereTwoBlameEachOther) {
  const auto graph = graph_of(std::string(kSecret) + instance() +
                              stateful_set("bb", "readyReplicas: 1, updatedReplicas: 0") + pod("aa"));
  EXPECT_THAT(explain(graph, kPodId).chain, ElementsAre(kPodId, kInstanceId));
  EXPECT_THAT(explain(graph, kInstanceId).chain, ElementsAre(kInstanceId, kPodId));
}

TEST(Why, SaysThatNothingIsWrongAndSinceWhen) {
  const auto answer = explain(graph_of(all_well()), kSecretId);
  EXPECT_TRUE(answer.well);
  EXPECT_EQ(answer.sentence, "nothing is wrong: Secret shop/api-keys holds what its store had at 2026-05-01T11:30:00Z");
  EXPECT_THAT(answer.also, IsEmpty());
  EXPECT_FALSE(answer.evidence.empty());
}

struct NameCase {
  std::string_view text, ns, kind, in, name;
};

TEST(WhyNames, AreTakenAsKubectlTakesThem) {
  constexpr NameCase kCases[] = {
      {"shop/keys", "", "", "shop", "keys"},
      {"keys", "shop", "", "shop", "keys"},
      {"keys", "", "", "", "keys"},
      {"secret/shop/api-keys", "", "Secret", "shop", "api-keys"},
      {"secret/api-keys", "shop", "Secret", "shop", "api-keys"},
      {"Pods/agent-0", "shop", "Pod", "shop", "agent-0"},
      {"externalsecrets.external-secrets.io/shop/keys", "", "ExternalSecret", "shop", "keys"},
      {"store/shop/vault", "", "SecretStore", "shop", "vault"},
      {"clusterstore/vault", "", "ClusterSecretStore", "", "vault"},
  };
  for (const NameCase& c : kCases) {
    const auto wanted = inspect::parse_wanted(c.text, c.ns);
    ASSERT_TRUE(wanted) << c.text;
    EXPECT_EQ(wanted->kind ? inspect::kind_name(*wanted->kind) : "", c.kind) << c.text;
    EXPECT_EQ(wanted->ns, c.in) << c.text;
    EXPECT_EQ(wanted->name, c.name) << c.text;
  }
  for (const std::string_view bad : {"", "/", "a//b", "x/shop/keys", "secret/shop/a/b"}) {
    EXPECT_FALSE(inspect::parse_wanted(bad, "")) << bad;
  }
}

TEST(WhyNames, FindWhatIsMeant) {
  const auto graph = graph_of(all_well());
  const auto find = [&graph](std::string_view text) {
    return inspect::find_all(graph, *inspect::parse_wanted(text, ""));
  };
  EXPECT_THAT(find("shop/keys"), ElementsAre(kExternalSecretId));
  EXPECT_THAT(find("shop/agent-0"), ElementsAre(kPodId));  // nothing else has the name
  EXPECT_THAT(find("api-keys"), ElementsAre(kSecretId));
  EXPECT_THAT(find("store/vault"), ElementsAre(kStoreId));
  EXPECT_THAT(find("secret/elsewhere/api-keys"), IsEmpty());
}

}  // namespace
}  // namespace rotor::test
