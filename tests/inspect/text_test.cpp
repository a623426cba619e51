// What a person and a program get to read.
#include "inspect/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/inspect/shop.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(StatusText, IsATreeFromTheStoreToThePod) {
  EXPECT_EQ(inspect::status_text(graph_of(all_well())).str(),
            "OBJECT                                STATE    FOR  READ  NEXT    SAYS\n"
            "SecretStore shop/vault                ready    4h\n"
            "└─ ExternalSecret shop/keys           synced   60m  30m   in 30m\n"
            "   └─ Secret shop/api-keys            current       30m\n"
            "      └─ OpenClawInstance shop/agent  running\n"
            "         └─ Pod shop/agent-0          running\n"
            "\n"
            "all is well\n");
}

TEST(StatusText, ShowsOnceWhatIsReachedTwice) {
  const std::string second = R"(
kind: ExternalSecret
metadata: {name: more, namespace: shop}
spec: {secretStoreRef: {name: vault}, target: {name: api-keys}}
---
)";
  const std::string text = inspect::status_text(graph_of(all_well() + second)).str();
  EXPECT_THAT(text, HasSubstr("see above"));
  EXPECT_EQ(text.find("Pod shop/agent-0"), text.rfind("Pod shop/agent-0"));
  EXPECT_THAT(text, HasSubstr("of 6 not well: `rotor why"));
}

TEST(StatusText, SaysWhatCouldNotBeLookedAt) {
  inspect::Cluster cluster = cluster_of(all_well());
  cluster.unread = {"pods: forbidden"};
  const auto graph = inspect::make_graph(cluster);
  EXPECT_FALSE(graph.well());
  EXPECT_THAT(inspect::status_text(graph).str(),
              HasSubstr("not looked at: pods: forbidden\nwhat could be looked at is well\n"));
}

TEST(WhyText, EndsASentenceOnce) {
  const std::string untouched =
      "kind: SecretStore\nmetadata: {name: vault, namespace: shop}\nspec: {provider: {fake: {}}}\n---\n"
      "kind: ExternalSecret\nmetadata: {name: keys, namespace: shop}\n"
      "spec: {secretStoreRef: {name: vault}, target: {name: api-keys}}\n---\n";
  const auto graph = graph_of(untouched);
  const std::string text = inspect::why_text(graph, inspect::explain(graph, kExternalSecretId)).str();
  EXPECT_THAT(text, HasSubstr("namespace and store? Because SecretStore shop/vault was not looked at yet"));
  EXPECT_THAT(text, HasSubstr("that serves it?\n"));
  EXPECT_THAT(text, Not(HasSubstr("?.")));
}

TEST(StatusText, LetsNoEventReachTheTerminalWithAnEscape) {
  const std::string event = R"(
kind: Event
metadata: {name: e, namespace: shop}
involvedObject: {kind: ExternalSecret, namespace: shop, name: keys}
type: Warning
reason: UpdateFailed
message: "a\e[31m\nb"
---
)";
  const std::string text =
      inspect::status_text(graph_of(std::string(kStore) + external_secret(kFailing) + event)).str();
  EXPECT_THAT(text, HasSubstr("a [31m b"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(StatusDocument, NamesEachObjectOnceWithWhatItIsMadeOf) {
  const json::Value document = inspect::status_document(graph_of(all_well()));
  EXPECT_TRUE(document.at("well").as_bool());
  const auto& objects = document.at("objects").as_array();
  ASSERT_EQ(objects.size(), 5U);
  const json::Value& secret = objects.at(2);
  EXPECT_EQ(json::find_string(secret, "kind"), "Secret");
  EXPECT_EQ(json::find_string(secret, "health"), "well");
  EXPECT_EQ(json::find_string(secret, "lastRefresh"), "2026-05-01T11:30:00Z");
  EXPECT_EQ(secret.at("from").as_array(), (json::Array{"es/shop/keys"}));
}

TEST(WhyDocument, HasTheSentenceTheChainAndTheEvidence) {
  const auto graph = graph_of(std::string(kBrokenStore) + external_secret(kFailing) + std::string(kSecret));
  const json::Value document = inspect::why_document(graph, inspect::explain(graph, kSecretId));
  EXPECT_FALSE(document.at("well").as_bool());
  EXPECT_THAT(std::string(json::find_string(document, "sentence")), HasSubstr("because SecretStore shop/vault"));
  EXPECT_EQ(document.at("chain").as_array(), (json::Array{"secret/shop/api-keys", "es/shop/keys", "store/shop/vault"}));
  EXPECT_FALSE(document.at("evidence").as_array().empty());
}

// Environments and manifests of stores hold values in the clear; nothing of them is kept.
TEST(Inspect, PrintsNoValueOfAnyManifest) {
  const std::string fake = R"(
kind: SecretStore
metadata: {name: vault, namespace: shop}
spec: {provider: {fake: {data: [{key: openai, value: canary-of-a-store}]}}}
---
)";
  const auto graph =
      graph_of(fake + external_secret(kFailing) + std::string(kSecret) + instance() + stateful_set() + pod());
  std::string all = inspect::status_text(graph).str() + json::serialize(inspect::status_document(graph));
  for (const auto& [id, object] : graph.objects) {
    const auto answer = inspect::explain(graph, id);
    all += inspect::why_text(graph, answer).str() + json::serialize(inspect::why_document(graph, answer));
  }
  EXPECT_THAT(all, Not(HasSubstr("canary")));
}

}  // namespace
}  // namespace rotor::test
