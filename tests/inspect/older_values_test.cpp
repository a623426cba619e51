// Safe to revoke: which processes still have a value that was replaced.
#include "inspect/older_values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inspect/text.hpp"
#include "inspect/why.hpp"
#include "tests/inspect/shop.hpp"

namespace rotor::test {
namespace {

using inspect::Health;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kChange = "2026-05-01T10:00:00Z";

std::string changed_secret(const std::string& mark = R"({"keys":{"OPENAI":{"since":"2026-05-01T10:00:00Z"}}})") {
  return R"(
kind: Secret
metadata: {name: api-keys, namespace: shop, annotations: {rotor/value-changes: ')" +
         mark + R"('}}
---
)";
}

std::string running_since(const std::string& time) { return R"(running: {startedAt: ")" + time + R"("})"; }

std::string web(const std::string& container, const std::string& started, const std::string& name = "web-1") {
  return R"(
kind: Pod
metadata: {name: )" +
         name + R"(, namespace: shop}
spec: {containers: [)" +
         container + R"(]}
status:
  phase: Running
  conditions: [{type: Ready, status: "True"}]
  containerStatuses: [{name: c, image: i, imageID: i, restartCount: 0, ready: true, state: {)" +
         running_since(started) + R"(}}]
---
)";
}

constexpr const char* kAllKeys = "{name: c, envFrom: [{secretRef: {name: api-keys}}]}";
constexpr const char* kOtherKey =
    "{name: c, env: [{name: A, valueFrom: {secretKeyRef: {name: api-keys, key: OTHER}}}]}";
constexpr const char* kReplacedByEnv =
    "{name: c, envFrom: [{secretRef: {name: api-keys}}], env: [{name: OPENAI, value: fixed}]}";

const inspect::Id kWeb{inspect::Kind::kPod, "shop", "web-1"};

inspect::Graph shop(const std::string& pods, const std::string& secret = changed_secret()) {
  return graph_of(std::string(kStore) + external_secret() + secret + pods);
}

TEST(OlderValues, AreThoseOfContainersThatStartedBeforeTheChange) {
  const auto graph = shop(web(kAllKeys, "2026-05-01T09:00:00Z"));
  const inspect::Finding& pod = graph.find(kWeb)->finding;
  EXPECT_EQ(pod.health, Health::kWaiting);
  EXPECT_EQ(pod.sentence,
            "Pod shop/web-1 has a value of OPENAI of Secret api-keys from before 2026-05-01T10:00:00Z (container c "
            "started at 2026-05-01T09:00:00Z)");
  ASSERT_EQ(pod.older.size(), 1U);
  EXPECT_EQ(pod.older.front(),
            (inspect::OlderValue{kSecretId, "OPENAI", std::string(kChange), "c", "2026-05-01T09:00:00Z"}));
  const inspect::Finding& secret = graph.find(kSecretId)->finding;
  EXPECT_THAT(secret.detail, HasSubstr("a value was replaced at 2026-05-01T10:00:00Z, 1 pod runs with an older one"));
  EXPECT_EQ(secret.none_older_since, "");
}

TEST(OlderValues, AreNoneOnceEveryContainerStartedAfterIt) {
  const auto graph = shop(web(kAllKeys, "2026-05-01T10:00:05Z") + web(kAllKeys, "2026-05-01T10:02:00Z", "web-2"));
  EXPECT_TRUE(graph.well());
  const inspect::Finding& secret = graph.find(kSecretId)->finding;
  EXPECT_EQ(secret.changed, kChange);
  EXPECT_EQ(secret.none_older_since, "2026-05-01T10:02:00Z");
  EXPECT_THAT(secret.detail, HasSubstr("since 2026-05-01T10:02:00Z no pod that is there runs with an older one"));
  const auto document = inspect::status_document(graph);
  EXPECT_THAT(json::serialize(document), HasSubstr(R"("noPodOlderSince":"2026-05-01T10:02:00Z")"));
}

struct Case {
  std::string name;
  std::string pods;
  std::string mark;
  bool older;
};
class Older : public testing::TestWithParam<Case> {};
TEST_P(Older, IsDecidedByWhatTheProcessSees) {
  const auto graph = shop(GetParam().pods, changed_secret(GetParam().mark));
  EXPECT_EQ(!graph.find(kWeb)->finding.older.empty(), GetParam().older);
}
const std::string kReplaced = R"({"keys":{"OPENAI":{"since":"2026-05-01T10:00:00Z"}}})";
const std::string kFirst = R"({"keys":{"OPENAI":{"since":"2026-05-01T10:00:00Z","first":true}}})";
const Case kCases[] = {
    {"AnotherKey", web(kOtherKey, "2026-05-01T09:00:00Z"), kReplaced, false},
    {"AKeyThatEnvReplaces", web(kReplacedByEnv, "2026-05-01T09:00:00Z"), kReplaced, false},
    {"InTheSameSecondItMayBeEither", web(kAllKeys, "2026-05-01T10:00:00Z"), kReplaced, true},
    {"ThereIsNoneBeforeTheFirst", web(kAllKeys, "2026-05-01T10:00:00Z"), kFirst, false},
    {"UnlessItStartedBeforeThat", web(kAllKeys, "2026-05-01T09:00:00Z"), kFirst, true},
    {"NothingIsRecorded", web(kAllKeys, "2026-05-01T09:00:00Z"), "", false},
    {"AFractionOfTheSecond", web(kAllKeys, "2026-05-01T10:00:00.9Z"), kReplaced, true},
};
INSTANTIATE_TEST_SUITE_P(All, Older, testing::ValuesIn(kCases), [](const auto& i) { return i.param.name; });

TEST(OlderValues, OfAnInstanceAreExplainedByItsRollout) {
  const auto graph = graph_of(std::string(kStore) + external_secret() + changed_secret() + instance() +
                              stateful_set("aa", "readyReplicas: 1, updatedReplicas: 0") +
                              pod("aa", "True", running_since("2026-05-01T09:00:00Z")));
  const auto answer = inspect::explain(graph, kPodId);
  EXPECT_THAT(answer.chain, ElementsAre(kPodId, kInstanceId));
  EXPECT_THAT(answer.sentence, HasSubstr("has a value of OPENAI of Secret api-keys from before"));
}

TEST(OlderValues, AreNotRuledOutWherePodsMayNotBeListedOrNotAllIsRecorded) {
  auto cluster = cluster_of(std::string(kStore) + external_secret() + changed_secret());
  cluster.blind = {"Pod"};
  EXPECT_EQ(inspect::make_graph(cluster).find(kSecretId)->finding.none_older_since, "");
  const auto partial =
      shop("", changed_secret(R"({"keys":{"OPENAI":{"since":"2026-05-01T10:00:00Z"}},"partial":true})"));
  EXPECT_EQ(partial.find(kSecretId)->finding.none_older_since, "");
  EXPECT_THAT(partial.find(kSecretId)->finding.detail, HasSubstr("not all of its keys are recorded"));
}

}  // namespace
}  // namespace rotor::test
