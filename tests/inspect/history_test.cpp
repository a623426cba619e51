// What `rotor history` tells of an instance.
#include "inspect/history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inspect/why.hpp"
#include "tests/inspect/shop.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;

const inspect::Id kAgent{inspect::Kind::kInstance, "shop", "agent"};

std::string with_history(std::string_view counts = "readyReplicas: 1, updatedReplicas: 1") {
  std::string set = stateful_set("aa", counts);
  const std::string_view before = "generation: 1, ownerReferences";
  set.replace(set.find(before), before.size(),
              R"(generation: 1, annotations: {openclaw.rocks/secret-history: '{"restarts":[
    {"at":"2026-05-01T10:00:00Z","result":"completed","secrets":{"api-keys":{"everyKey":true,"digest":"0a1b2c3d","version":"41","storeVersions":{"A":"8"}}}},
    {"at":"2026-05-01T11:00:00Z","result":"replaced"},
    {"at":"2026-05-01T11:50:00Z","secrets":{"api-keys":{"keys":["A","B"],"digest":"4e5f6a7b","version":"57","storeVersions":{"A":"9","B":"2"}},"old":{"keys":["C"]}}}]}'}, ownerReferences)");
  return std::string(kSecret) + instance() + set + pod();
}

TEST(RestartHistory, IsATableFromTheNewestToTheOldest) {
  EXPECT_EQ(inspect::history_text(graph_of(with_history()), kAgent).str(),
            "WHEN                  SECRET    KEYS                  STORE VERSION  DIGEST    VERSION  RESULT\n"
            "2026-05-01T11:50:00Z  api-keys  A, B                  A=9, B=2       4e5f6a7b  57       completed\n"
            "2026-05-01T11:50:00Z  old       C                     -                        gone     completed\n"
            "2026-05-01T11:00:00Z  -         another pod template                                    replaced\n"
            "2026-05-01T10:00:00Z  api-keys  all                   8              0a1b2c3d  41       completed\n");
}

TEST(RestartHistory, SaysOfTheLastThatItIsUnderWay) {
  EXPECT_THAT(inspect::history_text(graph_of(with_history("readyReplicas: 1")), kAgent).str(), HasSubstr("under way"));
}

std::string with_rollback(std::string_view counts = "readyReplicas: 1, updatedReplicas: 1") {
  std::string set = stateful_set("aa", counts);
  const std::string_view before = "generation: 1, ownerReferences";
  set.replace(set.find(before), before.size(),
              R"(generation: 1, annotations: {openclaw.rocks/secret-history: '{"restarts":[
    {"at":"2026-05-01T11:00:00Z","result":"rolled back","why":"no pod was ready after 10m","secrets":{"api-keys":{"everyKey":true,"digest":"4e5f6a7b","version":"57","storeVersions":{"A":"8"}}}},
    {"at":"2026-05-01T11:10:00Z","secrets":{"api-keys":{"everyKey":true,"digest":"0a1b2c3d","copy":"agent-last-good-1","storeVersions":{"A":"7"}}}}]}'}, ownerReferences)");
  return std::string(kSecret) + instance() + set + pod();
}

TEST(RestartHistory, TellsAFailedRotationFromTheWayBack) {
  EXPECT_EQ(
      inspect::history_text(graph_of(with_rollback()), kAgent).str(),
      "WHEN                  SECRET    KEYS  STORE VERSION  DIGEST    VERSION  RESULT\n"
      "2026-05-01T11:10:00Z  api-keys  all   7              0a1b2c3d  copy     went back\n"
      "2026-05-01T11:00:00Z  api-keys  all   8              4e5f6a7b  57       rolled back: no pod was ready after "
      "10m\n");
  EXPECT_THAT(inspect::history_text(graph_of(with_rollback("readyReplicas: 1")), kAgent).str(),
              HasSubstr("going back\n"));
  const std::string document = json::serialize(inspect::history_document(graph_of(with_rollback()), kAgent));
  EXPECT_THAT(document, HasSubstr(R"("result":"rolled back","why":"no pod was ready after 10m")"));
  EXPECT_THAT(document, HasSubstr(R"("copy":"agent-last-good-1")"));
}

std::string with_failure(std::string_view counts) {
  std::string set = stateful_set("aa", counts);
  const std::string_view before = "generation: 1, ownerReferences";
  set.replace(set.find(before), before.size(),
              R"(generation: 1, annotations: {openclaw.rocks/secret-history: '{"restarts":[
    {"at":"2026-05-01T11:00:00Z","result":"failed","why":"did not become ready within 10m0s","stopped":["api-keys"],"secrets":{"api-keys":{"everyKey":true,"digest":"4e5f6a7b","version":"57"}}}]}'}, ownerReferences)");
  return std::string(kSecret) + instance() + set + pod("aa", "False");
}

TEST(RestartHistory, SaysOfOneThatFailedWhyAndWhatStoppedAtIt) {
  EXPECT_EQ(inspect::history_text(graph_of(with_failure("updatedReplicas: 1")), kAgent).str(),
            "WHEN                  SECRET    KEYS  STORE VERSION  DIGEST    VERSION  RESULT\n"
            "2026-05-01T11:00:00Z  api-keys  all   -              4e5f6a7b  57       failed: did not become ready "
            "within 10m0s; the rollout of api-keys stopped at it\n");
  const std::string document =
      json::serialize(inspect::history_document(graph_of(with_failure("updatedReplicas: 1")), kAgent));
  EXPECT_THAT(document, HasSubstr(R"("why":"did not become ready within 10m0s","stopped":["api-keys"])"));
  EXPECT_THAT(inspect::history_text(graph_of(with_failure("readyReplicas: 1, updatedReplicas: 1")), kAgent).str(),
              HasSubstr("completed late: did not become ready within 10m0s"));
}

TEST(Why, AnInstanceWhoseRestartFailedSaysWithWhichSecretAndWhatBecomesOfTheOthers) {
  const auto answer = inspect::explain(graph_of(with_failure("updatedReplicas: 1")), kAgent);
  EXPECT_FALSE(answer.well);
  EXPECT_THAT(answer.sentence,
              HasSubstr("OpenClawInstance shop/agent did not become ready within 10m0s after the restart of "
                        "2026-05-01T11:00:00Z with what Secret api-keys now holds; the others that share api-keys keep "
                        "the value they have"));
  const auto after_all = inspect::explain(graph_of(with_failure("readyReplicas: 1, updatedReplicas: 1")), kAgent);
  EXPECT_THAT(after_all.sentence, testing::Not(HasSubstr("did not become ready")));
}

TEST(RestartHistory, IsADocumentForPrograms) {
  const json::Object document = inspect::history_document(graph_of(with_history()), kAgent);
  EXPECT_EQ(document.at("instance").as_string(), "shop/agent");
  const auto& newest = document.at("restarts").as_array().at(0).as_object();
  EXPECT_EQ(newest.at("result").as_string(), "completed");
  const auto& secret = newest.at("secrets").as_array().at(0).as_object();
  EXPECT_EQ(secret.at("resourceVersion").as_string(), "57");
  EXPECT_EQ(secret.at("storeVersions").as_object().at("A").as_string(), "9");
}

TEST(RestartHistory, OfAnInstanceWithoutOneSaysSo) {
  EXPECT_THAT(inspect::history_text(graph_of(all_well()), kAgent).str(), HasSubstr("no restart that Rotor began"));
}

TEST(RestartHistory, OfAnInstanceThatIsNotThereNamesThoseThatAre) {
  EXPECT_EQ(inspect::no_instance(graph_of(all_well()), "other", "agent"),
            "there is no OpenClawInstance other/agent; there is shop/agent");
  EXPECT_EQ(inspect::no_instance(graph_of(kStore), "", "agent"),
            "there is no OpenClawInstance agent; there is none at all");
}

TEST(Why, APodWithAnOlderValueIsExplainedByWhatItsRestartWaitsFor) {
  const auto graph = graph_of(
      std::string(kSecret) +
      instance(
          R"({type: RotationWaiting, status: "True", reason: CanariesFirst, message: five instances go first}, {type: Ready, status: "True", reason: ReconcileSucceeded, message: ok})") +
      stateful_set() + pod());
  const inspect::Answer answer = inspect::explain(graph, {inspect::Kind::kPod, "shop", "agent-0"});
  EXPECT_FALSE(answer.well);
  EXPECT_THAT(answer.sentence, HasSubstr("Pod shop/agent-0"));
  EXPECT_THAT(answer.sentence, HasSubstr("CanariesFirst: five instances go first"));
}

}  // namespace
}  // namespace rotor::test
