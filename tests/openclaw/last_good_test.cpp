// Going back to the last good value: what is kept, when a rollout failed, what pods point at then.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/document.hpp"
#include "openclaw/last_good/keeper.hpp"
#include "openclaw/last_good/pod_glimpse.hpp"
#include "openclaw/last_good/pointing.hpp"
#include "openclaw/last_good/trial.hpp"

namespace rotor::openclaw {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

LastGood record(std::string refused = "") {
  LastGood out;
  out.secrets["keys"] = {.copy = "agent-last-good-1", .digest = "k-old", .refused = std::move(refused)};
  return out;
}

ObservedSecrets holding(std::string digest) {
  ObservedSecrets out;
  out["keys"].presence = ObservedSecret::Presence::kPresent;
  out["keys"].digest = std::move(digest);
  out["keys"].resource_version = "7";
  return out;
}

SecretState running(std::string digest) {
  SecretState out;
  out.secrets["keys"].digest = std::move(digest);
  return out;
}

TEST(LastGood, IsReadBackAsItWasWrittenAndForeignTextIsNothing) {
  LastGood kept = record("k-new");
  kept.trying = "2026-01-02T03:04:05Z";
  kept.why = "because";
  EXPECT_EQ(parse_last_good(last_good_text(kept)), kept);
  EXPECT_TRUE(parse_last_good("{broken").empty());
  EXPECT_EQ(last_good_text({}), "");
}

TEST(LastGood, IsAskedForByTheAnnotationAlone) {
  api::OpenClawInstance instance;
  EXPECT_FALSE(wants_rollback(instance));
  instance.metadata.annotations["openclaw.rocks/secret-rollback"] = "yes";
  EXPECT_FALSE(wants_rollback(instance));
  instance.metadata.annotations["openclaw.rocks/secret-rollback"] = "true";
  EXPECT_TRUE(wants_rollback(instance));
}

TEST(LastGood, ACopyHasANameThatSaysWhoseItIsAndOneForEachValue) {
  api::OpenClawInstance instance;
  instance.metadata.name = "agent";
  EXPECT_THAT(copy_name(instance, "keys", "k-1"), testing::MatchesRegex("agent-last-good-[0-9a-f]{10}"));
  EXPECT_NE(copy_name(instance, "keys", "k-1"), copy_name(instance, "keys", "k-2"));
  EXPECT_NE(copy_name(instance, "keys", "k-1"), copy_name(instance, "more", "k-1"));
}

TEST(LastGood, PodsUseTheCopyWhereverTheyNameTheSecret) {
  api::PodSpec pod;
  for (auto* containers : {&pod.containers, &pod.init_containers}) {
    api::Container& c = containers->emplace_back();
    c.env_from.emplace_back().secret_ref.emplace().name = "keys";
    c.env_from.emplace_back().secret_ref.emplace().name = "others";
    api::EnvVar& variable = c.env.emplace_back();
    variable.value_from.emplace().secret_key_ref = {.name = "keys", .key = "A", .optional = std::nullopt};
  }
  pod.volumes.emplace_back().secret.emplace().secret_name = "keys";
  pod.volumes.emplace_back().projected = json::Raw{R"({"sources":[{"secret":{"name":"keys"}},{"configMap":{}}]})"};
  const std::string before = json::write(pod);
  point_at_copies(record(), pod);
  EXPECT_EQ(json::write(pod), before) << "nothing is refused";
  point_at_copies(record("k-new"), pod);
  const std::string after = json::write(pod);
  EXPECT_THAT(after, Not(HasSubstr(R"("keys")")));
  EXPECT_THAT(after, HasSubstr(R"("others")"));
  EXPECT_EQ(pod.volumes[0].secret->secret_name, "agent-last-good-1");
  EXPECT_THAT(pod.volumes[1].projected->text, HasSubstr(R"("name":"agent-last-good-1")"));
}

TEST(LastGood, ARefusedValueCountsAsTheCopyUntilTheSecretHasAnother) {
  ObservedSecrets refused = holding("k-new");
  refused["keys"].immutable = true;
  EXPECT_THAT(see_copies(record("k-new"), refused), ElementsAre("keys"));
  EXPECT_EQ(refused["keys"].digest, "k-old");
  EXPECT_EQ(refused["keys"].resource_version, "");
  EXPECT_FALSE(refused["keys"].immutable) << "a copy's name never stands for another value";
  ObservedSecrets another = holding("k-newer");
  EXPECT_THAT(see_copies(record("k-new"), another), IsEmpty());
  EXPECT_EQ(another["keys"].digest, "k-newer");
  ObservedSecrets gone;
  gone["keys"];
  EXPECT_THAT(see_copies(record("k-new"), gone), IsEmpty());
}

TEST(LastGood, AFailedRolloutGoesBackWhateverTheSecretHoldsByNow) {
  for (const char* now : {"k-new", "k-newer"}) {
    LastGood kept = record();
    kept.trying = "2026-01-02T03:04:05Z";
    ObservedSecrets observed = holding(now);
    const auto exists = [](const std::string& name) { return name == "agent-last-good-1"; };
    EXPECT_THAT(go_back(running("k-new"), "it broke", exists, kept, observed), ElementsAre("keys"));
    EXPECT_EQ(kept.secrets["keys"].refused, "k-new");
    EXPECT_EQ(kept.why, "it broke");
    EXPECT_EQ(kept.trying, "");
    EXPECT_EQ(observed["keys"].digest, "k-old");
  }
}

TEST(LastGood, ThereIsNothingToGoBackToWithoutACopyAnotherValueOrTheSameDigestKey) {
  const auto there = [](const std::string&) { return true; };
  const auto gone = [](const std::string&) { return false; };
  for (const auto& [digest, exists] :
       {std::pair<const char*, bool>{"k-new", false}, {"k-old", true}, {"q-new", true}}) {
    LastGood kept = record();
    ObservedSecrets observed = holding(digest);
    EXPECT_THAT(
        go_back(running(digest), "why", exists ? std::function<bool(const std::string&)>(there) : gone, kept, observed),
        IsEmpty())
        << digest;
    EXPECT_FALSE(kept.refuses());
    EXPECT_EQ(observed["keys"].digest, digest);
  }
}

struct Rollout {
  LastGood kept = record();
  WorkloadState counts{.replicas = 1, .ready_replicas = 1, .updated_replicas = 1};
  bool gave_up = false;
  bool suspended = false;
  Duration age = 0s;
  Trial judged(bool trying = true) {
    if (trying) kept.trying = "2026-01-02T03:04:05Z";
    return judge_trial({.record = kept,
                        .counts = counts,
                        .suspended = suspended,
                        .gave_up = gave_up,
                        .age = age,
                        .limits = {30s, 10min}});
  }
};
using Outcome = Trial::Verdict;

TEST(Trial, PodsThatStayReadyAreGoodAndNotBeforeTheySettled) {
  Rollout r;
  EXPECT_EQ(r.judged().verdict, Outcome::kOpen);
  EXPECT_EQ(r.judged().look_again, 30s);
  r.age = 30s;
  EXPECT_EQ(r.judged().verdict, Outcome::kGood);
  r.counts.current = false;
  EXPECT_EQ(r.judged().verdict, Outcome::kOpen);
}

TEST(Trial, PodsThatAreNotReadyInTimeFailed) {
  Rollout r;
  r.counts.ready_replicas = 0;
  r.age = 599s;
  EXPECT_EQ(r.judged().verdict, Outcome::kOpen);
  EXPECT_EQ(r.judged().look_again, 1s);
  r.age = 600s;
  EXPECT_EQ(r.judged().verdict, Outcome::kFailed);
  EXPECT_THAT(r.judged().why, HasSubstr("10m0s"));
}

TEST(Trial, AProgramThatSaysThatItCanNeverStartFailedAtOnce) {
  Rollout r;
  r.gave_up = true;
  EXPECT_EQ(r.judged().verdict, Outcome::kFailed);
  EXPECT_THAT(r.judged().why, HasSubstr("78"));
}

TEST(Trial, WithoutNewValuesAProgramThatEndsIsNoVerdictOnThem) {
  Rollout r;
  EXPECT_EQ(r.judged(false).verdict, Outcome::kGood);
  r.gave_up = true;
  EXPECT_EQ(r.judged(false).verdict, Outcome::kOpen);
}

TEST(Trial, NobodyJudgesPodsThatAreNotMeantToRun) {
  Rollout r;
  r.age = 24h;
  r.counts.ready_replicas = 0;
  r.suspended = true;
  EXPECT_EQ(r.judged().verdict, Outcome::kOpen);
  EXPECT_FALSE(r.judged().look_again);
}

TEST(PodGlimpse, KeepsHowTheProgramEndedLast) {
  const auto pod = [](std::string_view state) {
    return std::string(R"({"metadata":{"name":"agent-0","namespace":"ns","labels":{"app.kubernetes.io/instance":)"
                       R"("agent","controller-revision-hash":"r-1"}},"status":{"containerStatuses":[)"
                       R"({"name":"sidecar","state":{"terminated":{"exitCode":78}}},{"name":"openclaw",)") +
           std::string(state) + "}]}}";
  };
  const auto waiting = read_pod_glimpse(pod(R"("state":{"waiting":{}},"lastState":{"terminated":{"exitCode":78}})"));
  EXPECT_TRUE(waiting->cannot_start());
  EXPECT_EQ(waiting->instance, "agent");
  EXPECT_EQ(waiting->revision, "r-1");
  EXPECT_TRUE(read_pod_glimpse(pod(R"("state":{"terminated":{"exitCode":78}})"))->cannot_start());
  EXPECT_FALSE(read_pod_glimpse(pod(R"("state":{"terminated":{"exitCode":1}})"))->cannot_start());
  EXPECT_FALSE(read_pod_glimpse(pod(R"("state":{"running":{}})"))->exit_code);
}

TEST(RolledBack, NamesSecretKeyCopyAndTheWayOut) {
  WorkloadSight sight;
  sight.last_good = record("k-new");
  sight.last_good.why = "it broke";
  sight.rolled_back = {"keys"};
  sight.references["keys"].keys = {{"A", true}};
  const Permit permit = rolled_back(sight);
  EXPECT_EQ(permit.reason, "SecretRolledBack");
  for (const char* part :
       {"Secret \"keys\" (key A)", "it broke", "agent-last-good-1", "openclaw.rocks/secret-rollback"}) {
    EXPECT_THAT(permit.message, HasSubstr(part));
  }
}

}  // namespace
}  // namespace rotor::openclaw
