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

// A program that reads its key again when it is told to; `mark` and `answer` are what it was told and said last.
std::string reads_again(const std::string& mark, const std::string& answer) {
  return R"(
kind: Pod
metadata: {name: web-1, namespace: shop, annotations: {openclaw.rocks/secrets-in-place: ')" +
         mark + R"('}}
spec:
  containers: [{name: openclaw, env: [{name: OPENAI}]}, {name: secret-reload}]
  volumes:
  - name: secret-reload-values
    projected: {sources: [{secret: {name: api-keys, items: [{key: OPENAI, path: values/OPENAI}]}}]}
status:
  phase: Running
  conditions: [{type: Ready, status: "True"}]
  containerStatuses:
  - {name: openclaw, image: i, imageID: i, restartCount: 0, ready: true, state: {)" +
         running_since("2026-05-01T09:00:00Z") + R"(}}
  - {name: secret-reload, image: i, imageID: i, restartCount: 1, ready: true, state: {)" +
         running_since("2026-05-01T09:00:00Z") + R"(}, lastState: {terminated: {exitCode: 0, message: ')" + answer +
         R"('}}}
---
)";
}

TEST(OlderValues, OfAKeyThatIsDeliveredInPlaceLastUntilTheProgramTookTheNewOne) {
  const std::string early = "aa 2026-05-01T09:30:00Z OPENAI=1", late = "bb 2026-05-01T10:00:02Z OPENAI=2";
  const auto said = [](const std::string& mark, const std::string& result) {
    return R"({"mark":")" + mark + R"(","result":")" + result + R"("})";
  };
  for (const std::string& pod : {reads_again("", ""), reads_again(early, said(early, "ok")), reads_again(late, ""),
                                 reads_again(late, said(early, "ok")), reads_again(late, said(late, "refused"))}) {
    const auto graph = shop(pod);
    EXPECT_EQ(graph.find(kWeb)->finding.older.size(), 1U) << pod;
    EXPECT_EQ(graph.find(kSecretId)->finding.none_older_since, "") << pod;
  }
  const auto graph = shop(reads_again(late, said(late, "ok")));
  EXPECT_TRUE(graph.find(kWeb)->finding.older.empty());
  EXPECT_EQ(graph.find(kSecretId)->finding.none_older_since, "2026-05-01T10:00:02Z");
}

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

struct MarkCase {
  std::string name;
  std::string since;
  std::string changed;  // what is made of it
};
class Mark : public testing::TestWithParam<MarkCase> {};
TEST_P(Mark, CountsWhenItIsATimeThatHasCome) {
  const auto graph = shop("", changed_secret(R"({"keys":{"OPENAI":{"since":")" + GetParam().since + R"("}}})"));
  const inspect::Finding& secret = graph.find(kSecretId)->finding;
  EXPECT_EQ(secret.changed, GetParam().changed);
  EXPECT_EQ(secret.none_older_since, GetParam().changed);
  EXPECT_EQ(secret.detail.empty(), GetParam().changed.empty());
  EXPECT_EQ(secret.keys.empty(), GetParam().changed.empty());
}
const MarkCase kMarks[] = {
    {"OfTheWriter", "2026-05-01T10:00:00Z", "2026-05-01T10:00:00Z"},
    {"WithAnOffset", "2026-05-01T12:00:00+02:00", "2026-05-01T10:00:00Z"},
    {"OfAClockThatIsABitAhead", "2026-05-01T12:00:30Z", "2026-05-01T12:00:30Z"},
    {"OfTomorrow", "2026-05-02T10:00:00Z", ""},
    {"InWords", "never", ""},
    {"Empty", "", ""},
};
INSTANTIATE_TEST_SUITE_P(All, Mark, testing::ValuesIn(kMarks), [](const auto& i) { return i.param.name; });

TEST(SafeToRevoke, IsNotSaidOfASecretWithAMarkThatIsNoTime) {
  const auto graph =
      shop("", changed_secret(R"({"keys":{"OPENAI":{"since":"2026-05-01T10:00:00Z"},"OTHER":{"since":"2999"}}})"));
  EXPECT_EQ(graph.find(kSecretId)->finding.none_older_since, "");
  EXPECT_THAT(graph.find(kSecretId)->finding.detail, HasSubstr("not all of its keys are recorded"));
}

// Version 2 since ten o'clock, version 1 since nine.
std::string versioned_secret() {
  return R"(
kind: Secret
metadata:
  name: api-keys
  namespace: shop
  annotations:
    rotor/value-changes: '{"keys":{"OPENAI":{"since":"2026-05-01T10:00:00Z","was":"1","wasSince":"2026-05-01T09:00:00Z"}}}'
    rotor/store-versions: '{"keys":{"OPENAI":[{"store":"SecretStore/vault","key":"openai","version":"2"}]}}'
---
)";
}

std::string evidence_of_versions(const inspect::Graph& graph) {
  for (const inspect::Evidence& evidence : graph.find(kSecretId)->finding.evidence) {
    if (evidence.source == "annotation rotor/store-versions") return evidence.text;
  }
  return "";
}

TEST(SafeToRevoke, NamesThePodsThatRunWithAnOlderVersionOfAKey) {
  const auto graph =
      shop(web(kAllKeys, "2026-05-01T09:30:00Z") + web(kAllKeys, "2026-05-01T10:02:00Z", "web-2"), versioned_secret());
  const inspect::Finding& secret = graph.find(kSecretId)->finding;
  ASSERT_EQ(secret.keys.size(), 1U);
  EXPECT_THAT(secret.keys[0].older, ElementsAre(kWeb));
  EXPECT_EQ(secret.keys[0].none_older_since, "");
  EXPECT_EQ(evidence_of_versions(graph),
            "OPENAI is version 2 of openai in SecretStore/vault since 2026-05-01T10:00:00Z; Pod shop/web-1 runs with "
            "version 1 or an older one");
  EXPECT_THAT(graph.find(kWeb)->finding.sentence, HasSubstr("): version 1 of its store, where the Secret has 2"));
  const std::string document = json::serialize(inspect::status_document(graph));
  EXPECT_THAT(document, HasSubstr(R"("sources":[{"store":"SecretStore/vault","key":"openai","version":"2"}])"));
  EXPECT_THAT(document, HasSubstr(R"("versionBefore":"1","olderPods":["pod/shop/web-1"])"));
  EXPECT_THAT(document, HasSubstr(R"("version":"1","currentVersion":"2")"));
}

TEST(SafeToRevoke, SaysSinceWhenNoPodRunsWithAnOlderVersion) {
  const auto graph = shop(web(kAllKeys, "2026-05-01T10:02:00Z"), versioned_secret());
  EXPECT_EQ(evidence_of_versions(graph),
            "OPENAI is version 2 of openai in SecretStore/vault since 2026-05-01T10:00:00Z; since 2026-05-01T10:02:00Z "
            "no pod that is there runs with version 1 or an older one");
  EXPECT_THAT(json::serialize(inspect::status_document(graph)),
              HasSubstr(R"("versionBefore":"1","noPodOlderSince":"2026-05-01T10:02:00Z")"));
}

TEST(SafeToRevoke, IsAnsweredKeyByKey) {
  const auto graph = shop(web(kAllKeys, "2026-05-01T10:30:00Z"), changed_secret(R"({"keys":{
    "OPENAI":{"since":"2026-05-01T10:00:00Z"},"OTHER":{"since":"2026-05-01T11:00:00Z"}}})"));
  const auto& keys = graph.find(kSecretId)->finding.keys;
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].none_older_since, "2026-05-01T10:30:00Z");
  EXPECT_THAT(keys[1].older, ElementsAre(kWeb));
}

// Only one version before the one of now is on record.
TEST(SafeToRevoke, NamesNoVersionOfAContainerThatStartedBeforeTheOneBefore) {
  const auto graph = shop(web(kAllKeys, "2026-05-01T08:00:00Z"), versioned_secret());
  EXPECT_EQ(graph.find(kWeb)->finding.older.front().version, "");
  EXPECT_THAT(graph.find(kWeb)->finding.sentence, HasSubstr("; the Secret has version 2 of its store"));
}

TEST(SafeToRevoke, PromisesNothingWherePodsMayNotBeListed) {
  auto cluster = cluster_of(std::string(kStore) + external_secret() + versioned_secret());
  cluster.blind = {"Pod"};
  const auto graph = inspect::make_graph(cluster);
  EXPECT_EQ(evidence_of_versions(graph),
            "OPENAI is version 2 of openai in SecretStore/vault since 2026-05-01T10:00:00Z");
}

// An instance that went back to a copy of api-keys, whose value was replaced at ten: the pod started after that.
constexpr std::string_view kCopyName = "agent-last-good-0123456789";

std::string copy_of_keys(std::string_view made, const std::string& version) {
  std::string versions =
      version.empty()
          ? ""
          : R"(, rotor/store-versions: '{"keys":{"OPENAI":[{"store":"SecretStore/vault","key":"openai","version":")" +
                version + R"("}]}}')";
  return "\nkind: Secret\nmetadata: {name: " + std::string(kCopyName) +
         ", namespace: shop, labels: {openclaw.rocks/last-good-of: agent}, annotations: {openclaw.rocks/copy-of: "
         "api-keys" +
         versions + "}, creationTimestamp: \"" + std::string(made) +
         "\", ownerReferences: [{kind: OpenClawInstance, name: agent}]}\n---\n";
}

std::string named_instead(std::string text, std::string_view name = kCopyName) {
  const std::string_view of = "secretRef: {name: api-keys";
  const auto at = text.find(of);
  return text.replace(at + of.size() - 8, 8, name);
}

std::string rolled_back(std::string_view copy_made = "2026-05-01T09:30:00Z", const std::string& copy_version = "") {
  const std::string state = running_since("2026-05-01T10:05:00Z");
  return instance(
             R"({type: SecretsReady, status: "False", reason: SecretRolledBack, message: "The new value failed"})") +
         copy_of_keys(copy_made, copy_version) + named_instead(stateful_set()) +
         named_instead(pod("aa", "True", state));
}

struct CopyCase {
  std::string name;
  std::string made;
  std::string version_recorded;
  std::string key;  // that is older; empty: one cannot say which
  std::string version;
};
class OlderCopy : public testing::TestWithParam<CopyCase> {};
TEST_P(OlderCopy, HasTheValuesOfWhenItWasMade) {
  const auto graph = shop(rolled_back(GetParam().made, GetParam().version_recorded), versioned_secret());
  const auto& older = graph.find(kPodId)->finding.older;
  ASSERT_EQ(older.size(), 1U);
  EXPECT_EQ(older[0].secret, kSecretId);
  EXPECT_EQ(older[0].key, GetParam().key);
  EXPECT_EQ(older[0].version, GetParam().version);
  EXPECT_EQ(older[0].copy, kCopyName);
  EXPECT_THAT(graph.find(kSecretId)->finding.detail, HasSubstr("1 pod runs with an older one"));
  EXPECT_EQ(graph.find(kSecretId)->finding.none_older_since, "");
  EXPECT_THAT(graph.find(kSecretId)->finding.keys.at(0).older, ElementsAre(kPodId));
}
const CopyCase kCopyCases[] = {
    {"OfTheOneBefore", "2026-05-01T09:30:00Z", "", "OPENAI", "1"},
    {"OfOneBeforeThat", "2026-05-01T08:00:00Z", "", "OPENAI", ""},
    {"WhoseVersionIsRecorded", "2026-05-01T08:00:00Z", "0", "OPENAI", "0"},
    {"MadeInTheSecondOfTheChange", "2026-05-01T10:00:00Z", "", "OPENAI", "1"},
    {"MadeAMomentAfterTheChangeOfWhatWasReadBefore", "2026-05-01T10:00:01Z", "1", "OPENAI", "1"},
    {"OfAValueThatWasReplacedWithoutARecord", "2026-05-01T10:02:00Z", "2", "", ""},
};
INSTANTIATE_TEST_SUITE_P(All, OlderCopy, testing::ValuesIn(kCopyCases), [](const auto& i) { return i.param.name; });

TEST(SafeToRevoke, IsNotSaidOfAVersionThatAPodWentBackTo) {
  const auto graph = shop(rolled_back("2026-05-01T09:30:00Z", "1"), versioned_secret());
  EXPECT_EQ(evidence_of_versions(graph),
            "OPENAI is version 2 of openai in SecretStore/vault since 2026-05-01T10:00:00Z; Pod shop/agent-0 runs with "
            "version 1 or an older one");
  EXPECT_THAT(graph.find(kPodId)->finding.sentence,
              HasSubstr("has a value of OPENAI of Secret api-keys from before 2026-05-01T10:00:00Z (kept in Secret "
                        "agent-last-good-0123456789): version 1 of its store, where the Secret has 2"));
  EXPECT_FALSE(inspect::explain(graph, kSecretId).well);
  EXPECT_THAT(json::serialize(inspect::status_document(graph)),
              HasSubstr(R"("copy":"agent-last-good-0123456789","version":"1","currentVersion":"2")"));
}

TEST(SafeToRevoke, CountsAKeyOfACopyThatTheSecretStillHas) {
  const auto graph = shop(rolled_back("2026-05-01T10:30:00Z"), changed_secret(R"({"keys":{
    "OPENAI":{"since":"2026-05-01T10:00:00Z"},"OTHER":{"since":"2026-05-01T11:00:00Z"}}})"));
  const auto& keys = graph.find(kSecretId)->finding.keys;
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].none_older_since, "2026-05-01T10:05:00Z");
  EXPECT_THAT(keys[1].older, ElementsAre(kPodId));
}

TEST(SafeToRevoke, TellsOfACopyOfASecretThatNoExternalSecretMakes) {
  const auto graph = graph_of(std::string(kSecret) + rolled_back());
  ASSERT_NE(graph.find(kSecretId), nullptr);
  EXPECT_EQ(graph.find(kSecretId)->finding.sentence,
            "Secret shop/api-keys is there; no ExternalSecret makes it; 1 pod runs with an older value of it");
  EXPECT_EQ(graph.find(kPodId)->finding.sentence,
            "Pod shop/agent-0 runs with an earlier value of Secret api-keys, kept in Secret "
            "agent-last-good-0123456789");
  const auto answer = inspect::explain(graph, kSecretId);
  EXPECT_FALSE(answer.well);
  EXPECT_THAT(answer.sentence, HasSubstr("but of what uses it, OpenClawInstance shop/agent says SecretRolledBack"));
  const inspect::Id copy{inspect::Kind::kSecret, "shop", std::string(kCopyName)};
  EXPECT_THAT(graph.find(kInstanceId)->from, ElementsAre(kSecretId, copy));
}

TEST(SafeToRevoke, SuspectsNoCopyThatTheInstanceNamesItself) {
  const auto graph = graph_of(std::string(kSecret) + copy_of_keys("2026-05-01T09:30:00Z", "") +
                              named_instead(instance()) + named_instead(stateful_set()) + named_instead(pod()));
  EXPECT_TRUE(graph.well());
}

TEST(SafeToRevoke, BearsWithCopiesOfEachOther) {
  const auto copy = [](const std::string& name, const std::string& of) {
    return "\nkind: Secret\nmetadata: {name: " + name +
           ", namespace: shop, labels: {openclaw.rocks/last-good-of: agent}, annotations: {openclaw.rocks/copy-of: " +
           of + "}}\n---\n";
  };
  const std::string a = "agent-last-good-a", b = "agent-last-good-b";
  const auto graph = graph_of(copy(a, b) + copy(b, a) + instance() + named_instead(stateful_set(), a));
  EXPECT_EQ(graph.find(kInstanceId)->from.size(), 2U);
}

// Anybody may write a label: what is no copy by its name keeps its own record.
TEST(SafeToRevoke, TakesNoSecretForACopyThatIsNotCalledLikeOne) {
  const std::string posing = R"(
kind: Secret
metadata: {name: api-keys, namespace: shop, labels: {openclaw.rocks/last-good-of: agent}, annotations: {openclaw.rocks/copy-of: other, rotor/value-changes: ')" +
                             kReplaced + R"('}}
---
)";
  const auto graph = shop(web(kAllKeys, "2026-05-01T09:00:00Z"), posing);
  ASSERT_EQ(graph.find(kWeb)->finding.older.size(), 1U);
  EXPECT_EQ(graph.find(kWeb)->finding.older.front().secret, kSecretId);
}

}  // namespace
}  // namespace rotor::test
