// Rows of the rotation table: what happens to the pods when Secrets come, change and go.
#include "openclaw/rotation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rotor::openclaw {
namespace {

using Action = RotationDecision::Action;
using Presence = ObservedSecret::Presence;
using testing::ElementsAre;
using testing::IsEmpty;

SecretReference env_from(bool optional = false) {
  SecretReference r;
  r.required = !optional;
  r.prefixes.insert("");
  return r;
}

SecretReference env_key(const std::string& key, bool optional = false) {
  SecretReference r;
  r.required = !optional;
  r.keys.emplace(key, !optional);
  return r;
}

ObservedSecret present(const std::string& digest, const std::string& version = "1") {
  ObservedSecret s;
  s.presence = Presence::kPresent;
  s.digest = digest.empty() ? "" : "key1-" + digest;
  s.resource_version = version;
  return s;
}

ObservedSecret unreadable(const std::string& version = "1") {
  ObservedSecret s;
  s.presence = Presence::kUnreadable;
  s.resource_version = version;
  return s;
}

const ObservedSecret kMissing{};

// One instance through time: each step decides on what is there now and records what was decided.
struct Story {
  References references;
  std::optional<SecretState> state{};
  bool has_key = true;
  bool missed_before_us = false;

  RotationDecision step(ObservedSecrets observed, bool pods_start_anyway = false) {
    RotationDecision d = decide_rotation({.references = references,
                                          .observed = observed,
                                          .state = state ? &*state : nullptr,
                                          .has_key = has_key,
                                          .pods_start_anyway = pods_start_anyway || (!state && !missed_before_us),
                                          .missed_before_us = missed_before_us});
    state = d.next;
    missed_before_us = false;
    return d;
  }
};

TEST(Rotation, Row1AChangedValueRotatesOnce) {
  Story story{.references = {{"s", env_from()}}};
  EXPECT_EQ(story.step({{"s", present("a")}}).action, Action::kAdopt);
  EXPECT_EQ(story.step({{"s", present("a")}}).action, Action::kNothing);
  const RotationDecision d = story.step({{"s", present("b", "2")}});
  EXPECT_EQ(d.action, Action::kRotate);
  EXPECT_THAT(d.changed, ElementsAre("s"));
  EXPECT_EQ(story.step({{"s", present("b", "2")}}).action, Action::kNothing);
}

TEST(Rotation, AConfigMapThatNewPodsNeedAndLackHoldsTheRestartAndEditsAndForgetsNothing) {
  Story story{.references = {{"s", env_from()}}};
  story.step({{"s", present("a")}});
  const ObservedSecrets now = {{"s", present("b", "2")}};
  const auto look = [&](bool edited) {
    return decide_rotation({.references = story.references,
                            .observed = now,
                            .state = &*story.state,
                            .pods_start_anyway = edited,
                            .lacks_config_map = true});
  };
  EXPECT_EQ(look(false).action, Action::kHold);
  EXPECT_FALSE(look(false).held_back) << "what restarts no pod may be written";
  EXPECT_TRUE(look(true).held_back);
  EXPECT_EQ(look(false).next, *story.state);
  EXPECT_EQ(story.step(now).action, Action::kRotate) << "once it is there";
}

ObservedSecret immutable(ObservedSecret seen) {
  seen.immutable = true;
  return seen;
}

TEST(Rotation, ASecretThatIsOrWasImmutableIsNamedSinceNodesMayShowWhatItHeld) {
  struct Case {
    ObservedSecret before, after;
    bool frozen;
  };
  const std::vector<Case> cases = {
      {present("a"), present("b", "2"), false},
      {present("a"), immutable(present("b", "2")), true},
      {immutable(present("a")), immutable(present("b", "2")), true},
      {immutable(present("a")), present("b", "2"), true},
  };
  for (const Case& c : cases) {
    Story story{.references = {{"s", env_from()}}};
    story.step({{"s", c.before}});
    story.state = parse_state(state_text(*story.state));  // another process of ours reads it
    const RotationDecision d = story.step({{"s", c.after}});
    EXPECT_THAT(d.changed, ElementsAre("s"));
    EXPECT_EQ(d.frozen.empty(), !c.frozen);
    EXPECT_EQ(story.state->secrets.find("s")->second.immutable, c.after.immutable);
  }
}

TEST(Rotation, Row2AnotherVersionWithTheSameValuesIsNothing) {
  Story story{.references = {{"s", env_from()}}};
  story.step({{"s", present("a", "1")}});
  EXPECT_EQ(story.step({{"s", present("a", "2")}}).action, Action::kNothing);
}

TEST(Rotation, Row5ADeletedRequiredSecretLeavesThePodsAlone) {
  Story story{.references = {{"s", env_from()}}};
  story.step({{"s", present("a")}});
  const RotationDecision d = story.step({{"s", kMissing}});
  EXPECT_EQ(d.action, Action::kNothing);
  EXPECT_THAT(d.missing, ElementsAre("s"));
}

// Would the pods that run be replaced by ones that wait for the Secret?
bool holds_back(const SecretReference& reference, const ObservedSecret& seen, const std::optional<SecretState>& state,
                bool replaces_pods = true) {
  const References references = {{"s", reference}};
  const ObservedSecrets observed = {{"s", seen}};
  return decide_rotation({.references = references,
                          .observed = observed,
                          .state = state ? &*state : nullptr,
                          .pods_start_anyway = true,
                          .replaces_pods = replaces_pods})
      .held_back;
}

TEST(Rotation, Row5NoPodThatRunsIsReplacedWhileWhatItNeedsIsMissing) {
  SecretState ran, waited;
  ran.secrets["s"].digest = "key1-a";
  waited.secrets["s"].absent = true;
  ObservedSecret lacks = present("b");
  lacks.missing_keys = {"K"};
  EXPECT_TRUE(holds_back(env_from(), kMissing, ran));
  EXPECT_TRUE(holds_back(env_from(), kMissing, SecretState{})) << "a new reference";
  EXPECT_TRUE(holds_back(env_from(), kMissing, std::nullopt)) << "pods of another operator";
  EXPECT_TRUE(holds_back(env_key("K"), lacks, ran));
  EXPECT_FALSE(holds_back(env_from(), kMissing, ran, false)) << "pods that are not there";
  EXPECT_FALSE(holds_back(env_from(), kMissing, waited)) << "pods that wait for it already";
  EXPECT_FALSE(holds_back(env_from(true), kMissing, ran)) << "optional";
  EXPECT_FALSE(holds_back(env_from(), present("b"), ran));
  EXPECT_FALSE(holds_back(env_from(), unreadable(), ran)) << "the kubelet may well read it";
}

TEST(Rotation, Row5ARequiredKeyThatGoesLeavesThePodsAlone) {
  Story story{.references = {{"s", env_key("K")}}};
  story.step({{"s", present("a")}});
  ObservedSecret without = present("b", "2");
  without.missing_keys = {"K"};
  const RotationDecision d = story.step({{"s", without}});
  EXPECT_EQ(d.action, Action::kNothing);
  EXPECT_THAT(d.missing, ElementsAre("s (key K)"));
}

TEST(Rotation, Rows6And20RecreatedWithEqualDataIsNothing) {
  Story story{.references = {{"s", env_from()}}};
  story.step({{"s", present("a", "1")}});
  story.step({{"s", kMissing}});
  EXPECT_EQ(story.step({{"s", present("a", "7")}}).action, Action::kNothing);
}

TEST(Rotation, Rows7And20RecreatedWithNewDataRotatesOnce) {
  Story story{.references = {{"s", env_from()}}};
  story.step({{"s", present("a", "1")}});
  story.step({{"s", kMissing}});
  EXPECT_EQ(story.step({{"s", present("b", "7")}}).action, Action::kRotate);
  EXPECT_EQ(story.step({{"s", present("b", "7")}}).action, Action::kNothing);
}

TEST(Rotation, Row8ALateRequiredSecretIsAdoptedWithoutARestart) {
  Story story{.references = {{"s", env_from()}}};
  const RotationDecision created = story.step({{"s", kMissing}});
  EXPECT_EQ(created.action, Action::kAdopt);
  EXPECT_THAT(created.missing, ElementsAre("s"));
  EXPECT_TRUE(story.state->secrets.at("s").absent);
  EXPECT_EQ(story.step({{"s", present("a")}}).action, Action::kAdopt);
  EXPECT_EQ(story.step({{"s", present("b", "2")}}).action, Action::kRotate);
}

TEST(Rotation, Row9AnAbsentOptionalSecretIsNotMissingAndItsArrivalRotatesOnce) {
  Story story{.references = {{"s", env_from(true)}}};
  EXPECT_THAT(story.step({{"s", kMissing}}).missing, IsEmpty());
  EXPECT_EQ(story.step({{"s", kMissing}}).action, Action::kNothing);
  EXPECT_EQ(story.step({{"s", present("a")}}).action, Action::kRotate);
  EXPECT_EQ(story.step({{"s", present("a")}}).action, Action::kNothing);
}

TEST(Rotation, Row10ADeletedOptionalSecretRotatesOnce) {
  Story story{.references = {{"s", env_from(true)}}};
  story.step({{"s", present("a")}});
  EXPECT_EQ(story.step({{"s", kMissing}}).action, Action::kRotate);
  EXPECT_EQ(story.step({{"s", kMissing}}).action, Action::kNothing);
}

TEST(Rotation, Row11TwoSecretsAreOneRotation) {
  Story story{.references = {{"a", env_from()}, {"b", env_from()}}};
  story.step({{"a", present("1")}, {"b", present("1")}});
  const RotationDecision d = story.step({{"a", present("2", "2")}, {"b", present("2", "2")}});
  EXPECT_EQ(d.action, Action::kRotate);
  EXPECT_THAT(d.changed, ElementsAre("a", "b"));
}

TEST(Rotation, Row13AnUnreadableSecretKeepsEverything) {
  Story story{.references = {{"s", env_from()}}};
  story.step({{"s", present("a")}});
  const SecretState before = *story.state;
  const RotationDecision d = story.step({{"s", unreadable("2")}});
  EXPECT_EQ(d.action, Action::kNothing);
  EXPECT_THAT(d.unreadable, ElementsAre("s"));
  EXPECT_THAT(d.missing, IsEmpty());
  EXPECT_EQ(*story.state, before);
  EXPECT_EQ(story.step({{"s", present("b", "2")}}).action, Action::kRotate);
}

TEST(Rotation, Row13AtCreationTheVersionTellsLaterWhetherAnythingWasMissed) {
  for (const auto& [version, action] : {std::pair("1", Action::kAdopt), std::pair("2", Action::kRotate)}) {
    Story story{.references = {{"s", env_from()}}};
    story.step({{"s", unreadable("1")}});
    EXPECT_EQ(story.step({{"s", present("a", version)}}).action, action) << version;
    EXPECT_EQ(story.step({{"s", present("a", version)}}).action, Action::kNothing);
  }
}

TEST(Rotation, Row19AChangeWhileNobodyLookedIsSeenInTheState) {
  Story story{.references = {{"s", env_from()}}};
  story.step({{"s", present("a")}});
  story.state = *parse_state(state_text(*story.state));  // the operator was away
  EXPECT_EQ(story.step({{"s", present("b", "9")}}).action, Action::kRotate);
}

TEST(Rotation, Row21ATemplateThatChangesAnywayTakesChangedSecretsWithIt) {
  Story story{.references = {{"s", env_from()}}};
  story.step({{"s", present("a")}});
  story.references = {{"s", env_from()}, {"t", env_from()}};
  EXPECT_EQ(story.step({{"s", present("b", "2")}, {"t", present("x")}}, true).action, Action::kAdopt);
  EXPECT_EQ(story.step({{"s", present("b", "2")}, {"t", present("x")}}).action, Action::kNothing);
}

TEST(Rotation, ATemplateChangeWhileASecretIsMissingMakesItsReturnAnAdoption) {
  Story story{.references = {{"s", env_from()}}};
  story.step({{"s", present("a")}});
  story.step({{"s", kMissing}}, true);
  EXPECT_EQ(story.step({{"s", present("b", "2")}}).action, Action::kAdopt);
}

TEST(Rotation, NeverOntoAMissingSecret) {
  Story story{.references = {{"a", env_from()}, {"b", env_from()}}};
  story.step({{"a", present("1")}, {"b", present("1")}});
  const RotationDecision held = story.step({{"a", kMissing}, {"b", present("2", "2")}});
  EXPECT_EQ(held.action, Action::kHold);
  EXPECT_THAT(held.changed, ElementsAre("b"));
  const RotationDecision after = story.step({{"a", present("1", "5")}, {"b", present("2", "2")}});
  EXPECT_EQ(after.action, Action::kRotate);
  EXPECT_THAT(after.changed, ElementsAre("b"));
}

TEST(Rotation, WithoutTheDigestKeyNothingRotates) {
  Story story{.references = {{"s", env_from()}}};
  story.step({{"s", present("a")}});
  story.has_key = false;
  EXPECT_EQ(story.step({{"s", present("", "2")}}).action, Action::kNothing);
  story.has_key = true;
  EXPECT_EQ(story.step({{"s", present("b", "2")}}).action, Action::kRotate);
}

TEST(Rotation, ANewDigestKeyMeansNothingWhenTheVersionIsTheSame) {
  Story story{.references = {{"s", env_from()}}};
  story.step({{"s", present("a", "1")}});
  ObservedSecret other_key = present("", "1");
  other_key.digest = "key2-zzz";
  EXPECT_EQ(story.step({{"s", other_key}}).action, Action::kAdopt);
  EXPECT_EQ(story.state->secrets.at("s").digest, "key2-zzz");
}

TEST(Rotation, ANewDigestKeyAndAnotherVersionRotates) {
  Story story{.references = {{"s", env_from()}}};
  story.step({{"s", present("a", "1")}});
  ObservedSecret other_key = present("", "2");
  other_key.digest = "key2-zzz";
  EXPECT_EQ(story.step({{"s", other_key}}).action, Action::kRotate);
}

TEST(Rotation, TakenOverPodsWithPresentValuesAreAdopted) {
  const References references = {{"s", env_from()}};
  const ObservedSecrets observed = {{"s", present("a")}};
  const RotationDecision d = decide_rotation({.references = references, .observed = observed, .state = nullptr});
  EXPECT_EQ(d.action, Action::kAdopt);
}

TEST(Rotation, TakenOverPodsThatMissedARotationRotateOnceAlsoAfterWaiting) {
  Story story{.references = {{"a", env_from()}, {"b", env_from()}}, .missed_before_us = true};
  EXPECT_EQ(story.step({{"a", kMissing}, {"b", present("1")}}).action, Action::kHold);
  EXPECT_EQ(story.step({{"a", present("1")}, {"b", present("1")}}).action, Action::kRotate);
  EXPECT_EQ(story.step({{"a", present("1")}, {"b", present("1")}}).action, Action::kNothing);
}

TEST(Rotation, AnIgnoredSecretRestartsNothing) {
  Story story{.references = {{"s", env_from()}}};
  story.step({{"s", present("a")}});
  ObservedSecret ignored = present("b", "2");
  ignored.ignored = true;
  EXPECT_EQ(story.step({{"s", ignored}}).action, Action::kNothing);
}

// An optional Secret of which nothing reaches a process: there, but without the key, or with nothing in it.
ObservedSecret optional_present(const std::string& digest, const std::string& version = "1") {
  ObservedSecret s = present(digest, version);
  s.absent_digest = "key1-nothing";
  return s;
}

ObservedSecret optional_missing() {
  ObservedSecret s;
  s.absent_digest = "key1-nothing";
  return s;
}

TEST(Rotation, AnOptionalSecretThatComesWithoutTheKeyRestartsNothingAndTheKeyRestartsOnce) {
  Story story{.references = {{"s", env_key("K", true)}}};
  story.step({{"s", optional_missing()}});
  EXPECT_EQ(story.step({{"s", optional_present("nothing", "1")}}).action, Action::kAdopt);
  EXPECT_EQ(story.step({{"s", optional_present("nothing", "2")}}).action, Action::kNothing);
  EXPECT_EQ(story.step({{"s", optional_present("value", "3")}}).action, Action::kRotate);
  EXPECT_EQ(story.step({{"s", optional_present("value", "3")}}).action, Action::kNothing);
  EXPECT_EQ(story.step({{"s", optional_present("nothing", "4")}}).action, Action::kRotate);
  EXPECT_EQ(story.step({{"s", optional_missing()}}).action, Action::kAdopt);
  EXPECT_EQ(story.step({{"s", optional_missing()}}).action, Action::kNothing);
}

TEST(Rotation, AnOptionalSecretThatGoesWithItsValueRestartsOnce) {
  Story story{.references = {{"s", env_from(true)}}};
  story.step({{"s", optional_present("value")}});
  EXPECT_EQ(story.step({{"s", optional_missing()}}).action, Action::kRotate);
  EXPECT_EQ(story.step({{"s", optional_present("nothing", "5")}}).action, Action::kAdopt);
}

ObservedSecret unusable(const std::string& digest, const std::string& version) {
  ObservedSecret s = present(digest, version);
  s.unusable = {"key \"K\" for variable \"K\" holds a NUL byte at position 0"};
  return s;
}

TEST(Rotation, NeverOntoAValueThatNoProcessCanBeGiven) {
  Story story{.references = {{"a", env_from()}, {"b", env_from()}}};
  story.step({{"a", present("1")}, {"b", present("1")}});
  const RotationDecision held = story.step({{"a", unusable("2", "2")}, {"b", present("2", "2")}});
  EXPECT_EQ(held.action, Action::kHold);
  EXPECT_FALSE(held.held_back);
  EXPECT_THAT(held.unusable, ElementsAre("Secret \"a\": key \"K\" for variable \"K\" holds a NUL byte at position 0"));
  EXPECT_EQ(held.next.secrets.at("a").digest, "key1-1");
  EXPECT_EQ(story.step({{"a", unusable("2", "3")}, {"b", present("2", "2")}}).action, Action::kHold);
  const RotationDecision after = story.step({{"a", present("3", "4")}, {"b", present("2", "2")}});
  EXPECT_EQ(after.action, Action::kRotate);
  EXPECT_THAT(after.changed, ElementsAre("a", "b"));
}

TEST(Rotation, AnUnusableValueThatIsTakenBackRestartsNothing) {
  Story story{.references = {{"s", env_from()}}};
  story.step({{"s", present("1")}});
  EXPECT_EQ(story.step({{"s", unusable("2", "2")}}).action, Action::kHold);
  EXPECT_EQ(story.step({{"s", present("1", "3")}}).action, Action::kNothing);
}

TEST(Rotation, NoPodStartsOntoAnUnusableValue) {
  const References references = {{"s", env_from()}};
  const ObservedSecrets observed = {{"s", unusable("1", "1")}};
  for (const bool starts : {true, false}) {
    const RotationDecision d = decide_rotation({.references = references,
                                                .observed = observed,
                                                .state = nullptr,
                                                .pods_start_anyway = true,
                                                .starts_pods = starts});
    EXPECT_EQ(d.held_back, starts);
    EXPECT_EQ(d.action, starts ? Action::kHold : Action::kAdopt);
  }
}

TEST(Rotation, AContainerThatWaitedAndGotAnUnusableValueIsRestartedOntoTheNextOne) {
  Story story{.references = {{"s", env_from()}}};
  story.step({{"s", kMissing}});
  EXPECT_EQ(story.step({{"s", unusable("1", "1")}}).action, Action::kAdopt);
  EXPECT_EQ(story.step({{"s", unusable("1", "1")}}).action, Action::kNothing);
  EXPECT_EQ(story.step({{"s", present("2", "2")}}).action, Action::kRotate);
}

TEST(Rotation, AnOptionalSecretThatComesWithAnUnusableValueIsWaitedFor) {
  Story story{.references = {{"s", env_from(true)}}};
  story.step({{"s", optional_missing()}});
  EXPECT_EQ(story.step({{"s", unusable("1", "1")}}).action, Action::kHold);
  EXPECT_EQ(story.step({{"s", optional_present("value", "2")}}).action, Action::kRotate);
}

TEST(SecretStateText, NamesTheMarkOfTheTemplateOnceItIsKnown) {
  SecretState state;
  EXPECT_EQ(state_text(state), R"({"secrets":{}})");  // as before there was a mark in it
  state.hash = "00ff";
  EXPECT_EQ(*parse_state(state_text(state)), state);
}

TEST(SecretStateText, ComesBackAsItWasAndSaysNothingOfForeignText) {
  SecretState state;
  state.secrets["a"] = {.digest = "key1-00ff", .resource_version = "12", .usage = "abcd", .absent = false};
  state.secrets["b"] = {.digest = "", .resource_version = "", .usage = "abcd", .absent = true};
  EXPECT_EQ(*parse_state(state_text(state)), state);
  EXPECT_FALSE(parse_state(""));
  EXPECT_FALSE(parse_state("not json"));
  EXPECT_FALSE(parse_state(R"({"secrets": 1})"));
}

}  // namespace
}  // namespace rotor::openclaw
