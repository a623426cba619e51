#include "local/health.hpp"

#include <gtest/gtest.h>

namespace rotor::local {
namespace {

using State = Health::State;

kube::Condition condition(std::string type, std::string status, std::string reason, std::string message) {
  kube::Condition c;
  c.type = std::move(type);
  c.status = std::move(status);
  c.reason = std::move(reason);
  c.message = std::move(message);
  return c;
}

struct HealthCase {
  const char* kind;
  std::vector<kube::Condition> conditions;
  State state;
  const char* message = "";
};

TEST(HealthOf, IsWhatTheConditionsOfEachKindComeTo) {
  const auto starting = condition("Ready", "False", "StatefulSetNotReady", "Waiting for the pod");
  const std::vector<HealthCase> cases = {
      {"ExternalSecret", {}, State::kUnknown},
      {"ExternalSecret", {condition("Ready", "True", "SecretSynced", "secret synced")}, State::kGood, "secret synced"},
      {"ExternalSecret", {condition("Ready", "False", "SecretSyncedError", "no")}, State::kFailing, "no"},
      {"SecretStore", {condition("Ready", "False", "InvalidProviderConfig", "no")}, State::kFailing, "no"},
      {"ClusterSecretStore", {condition("Ready", "True", "Valid", "store validated")}, State::kGood, "store validated"},
      {"OpenClawInstance", {}, State::kUnknown},
      {"OpenClawInstance", {starting}, State::kGood},
      {"OpenClawInstance", {condition("Ready", "False", "ReconcileFailed", "bad")}, State::kFailing, "bad"},
      {"OpenClawInstance",
       {starting, condition("SecretsReady", "False", "SecretsMissing", "Missing secrets: s")},
       State::kFailing,
       "Missing secrets: s"},
      {"OpenClawInstance",
       {condition("SecretsReady", "True", "AllSecretsFound", ""),
        condition("RotationKeyUnavailable", "True", "R", "key")},
       State::kFailing,
       "key"},
      {"OpenClawInstance",
       {condition("NameUsable", "False", "NameUnusable", "a dot"),
        condition("Ready", "False", "NameUnusable", "a dot")},
       State::kFailing,
       "a dot"},
      {"OpenClawInstance", {condition("StorageReady", "True", "ClaimKept", "kept")}, State::kGood},
      {"OpenClawInstance", {condition("SpecValid", "False", "SpecInvalid", "UID 0")}, State::kFailing, "UID 0"},
      {"OpenClawInstance",
       {condition("SpecSupported", "False", "NotBuiltYet", "no chromium")},
       State::kGood,
       "no chromium"},
  };
  for (const HealthCase& c : cases) {
    const Health health = health_of(c.kind, c.conditions);
    EXPECT_EQ(health.state, c.state) << c.kind << " " << c.message;
    EXPECT_EQ(health.message, c.message) << c.kind;
  }
}

TEST(HealthOf, IsRemarkedOnWhenThereIsMoreToSayThanThatItIsGood) {
  const auto remark = [](std::string_view kind, std::string_view message) {
    return health_of(kind, {condition("Ready", "True", "R", std::string(message))}).remark;
  };
  EXPECT_FALSE(remark("ExternalSecret", "secret synced"));
  EXPECT_TRUE(remark("ExternalSecret", "secret retained due to DeletionPolicy=Retain"));
  EXPECT_FALSE(remark("SecretStore", "store validated"));
  EXPECT_TRUE(remark("ClusterSecretStore", "could not determine validation status"));
  EXPECT_FALSE(remark("OpenClawInstance", "anything"));
}

TEST(HealthOf, OfAStoreThatCouldNotBeJudgedTheEventSaysWhy) {
  const auto event = [](std::string_view kind, std::string_view reason) {
    return health_of(kind, {condition("Ready", "True", std::string(reason), "m")}).event_reason;
  };
  EXPECT_EQ(event("SecretStore", "ValidationUnknown"), "ValidationUnknown");
  EXPECT_EQ(event("ClusterSecretStore", "ValidationUnknown"), "ValidationUnknown");
  EXPECT_EQ(event("SecretStore", "Valid"), "");
  EXPECT_EQ(event("ExternalSecret", "SecretSynced"), "");
}

TEST(NextLine, SaysARemarkOnceThatItIsOverAndAgainWhenItComesBack) {
  Told told;
  const auto line = [&told](State state, std::string_view message, bool remark) {
    return next_line(told, "ExternalSecret", {state, std::string(message), {}, remark}, {}).value_or("-");
  };
  EXPECT_EQ(line(State::kGood, "nothing found", true), "ExternalSecret: nothing found");
  EXPECT_EQ(line(State::kGood, "nothing found", true), "-");
  EXPECT_EQ(line(State::kGood, "nothing found there", true), "ExternalSecret: nothing found there");
  EXPECT_EQ(line(State::kGood, "secret synced", false), "ExternalSecret: secret synced");
  EXPECT_EQ(line(State::kGood, "secret synced", false), "-");
  EXPECT_EQ(line(State::kGood, "nothing found there", true), "ExternalSecret: nothing found there");
  EXPECT_EQ(line(State::kFailing, "no", false), "ExternalSecret fails: no");
  EXPECT_EQ(line(State::kGood, "nothing found there", true), "ExternalSecret works again: nothing found there");
  EXPECT_EQ(line(State::kGood, "nothing found there", true), "-");
}

TEST(NextLine, SaysThatAStoreWhichCouldNotBeJudgedIsValidated) {
  Told told;
  const auto line = [&told](const char* reason, const char* message) {
    const Health health = health_of("SecretStore", {condition("Ready", "True", reason, message)});
    const std::string_view cause = health.event_reason.empty() ? "" : "no such mount";
    return next_line(told, "SecretStore", health, cause).value_or("-");
  };
  EXPECT_EQ(line("ValidationUnknown", "could not determine validation status"),
            "SecretStore: could not determine validation status: no such mount");
  EXPECT_EQ(line("ValidationUnknown", "could not determine validation status"), "-");
  EXPECT_EQ(line("Valid", "store validated"), "SecretStore: store validated");
  EXPECT_EQ(line("Valid", "store validated"), "-");
}

TEST(NextLine, SaysAFailureOnceAndWhenItIsOver) {
  Told told;
  const auto line = [&told](State state, std::string_view message, std::string_view detail = {}) {
    return next_line(told, "ExternalSecret", {state, std::string(message), {}}, detail).value_or("-");
  };
  EXPECT_EQ(line(State::kUnknown, ""), "-");
  EXPECT_EQ(line(State::kGood, "secret synced"), "-") << "what works from the start is no news";
  EXPECT_EQ(line(State::kFailing, "could not", "no such key"), "ExternalSecret fails: no such key");
  EXPECT_EQ(line(State::kFailing, "could not", "no such key"), "-");
  EXPECT_EQ(line(State::kFailing, "could not", "no such property"), "ExternalSecret fails: no such property");
  EXPECT_EQ(line(State::kFailing, "could not", "no such key"), "ExternalSecret fails: no such key")
      << "what was told before is news again once something else was";
  EXPECT_EQ(line(State::kFailing, "could not", "no such key"), "-");
  EXPECT_EQ(line(State::kGood, "secret synced"), "ExternalSecret works again: secret synced");
  EXPECT_EQ(line(State::kGood, "secret synced"), "-");
  EXPECT_EQ(line(State::kFailing, "could not"), "ExternalSecret fails: could not");
}

}  // namespace
}  // namespace rotor::local
