// How one object is: a table of what a cluster shows, and what is said of it.
#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/inspect/shop.hpp"

namespace rotor::test {
namespace {

using inspect::Health;
using testing::HasSubstr;

struct Case {
  std::string name;
  std::string cluster;
  inspect::Id id;
  Health health;
  std::string word;
  std::string says;
};

class Judged : public testing::TestWithParam<Case> {};

TEST_P(Judged, IsSaidAsItIs) {
  const Case& c = GetParam();
  const inspect::Graph graph = graph_of(c.cluster);
  const inspect::Object* object = graph.find(c.id);
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(object->finding.health, c.health) << object->finding.sentence;
  EXPECT_EQ(object->finding.word, c.word);
  EXPECT_THAT(object->finding.sentence, HasSubstr(c.says));
  EXPECT_THAT(object->finding.sentence, testing::StartsWith(c.id.text()));
  EXPECT_EQ(graph.well(), c.health == Health::kWell);
}

std::string with(std::string_view a, std::string_view b, std::string_view c = "") {
  return std::string(a) + std::string(b) + std::string(c);
}

constexpr std::string_view kMayNotPatch = "the status cannot be written: u cannot patch resource";

const Case kStores[] = {
    {"Ready", std::string(kStore), kStoreId, Health::kWell, "ready", "is ready"},
    {"Broken", std::string(kBrokenStore), kStoreId, Health::kFailed, "not ready",
     "is not ready: login at https://vault: permission denied"},
    {"NotLookedAt", "kind: SecretStore\nmetadata: {name: vault, namespace: shop}\n", kStoreId, Health::kWaiting, "new",
     "was not looked at yet: does an operator run"},
    {"RefusedBeforeItWasLookedAt",
     with("kind: SecretStore\nmetadata: {name: vault, namespace: shop}\n---",
          event_on("SecretStore", "vault", "Warning", "InvalidStoreConfiguration", "11:00:00",
                   "spec.refreshInterval: no duration")),
     kStoreId, Health::kFailed, "not ready", "is not ready: spec.refreshInterval: no duration"},
    {"WithoutTheRightToSaySo",
     with("kind: SecretStore\nmetadata: {name: vault, namespace: shop}\n---",
          event_on("SecretStore", "vault", "Warning", "StatusNotWritten", "11:00:00", kMayNotPatch),
          event_on("SecretStore", "vault", "Warning", "StoreUnmaintained", "11:00:01", "not maintained")),
     kStoreId, Health::kFailed, "no status", "has no status: the status cannot be written: u cannot patch"},
    {"NamedAndNotThere",
     with("kind: SecretStore\nmetadata: {name: valut, namespace: shop}\n---\n", external_secret(kFailing), kSecret),
     kStoreId, Health::kFailed, "missing", "does not exist (of that kind there is valut)"},
    {"BeingDeleted",
     "kind: SecretStore\nmetadata: {name: vault, namespace: shop, deletionTimestamp: '2026-05-01T11:00:00Z',\n"
     "  finalizers: [secretstore.externalsecrets.io/finalizer]}\nstatus: {conditions: [{type: Ready, status: "
     "'True'}]}\n",
     kStoreId, Health::kWaiting, "going", "waits for secretstore.externalsecrets.io/finalizer (metadata.finalizers)"},
    {"LeftLyingByRotor",
     "kind: ExternalSecret\nmetadata: {name: keys, namespace: shop, deletionTimestamp: '2026-05-01T11:00:00Z',\n"
     "  finalizers: [example.com/mine, externalsecrets.external-secrets.io/externalsecret-cleanup]}\nspec: {}\n",
     kExternalSecretId, Health::kWaiting, "going",
     "kubectl -n shop patch externalsecret keys --type=merge -p "
     "'{\"metadata\":{\"finalizers\":[\"example.com/mine\"]}}'"},
    {"JustDeleted",
     "kind: ExternalSecret\nmetadata: {name: keys, namespace: shop, deletionTimestamp: '2026-05-01T11:59:30Z',\n"
     "  finalizers: [externalsecrets.external-secrets.io/externalsecret-cleanup]}\nspec: {}\n",
     kExternalSecretId, Health::kWaiting, "going", "(metadata.finalizers) to be taken off"},
    {"AnInstanceLeftLying",
     "kind: OpenClawInstance\nmetadata: {name: agent, namespace: shop, deletionTimestamp: '2026-05-01T11:00:00Z',\n"
     "  finalizers: [openclaw.rocks/finalizer]}\nspec: {}\n",
     kInstanceId, Health::kWaiting, "going",
     "kubectl -n shop patch openclawinstance agent --type=merge -p '{\"metadata\":{\"finalizers\":[]}}'"},
};
INSTANTIATE_TEST_SUITE_P(Stores, Judged, testing::ValuesIn(kStores), [](const auto& i) { return i.param.name; });

const Case kExternalSecrets[] = {
    {"Synced", with(kStore, external_secret(), kSecret), kExternalSecretId, Health::kWell, "synced",
     "was read from its store at 2026-05-01T11:30:00Z"},
    {"Failing", with(kStore, external_secret(kFailing), kSecret), kExternalSecretId, Health::kFailed, "failed",
     "fails: could not get secret data from provider"},
    {"NotLookedAt",
     with(kStore, "kind: ExternalSecret\nmetadata: {name: keys, namespace: shop}\nspec: {target: {name: a}}\n"),
     kExternalSecretId, Health::kWaiting, "new", "does an operator run that serves its namespace and store?"},
    {"WithoutTheRightToSaySo",
     with(kStore, "kind: ExternalSecret\nmetadata: {name: keys, namespace: shop}\nspec: {target: {name: a}}\n---",
          event_on("ExternalSecret", "keys", "Warning", "StatusNotWritten", "11:00:00", kMayNotPatch)),
     kExternalSecretId, Health::kFailed, "no status", "has no status: the status cannot be written: u cannot patch"},
    {"WithoutTheRightToWriteItsSecret",
     with(kStore, external_secret(R"(status: "False", reason: SecretSyncedError, message: could not update secret)"),
          event_on("ExternalSecret", "keys", "Warning", "UpdateFailed", "11:00:00", "no right to create secrets")),
     kExternalSecretId, Health::kFailed, "failed", "fails: no right to create secrets"},
    {"Overdue",
     with(kStore, external_secret(R"(status: "True", reason: SecretSynced, message: m)", "2026-05-01T10:00:00Z"),
          kSecret),
     kExternalSecretId, Health::kFailed, "overdue", "was last read at 2026-05-01T10:00:00Z and has refreshInterval 1h"},
    {"NeverOverdueByPolicy",
     with(kStore,
          external_secret(R"(status: "True", reason: SecretSynced, message: m)", "2026-05-01T01:00:00Z",
                          "refreshPolicy: CreatedOnce"),
          kSecret),
     kExternalSecretId, Health::kWell, "synced", "was read from its store"},
    {"ALittleLateIsNotOverdue",
     with(kStore, external_secret(R"(status: "True", reason: SecretSynced, message: m)", "2026-05-01T10:59:30Z"),
          kSecret),
     kExternalSecretId, Health::kWell, "synced", "was read from its store"},
    {"BeingDeleted",
     with(kStore,
          "kind: ExternalSecret\nmetadata: {name: keys, namespace: shop, deletionTimestamp: '2026-05-01T11:00:00Z',\n"
          "  finalizers: [a/b, c/d]}\n"
          "spec: {target: {name: a}}\nstatus: {conditions: [{type: Ready, status: 'True'}]}\n---\n"
          "kind: Secret\nmetadata: {name: a, namespace: shop}\n"),
     kExternalSecretId, Health::kWaiting, "going", "waits for a/b, c/d (metadata.finalizers) to be taken off"},
};
INSTANTIATE_TEST_SUITE_P(ExternalSecrets, Judged, testing::ValuesIn(kExternalSecrets),
                         [](const auto& i) { return i.param.name; });

constexpr std::string_view kParentHead = "kind: ClusterExternalSecret\nmetadata: {name: shared}\n";
const inspect::Id kParentId{inspect::Kind::kClusterExternalSecret, "", "shared"};

const Case kClusterExternalSecrets[] = {
    {"Kept",
     with(kParentHead, "status: {provisionedNamespaces: [a, b], conditions: [{type: Ready, status: 'True'}]}\n"),
     kParentId, Health::kWell, "kept", "keeps ExternalSecret shared in 2 namespaces"},
    {"ChosenByNoNamespace", with(kParentHead, "status: {conditions: [{type: Ready, status: 'True'}]}\n"), kParentId,
     Health::kWell, "kept", "in 0 namespaces: no namespace matches"},
    {"FailedSomewhere",
     with(kParentHead,
          "status: {failedNamespaces: [{namespace: a, reason: external secret already exists in namespace}],\n"
          "  conditions: [{type: Ready, status: 'False', message: one or more namespaces failed}]}\n"),
     kParentId, Health::kFailed, "failed", "fails: a: external secret already exists in namespace"},
    {"WithoutTheRightToSaySo",
     with(kParentHead,
          "---\nkind: Event\nmetadata: {name: e, namespace: default}\ntype: Warning\n"
          "involvedObject: {kind: ClusterExternalSecret, name: shared}\nreason: StatusNotWritten\n",
          "message: the status cannot be written\nlastTimestamp: '2026-05-01T11:00:00Z'\n"),
     kParentId, Health::kFailed, "no status", "has no status: the status cannot be written"},
    {"NotLookedAt", std::string(kParentHead), kParentId, Health::kWaiting, "new", "was not looked at yet"},
};
INSTANTIATE_TEST_SUITE_P(ClusterExternalSecrets, Judged, testing::ValuesIn(kClusterExternalSecrets),
                         [](const auto& i) { return i.param.name; });

TEST(Judged, AChildStandsBelowItsClusterExternalSecret) {
  const inspect::Graph graph = graph_of(with(
      kParentHead, "status: {conditions: [{type: Ready, status: 'True'}]}\n---\n",
      "kind: ExternalSecret\nmetadata: {name: keys, namespace: shop, ownerReferences: [{kind: ClusterExternalSecret, "
      "name: shared, controller: true}]}\nspec: {secretStoreRef: {name: vault}}\n"));
  EXPECT_THAT(graph.made_of(kParentId), testing::ElementsAre(kExternalSecretId));
}

TEST(Judged, WhatAStoreDoesNotHaveIsSaidOfAnExternalSecretThatIsSynced) {
  const auto graph = graph_of(
      with(kStore, external_secret(R"(status: "True", reason: SecretSynced, message: secret synced)"),
           std::string(kSecret) + remark("Remark", "11:30:05", "spec.data[1] (key=b): Secret does not exist")));
  const auto& finding = graph.find(kExternalSecretId)->finding;
  EXPECT_EQ(finding.detail, "spec.data[1] (key=b): Secret does not exist");
  EXPECT_EQ(finding.health, Health::kWell);
}

std::string warning(std::string_view reason, std::string_view at, std::string_view message) {
  return event_on("ExternalSecret", "keys", "Warning", reason, at, message);
}

TEST(Judged, AFailureIsExplainedByNoEventOfAnEarlierOne) {
  const auto finding = [](const std::string& events) {
    const auto graph = graph_of(with(kStore, external_secret(kFailing), std::string(kSecret) + events));  // since 11:00
    return graph.find(kExternalSecretId)->finding;
  };
  const std::string earlier = warning("UpdateFailed", "10:59:30", "no key a");
  EXPECT_EQ(finding(earlier).last_error, "could not get secret data from provider");
  EXPECT_EQ(finding(earlier).evidence.size(), 2u) << "the condition and status.refreshTime";
  EXPECT_EQ(finding(earlier + warning("UpdateFailed", "10:59:59", "no key b")).last_error, "no key b")
      << "times have whole seconds, and the event is written before the condition";
  EXPECT_EQ(finding(earlier + warning("UpdateFailed", "11:30:00", "no key b")).last_error, "no key b");
}

TEST(Judged, AFailureIsExplainedByNoWarningOfAnotherKind) {
  const auto graph =
      graph_of(with(kBrokenStore,
                    "kind: Event\nmetadata: {name: e2, namespace: shop}\n"
                    "involvedObject: {kind: SecretStore, namespace: shop, name: vault}\ntype: Warning\n"
                    "reason: StoreDeprecated\nmessage: use another one\nlastTimestamp: '2026-05-01T11:59:30Z'\n"));
  EXPECT_EQ(graph.find(kStoreId)->finding.last_error, "login at https://vault: permission denied");
}

TEST(Judged, AFailureThatOnlyAnEditEndsIsNotCalledRetried) {
  const auto next = [](std::string_view message, std::string_view spec = "refreshInterval: 1h") {
    const std::string ready = fmt::format(R"(status: "False", reason: SecretSyncedError, message: "{}")", message);
    const auto graph = graph_of(with(kStore, external_secret(ready, "2026-05-01T11:30:00Z", spec), kSecret));
    return graph.find(kExternalSecretId)->finding.next;
  };
  EXPECT_EQ(next("could not update secret"), "retried");
  EXPECT_EQ(next("could not get secret data from provider"), "retried");
  EXPECT_EQ(next("could not delete secret"), "retried") << "the API server may have refused";
  for (const char* message :
       {"could not update secret, target is immutable", "target is owned by another ExternalSecret",
        "failed to take ownership of target secret", "invalid generic target"}) {
    EXPECT_EQ(next(message), "when it is edited") << message;
  }
  EXPECT_EQ(
      next("could not get secret data from provider", "dataFrom: [{sourceRef: {generatorRef: {kind: MFA, name: m}}}]"),
      "when it is edited");
}

TEST(Judged, WhatWasRemarkedOnAndIsOverIsNotSaidAnyMore) {
  const auto detail = [](const std::string& events) {
    const auto graph =
        graph_of(with(kStore, external_secret(R"(status: "True", reason: SecretSynced, message: secret synced)"),
                      std::string(kSecret) + events));
    return graph.find(kExternalSecretId)->finding.detail;
  };
  const std::string found_nothing = remark("Remark", "11:30:05", "spec.dataFrom[0].find matched nothing");
  EXPECT_EQ(detail(found_nothing), "spec.dataFrom[0].find matched nothing");
  EXPECT_EQ(detail(found_nothing + remark("RemarkOver", "11:40:00", "over")), "");
}

// Two that name one target: only who controls it writes it.
TEST(Judged, ASecretIsCurrentWhenAnotherExternalSecretFailsToTakeIt) {
  constexpr std::string_view kOwned =
      "kind: Secret\nmetadata: {name: api-keys, namespace: shop, ownerReferences: [{kind: ExternalSecret, name: NAME, "
      "controller: true}]}\n---\n";
  const auto word = [&](std::string_view owner) {
    std::string secret(kOwned);
    secret.replace(secret.find("NAME"), 4, owner);
    const std::string other =
        "kind: ExternalSecret\nmetadata: {name: other, namespace: shop}\nspec: {target: {name: api-keys}}\n"
        "status: {conditions: [{type: Ready, status: 'False', reason: SecretSyncedError,"
        " message: target is owned by another ExternalSecret}]}\n---\n";
    return graph_of(with(kStore, external_secret(), other) + secret).find(kSecretId)->finding.word;
  };
  EXPECT_EQ(word("keys"), "current");
  EXPECT_EQ(word("other"), "old");
}

const Case kSecrets[] = {
    {"Current", all_well(), kSecretId, Health::kWell, "current", "holds what its store had at 2026-05-01T11:30:00Z"},
    {"Old", with(kStore, external_secret(kFailing), kSecret), kSecretId, Health::kWaiting, "old",
     "still holds what its store had at 2026-05-01T11:30:00Z"},
    {"WrittenByOneThatCannotSaySo",
     with(kStore,
          "kind: ExternalSecret\nmetadata: {name: keys, namespace: shop}\nspec: {target: {name: api-keys}}\n---",
          "\nkind: Secret\nmetadata: {name: api-keys, namespace: shop, ownerReferences: [{kind: ExternalSecret, name: "
          "keys, controller: true}]}\n---\n"),
     kSecretId, Health::kWaiting, "old", "was written, and its ExternalSecret does not say when"},
    {"ThereBeforeItsExternalSecret",
     with(kStore,
          "kind: ExternalSecret\nmetadata: {name: keys, namespace: shop}\nspec: {target: {name: api-keys}}\n---",
          kSecret),
     kSecretId, Health::kWaiting, "old", "was there before, and nothing was written to it yet"},
    {"Missing", with(kStore, external_secret(kFailing)), kSecretId, Health::kFailed, "missing", "does not exist"},
    {"MissingAndNobodyMakesIt", with(instance(), stateful_set(), pod()), kSecretId, Health::kFailed, "missing",
     "does not exist, and no ExternalSecret makes it"},
    {"DeletedAsWanted",
     with(kStore,
          external_secret(
              R"(status: "True", reason: SecretDeleted, message: secret deleted due to DeletionPolicy=Delete)")),
     kSecretId, Health::kWell, "absent", "is not there: secret deleted due to DeletionPolicy=Delete"},
    {"ASearchWithoutAHit",
     with(kStore,
          external_secret(R"(status: "True", reason: SecretSynced, message: secret retained due to )"
                          R"(DeletionPolicy=Retain)"),
          remark("Remark", "11:30:05", "spec.dataFrom[0].find matched nothing")),
     kSecretId, Health::kWell, "absent",
     "is not there: secret retained due to DeletionPolicy=Retain; spec.dataFrom[0].find matched nothing"},
    {"Copy",
     with("kind: Secret\nmetadata: {name: api-keys, namespace: shop, labels: {openclaw.rocks/last-good-of: "
          "agent}}\n---\n",
          instance(), stateful_set() + pod()),
     kSecretId, Health::kWell, "copy", "keeps a value that OpenClawInstance shop/agent ran well with"},
    {"ByHand", with(kSecret, instance(), stateful_set() + pod()), kSecretId, Health::kWell, "by hand",
     "no ExternalSecret makes it"},
};
INSTANTIATE_TEST_SUITE_P(Secrets, Judged, testing::ValuesIn(kSecrets), [](const auto& i) { return i.param.name; });

// Since it said that it is ready, at this time of the day.
std::string edited(std::string_view ready_since) {
  return fmt::format(
      "kind: OpenClawInstance\nmetadata: {{name: agent, namespace: shop, generation: 2}}\nspec: {{}}\nstatus: "
      "{{observedGeneration: 1, conditions: [{{type: Ready, status: 'True', reason: r, lastTransitionTime: "
      "'2026-05-01T{}Z'}}]}}\n---",
      ready_since);
}

const Case kInstances[] = {
    {"Running", all_well(), kInstanceId, Health::kWell, "running", "runs and has all its Secrets"},
    {"BeingDeleted",
     "kind: OpenClawInstance\nmetadata: {name: agent, namespace: shop, deletionTimestamp: '2026-05-01T11:00:00Z',\n"
     "  finalizers: [openclaw.rocks/finalizer]}\n",
     kInstanceId, Health::kWaiting, "going", "is being deleted and waits for openclaw.rocks/finalizer"},
    {"LacksARightAndCannotSaySo",
     with(instance(""), event_on("OpenClawInstance", "agent", "Warning", "ReconcileFailed", "11:00:00", kMayNotPatch)),
     kInstanceId, Health::kFailed, "failed", "fails: the status cannot be written: u cannot patch"},
    {"EditedAndFailingSince",
     with(edited("10:00:00"),
          event_on("OpenClawInstance", "agent", "Warning", "ReconcileFailed", "11:00:00", kMayNotPatch)),
     kInstanceId, Health::kFailed, "failed", "fails: the status cannot be written: u cannot patch"},
    {"EditedAfterWhatFailed",
     with(edited("11:30:00"),
          event_on("OpenClawInstance", "agent", "Warning", "ReconcileFailed", "11:00:00", kMayNotPatch)),
     kInstanceId, Health::kWaiting, "edited", "was edited and not looked at again since"},
    {"MissesASecret",
     instance(R"({type: SecretsReady, status: "False", reason: SecretsMissing, message: "Missing secrets: api-keys"})"),
     kInstanceId, Health::kFailed, "secrets", "says SecretsMissing: Missing secrets: api-keys"},
    {"CannotReadASecret",
     with(
         kSecret,
         instance(
             R"({type: SecretsReady, status: Unknown, reason: SecretReadFailed, message: "Cannot read secrets: api-keys"})")),
     kInstanceId, Health::kUnknown, "secrets", "SecretReadFailed"},
    {"HasAValueThatItsProofRefused",
     with(
         kSecret,
         instance(
             R"({type: SecretsReady, status: "False", reason: SecretRejected, message: "The proof refused the new value of Secret \"api-keys\" (key OPENAI), write another"})")),
     kInstanceId, Health::kFailed, "secrets",
     R"(says SecretRejected: The proof refused the new value of Secret "api-keys")"},
    {"WentBackToAnOlderValue",
     with(
         kSecret,
         instance(
             R"({type: SecretsReady, status: "False", reason: SecretRolledBack, message: "The new value of Secret \"api-keys\" failed"})")),
     kInstanceId, Health::kFailed, "secrets", "says SecretRolledBack: The new value of"},
    {"HasNoRotationKey",
     with(
         kSecret,
         instance(
             R"({type: RotationKeyUnavailable, status: "True", reason: RotationKeyUnavailable, message: no restart})")),
     kInstanceId, Health::kFailed, "no key", "no restart"},
    {"WaitsToRestart",
     with(
         kSecret,
         instance(
             R"({type: RotationWaiting, status: "True", reason: RestartWindow, message: waits for the window that opens at noon})")),
     kInstanceId, Health::kWaiting, "waits", "says RestartWindow: waits for the window that opens at noon"},
    {"TakesAValueWithoutARestart",
     with(kSecret,
          instance(
              R"({type: RotationWaiting, status: "True", reason: SecretReloading, message: waiting for pod agent-0})")),
     kInstanceId, Health::kWaiting, "waits", "says SecretReloading: waiting for pod agent-0"},
    {"RollsOut", with(kSecret, instance(), stateful_set("bb", "readyReplicas: 1, updatedReplicas: 0")), kInstanceId,
     Health::kWaiting, "rolling out", "0 of 1 pods updated, 1 ready"},
    {"NotLookedAt", with(kSecret, instance("")), kInstanceId, Health::kWaiting, "new", "was not looked at yet"},
    {"AClaimThatIsKeptIsOnlyANote",
     with(
         kSecret,
         instance(
             R"({type: StorageReady, status: "True", reason: ClaimKept, message: m}, {type: Ready, status: "True", reason: ReconcileSucceeded, message: ok})")),
     kInstanceId, Health::kWell, "running", "runs and has all its Secrets"},
};
INSTANTIATE_TEST_SUITE_P(Instances, Judged, testing::ValuesIn(kInstances), [](const auto& i) { return i.param.name; });

std::string around(const std::string& a_pod, const std::string& hash = "aa") {
  return std::string(kSecret) + instance() + stateful_set(hash) + a_pod;
}

const Case kPods[] = {
    {"Running", all_well(), kPodId, Health::kWell, "running", "runs with what its Secrets hold"},
    {"Behind", around(pod("aa"), "bb"), kPodId, Health::kWaiting, "behind",
     "still runs with the values from before the last rotation"},
    {"WaitsToRestart",
     std::string(kSecret) +
         instance(R"({type: RotationWaiting, status: "True", reason: RestartPaused, message: says paused})") +
         stateful_set() + pod(),
     kPodId, Health::kWaiting, "waits", "the restart that would bring it up to date waits"},
    {"WaitsForASecret",
     around(pod("aa", "False",
                R"(waiting: {reason: CreateContainerConfigError, message: 'secret "api-keys" not found'})")),
     kPodId, Health::kFailed, "CreateContainerConfigError", R"(secret "api-keys" not found)"},
    {"Crashes", around(pod("aa", "False", "waiting: {reason: CrashLoopBackOff, message: back-off}")), kPodId,
     Health::kFailed, "CrashLoopBackOff", "has container openclaw waiting with CrashLoopBackOff: back-off"},
    {"Starts", around(pod("aa", "False", "waiting: {reason: ContainerCreating}")), kPodId, Health::kWaiting, "starting",
     "is being started"},
    {"NotReady", around(pod("aa", "False")), kPodId, Health::kWaiting, "not ready", "runs and is not ready"},
};
INSTANTIATE_TEST_SUITE_P(Pods, Judged, testing::ValuesIn(kPods), [](const auto& i) { return i.param.name; });

TEST(Judges, CallAKindThatMayNotBeListedUnknownAndNotMissing) {
  inspect::Cluster cluster = cluster_of(std::string(kStore) + external_secret());
  cluster.blind = {"Secret"};
  const inspect::Graph graph = inspect::make_graph(cluster);
  EXPECT_EQ(graph.find(kSecretId)->finding.health, Health::kUnknown);
  EXPECT_EQ(graph.find(kSecretId)->finding.word, "not seen");
}

TEST(Judges, LookAtPodsOfOthersOnlyWhereASecretKeepsThemFromStarting) {
  const std::string made = std::string(kStore) + external_secret() + std::string(kSecret);
  const inspect::Id web{inspect::Kind::kPod, "shop", "web-1"};
  const auto of_web = [](std::string_view state) { return pod("", "False", state, "web-1", "ReplicaSet, name: web"); };
  EXPECT_TRUE(graph_of(made + of_web("waiting: {reason: CrashLoopBackOff}")).well());
  const inspect::Graph graph = graph_of(made + of_web("waiting: {reason: CreateContainerConfigError}"));
  EXPECT_EQ(graph.find(web)->finding.health, Health::kFailed);
  EXPECT_EQ(graph.find(web)->from, std::vector{kSecretId});
}

TEST(Judges, LeaveOutSecretsThatNobodyHereHasToDoWith) {
  const inspect::Graph graph = graph_of("kind: Secret\nmetadata: {name: other, namespace: shop}\n---\n" + all_well());
  EXPECT_EQ(graph.objects.size(), 5U);
}

TEST(Judges, TellWhenAnExternalSecretIsReadAgain) {
  const auto next = [](std::string_view spec) {
    const auto graph =
        graph_of(std::string(kStore) +
                 external_secret(R"(status: "True", reason: SecretSynced, message: m)", "2026-05-01T11:30:00Z", spec));
    return graph.find(kExternalSecretId)->finding.next;
  };
  EXPECT_THAT(next("refreshInterval: 1h"), testing::StartsWith("2026-05-01T12:30:"));
  EXPECT_EQ(next("refreshPolicy: OnChange"), "when it is edited (OnChange)");
  EXPECT_EQ(next("refreshInterval: '0'"), "when it is edited (refreshInterval 0)");
}

TEST(Judges, LookForNoSecretWhereAnObjectOfAnotherKindIsMade) {
  std::string es = external_secret(R"(status: "True", reason: ResourceSynced, message: m)");
  constexpr std::string_view kTarget = "target: {name: api-keys";
  es.replace(es.find(kTarget), kTarget.size(), std::string(kTarget) + ", manifest: {apiVersion: v1, kind: ConfigMap}");
  const auto graph = graph_of(std::string(kStore) + es);
  EXPECT_EQ(graph.objects.size(), 2U);
}

TEST(Judges, NeverShowWhatAProcessAnsweredToAProbe) {
  const std::string events = R"(
kind: Event
metadata: {name: e, namespace: shop}
involvedObject: {kind: Pod, namespace: shop, name: agent-0}
type: Warning
reason: Unhealthy
message: "Readiness probe failed: canary-of-a-process"
lastTimestamp: "2026-05-01T11:59:00Z"
)";
  const auto graph = graph_of(around(pod("aa", "False", "waiting: {reason: CrashLoopBackOff}")) + events);
  const auto& evidence = graph.find(kPodId)->finding.evidence;
  ASSERT_EQ(evidence.size(), 1U);
  EXPECT_EQ(evidence.front().source, "event Unhealthy");
  EXPECT_THAT(evidence.front().text, testing::Not(HasSubstr("canary")));
}

TEST(Judges, TakeTheEndOfAContainerThatEndsWithEachAnswerForNoFailure) {
  std::string text = pod("aa", "False", "waiting: {reason: CrashLoopBackOff, message: back-off}");
  constexpr std::string_view kMain = "name: openclaw,";
  for (auto at = text.find(kMain); at != std::string::npos; at = text.find(kMain, at + 1)) {
    text.replace(at, kMain.size(), "name: secret-reload,");
  }
  const auto graph = graph_of(around(text));
  EXPECT_EQ(graph.find(kPodId)->finding.health, Health::kWaiting);
  EXPECT_THAT(graph.find(kPodId)->finding.sentence, HasSubstr("secret-reload"));
}

TEST(Judges, TellOfAnInstanceThatRestartsThatItsReloadFailed) {
  const std::string event = event_on("OpenClawInstance", "agent", "Warning", "ReloadFailed", "11:59:00",
                                     "could not be delivered without a restart");
  const auto graph =
      graph_of(with(kSecret, instance(), stateful_set("bb", "readyReplicas: 0, updatedReplicas: 0")) + event);
  const auto& evidence = graph.find(kInstanceId)->finding.evidence;
  const auto found = std::ranges::find(evidence, "event ReloadFailed", &inspect::Evidence::source);
  ASSERT_NE(found, evidence.end());
  EXPECT_EQ(found->text, "could not be delivered without a restart");
}

}  // namespace
}  // namespace rotor::test
