// Values that pods are given while they run: what is made of the instance, and what is decided about its pods.
#include "openclaw/builders/in_place.hpp"

#include <gmock/gmock.h>

#include "json/document.hpp"
#include "openclaw/builders/config.hpp"
#include "openclaw/builders/in_place.hpp"
#include "openclaw/consumed_digest.hpp"
#include "openclaw/in_place/decide.hpp"
#include "openclaw/in_place/told_pods.hpp"
#include "openclaw/proof/job.hpp"
#include "openclaw/rotation.hpp"
#include "tests/openclaw/instances.hpp"

namespace rotor::openclaw {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kFromSecret =
    R"({"envFrom":[{"secretRef":{"name":"keys"}}],"config":{"raw":{"agents":{"defaults":{"model":"anthropic/m"}}}}})";
constexpr std::string_view kFromKey =
    R"({"env":[{"name":"ANTHROPIC_API_KEY","valueFrom":{"secretKeyRef":{"name":"keys","key":"a"}}}]})";

OpenClawInstance reloading(std::string_view spec, const std::string& word = "reload") {
  OpenClawInstance instance = instance_foo(spec);
  instance.metadata.annotations.emplace(kSecretDelivery, word);
  return instance;
}

api::PodSpec pod_in_place(std::string_view spec) {
  return build_stateful_set(reloading(spec), {.inject_token = true}).spec.pod_template.spec;
}

std::vector<std::string> carried(std::string_view spec) {
  std::vector<std::string> out;
  for (const InPlaceKey& key : in_place_keys(reloading(spec), {})) {
    out.push_back(key.variable + " of " + key.provider + " from " + key.secret + "/" + key.key);
  }
  return out;
}

struct CarriedRow {
  std::string_view what, spec;
  std::vector<std::string> keys;
};

TEST(InPlaceKeys, AreThoseOfProvidersThatComeFromOneSecretForSure) {
  const std::vector<CarriedRow> rows = {
      {"a well-known variable of a provider that the model names",
       kFromSecret,
       {"ANTHROPIC_API_KEY of anthropic from keys/ANTHROPIC_API_KEY"}},
      {"a variable that env takes from a key", kFromKey, {"ANTHROPIC_API_KEY of anthropic from keys/a"}},
      {"a prefix",
       R"({"envFrom":[{"prefix":"ANTHROPIC_","secretRef":{"name":"keys"}}],)"
       R"("config":{"raw":{"models":{"providers":{"anthropic":{}}}}}})",
       {"ANTHROPIC_API_KEY of anthropic from keys/API_KEY"}},
      {"a fallback",
       R"({"envFrom":[{"secretRef":{"name":"keys"}}],"config":{"raw":{"agents":{"defaults":{"model":)"
       R"({"primary":"anthropic/m","fallbacks":["openai/n"]}}}}}})",
       {"ANTHROPIC_API_KEY of anthropic from keys/ANTHROPIC_API_KEY",
        "OPENAI_API_KEY of openai from keys/OPENAI_API_KEY"}},
      {"a provider of one's own",
       R"({"envFrom":[{"secretRef":{"name":"keys"}}],"config":{"raw":{"models":)"
       R"({"providers":{"mine":{"apiKey":"${MY_KEY}"}}}}}})",
       {"MY_KEY of mine from keys/MY_KEY"}},
      {"a reference to the environment",
       R"({"envFrom":[{"secretRef":{"name":"keys"}}],"config":{"raw":{"models":)"
       R"({"providers":{"mine":{"apiKey":{"source":"env","id":"MY_KEY"}}}}}}})",
       {"MY_KEY of mine from keys/MY_KEY"}},
      {"a provider that nothing names", R"({"envFrom":[{"secretRef":{"name":"keys"}}]})", {}},
      {"two Secrets that may have it",
       R"({"envFrom":[{"secretRef":{"name":"a"}},{"secretRef":{"name":"b"}}],)"
       R"("config":{"raw":{"agents":{"defaults":{"model":"anthropic/m"}}}}})",
       {}},
      {"an optional Secret",
       R"({"envFrom":[{"secretRef":{"name":"a","optional":true}}],)"
       R"("config":{"raw":{"agents":{"defaults":{"model":"anthropic/m"}}}}})",
       {}},
      {"a value that is written out", R"({"env":[{"name":"ANTHROPIC_API_KEY","value":"x"}]})", {}},
      {"a key of the user's in the configuration",
       R"({"envFrom":[{"secretRef":{"name":"keys"}}],"config":{"raw":{"models":{"providers":{"anthropic":)"
       R"({"apiKey":"written"}}}}}})",
       {}},
      {"another way to log in",
       R"({"envFrom":[{"secretRef":{"name":"keys"}}],"config":{"raw":{"models":)"
       R"({"providers":{"anthropic":{"auth":"oauth"}}}}}})",
       {}},
      {"a variable that something else in the configuration uses",
       R"({"envFrom":[{"secretRef":{"name":"keys"}}],"config":{"raw":{"agents":{"defaults":{"model":"anthropic/m"}},)"
       R"("tools":{"x":"${ANTHROPIC_API_KEY}"}}}})",
       {}},
      {"a variable that another variable uses",
       R"({"env":[{"name":"ANTHROPIC_API_KEY","valueFrom":{"secretKeyRef":{"name":"keys","key":"a"}}},)"
       R"x({"name":"X","value":"k=$(ANTHROPIC_API_KEY)"}]})x",
       {}},
      {"a configuration that is no object",
       R"({"envFrom":[{"secretRef":{"name":"keys"}}],"config":{"raw":"// five"}})",
       {}},
  };
  for (const CarriedRow& row : rows) EXPECT_EQ(carried(row.spec), row.keys) << row.what;
}

TEST(InPlaceKeys, AreNoneUnlessTheInstanceAsks) {
  EXPECT_THAT(in_place_keys(instance_foo(kFromKey), {}), IsEmpty());
  EXPECT_THAT(in_place_keys(reloading(kFromKey, "restart"), {}), IsEmpty());
  EXPECT_THAT(in_place_keys(reloading(kFromKey, "perhaps"), {}), IsEmpty());
  EXPECT_THAT(delivery_problem(reloading(kFromKey, "perhaps")),
              testing::AllOf(HasSubstr("openclaw.rocks/secret-delivery"), HasSubstr("restart or reload")));
  EXPECT_EQ(delivery_problem(reloading(kFromKey)), "");
  EXPECT_EQ(delivery_problem(reloading(kFromKey, "")), "");
}

TEST(InPlacePod, WithoutTheAnnotationIsTheSameToTheByte) {
  const auto with_restart = build_stateful_set(reloading(kFromSecret, "restart"), {}).spec.pod_template;
  EXPECT_EQ(json::write(with_restart),
            json::write(build_stateful_set(instance_foo(kFromSecret), {}).spec.pod_template));
}

TEST(InPlacePod, TakesTheVariableOutOfTheMainContainerAndShowsItAsAFile) {
  const api::PodSpec pod = pod_in_place(kFromKey);
  const api::Container main = container_of(pod, "openclaw");
  EXPECT_THAT(names_of(main.env), Not(Contains("ANTHROPIC_API_KEY")));
  EXPECT_THAT(json::write(main.volume_mounts),
              HasSubstr(R"({"mountPath":"/opt/rotor/secrets","name":"secret-reload-values","readOnly":true})"));
  const auto volume = std::ranges::find(pod.volumes, kReloadValues, &api::Volume::name);
  ASSERT_NE(volume, pod.volumes.end());
  EXPECT_EQ(volume->projected->text,
            R"({"sources":[{"secret":{"name":"keys","items":[{"key":"a","path":"values/ANTHROPIC_API_KEY"}]}},)"
            R"({"downwardAPI":{"items":[{"path":"mark","fieldRef":{"apiVersion":"v1","fieldPath":)"
            R"("metadata.annotations['openclaw.rocks/secrets-in-place']"}}]}}],"defaultMode":288})");
}

TEST(InPlacePod, HidesAVariableThatEnvFromBrings) {
  const api::Container main = container_of(pod_in_place(kFromSecret), "openclaw");
  EXPECT_THAT(json::write(main.env), HasSubstr(R"({"name":"ANTHROPIC_API_KEY"})"));
  EXPECT_EQ(main.env_from.size(), 1U);
}

TEST(InPlacePod, HasAContainerBesideTheAssistantThatSharesItsFilesAndNotItsKeys) {
  const api::PodSpec pod = pod_in_place(kFromSecret);
  const api::Container reload = container_of(pod, kReloadContainer);
  EXPECT_EQ(reload.image, container_of(pod, "openclaw").image);
  EXPECT_THAT(reload.env_from, IsEmpty());
  EXPECT_THAT(names_of(reload.env), Contains("OPENCLAW_GATEWAY_TOKEN"));
  EXPECT_THAT(names_of(reload.env), Not(Contains("ANTHROPIC_API_KEY")));
  EXPECT_THAT(names_of(reload.volume_mounts), Contains(kReloadTools));
  EXPECT_FALSE(reload.readiness_probe || reload.liveness_probe || reload.startup_probe);
}

TEST(InPlacePod, LeavesToItsResolverWhatTheConfigurationSaysOfTheKey) {
  const OpenClawInstance instance = reloading(kFromSecret);
  const std::string text = build_config_map(instance, {}).data.at("openclaw.json");
  const auto config = json::parse(text);
  EXPECT_EQ(json::find_string(*config, "models.providers.anthropic.auth"), "api-key");
  EXPECT_EQ(json::find_string(*config, "models.providers.anthropic.apiKey.id"), "ANTHROPIC_API_KEY");
  EXPECT_EQ(json::find_string(*config, "models.providers.anthropic.apiKey.provider"), "rotor");
  EXPECT_EQ(json::find_string(*config, "secrets.providers.rotor.command"), kResolverFile);
  EXPECT_EQ(json::find_string(*config, "secrets.providers.rotor.source"), "exec");
  const auto hash = [](const OpenClawInstance& of) {
    return build_stateful_set(of, {}).spec.pod_template.metadata.annotations.at(std::string(kConfigHash));
  };
  EXPECT_NE(hash(instance), hash(instance_foo(kFromSecret)));
}

TEST(InPlaceReferences, AreConsumedAndCallForNoRestart) {
  const References references = secret_references(pod_in_place(kFromSecret));
  const SecretReference& keys = references.at("keys");
  EXPECT_TRUE(keys.required);
  EXPECT_THAT(keys.in_place, ElementsAre("ANTHROPIC_API_KEY"));
  EXPECT_TRUE(keys.variables_of("ANTHROPIC_API_KEY").empty());
  EXPECT_FALSE(keys.variables_of("OTHER").empty());
  EXPECT_FALSE(keys.at_start().keys.contains("ANTHROPIC_API_KEY"));
}

TEST(InPlaceReferences, AreNoneForAKeyThatAnotherContainerReadsAtItsStart) {
  const std::string spec =
      R"({"env":[{"name":"ANTHROPIC_API_KEY","valueFrom":{"secretKeyRef":{"name":"keys","key":"a"}}}],)"
      R"("sidecars":[{"name":"side","image":"i","env":[{"name":"K","valueFrom":{"secretKeyRef":)"
      R"({"name":"keys","key":"a"}}}]}]})";
  EXPECT_THAT(secret_references(pod_in_place(spec)).at("keys").in_place, IsEmpty());
}

TEST(InPlaceProof, HasTheKeyInItsEnvironmentWhereACommandLooksForIt) {
  RotationWish wish;
  wish.instance = std::make_shared<const OpenClawInstance>(reloading(kFromSecret));
  wish.wanted = build_stateful_set(*wish.instance, {});
  ProofSettings settings;
  settings.kind = ProofSettings::Kind::kCommand;
  settings.command = {"check-key"};
  const api::PodSpec pod = build_proof_job(wish, settings).spec.pod_template.spec;
  EXPECT_THAT(json::write(container_of(pod, kProofContainer).env),
              HasSubstr(R"({"name":"ANTHROPIC_API_KEY","valueFrom":{"secretKeyRef":{"name":"keys",)"
                        R"("key":"ANTHROPIC_API_KEY"}}})"));
  EXPECT_THAT(names_of(pod.volumes), testing::IsSupersetOf({kReloadValues, kReloadTools}));
}

// Digests as the operator takes them.
struct Digests {
  Digester digester{std::make_shared<const kube::DigestKey>(SecretBytes("0123456789abcdef0123456789abcdef"))};
  References references{{"keys", secret_references(pod_in_place(kFromSecret)).at("keys")}};
  SecretState state{};

  static SecretMap data(const std::string& key, const std::string& other) {
    SecretMap out;
    out.emplace("ANTHROPIC_API_KEY", SecretBytes(key));
    out.emplace("OTHER", SecretBytes(other));
    return out;
  }
  bool immutable = false;
  bool open = false;
  std::vector<std::string> missing_keys;

  RotationDecision look(const SecretMap& data, const std::string& version, bool starts = false) {
    ObservedSecrets observed;
    ObservedSecret& keys = observed["keys"];
    keys.presence = ObservedSecret::Presence::kPresent;
    keys.resource_version = version;
    keys.immutable = immutable;
    keys.missing_keys = missing_keys;
    keys.digest = digester.secret("keys", references.at("keys"), data);
    keys.start_digest = digester.secret("keys", references.at("keys").at_start(), data);
    return decide_rotation({.references = references,
                            .observed = observed,
                            .state = starts ? nullptr : &state,
                            .pods_start_anyway = starts,
                            .starts_pods = starts,
                            .delivery_open = open});
  }
};

TEST(InPlaceRotation, IsAChangeOfKeysThatAreReadAgainAndOfNothingElse) {
  Digests digests;
  digests.state = digests.look(Digests::data("1", "a"), "1", true).next;
  const std::string before = digests.digester.template_hash(digests.state, "");

  const RotationDecision key = digests.look(Digests::data("2", "a"), "2");
  EXPECT_EQ(key.action, RotationDecision::Action::kRotate);
  EXPECT_TRUE(key.in_place);
  EXPECT_EQ(digests.digester.template_hash(key.next, ""), before) << "the pod template does not depend on it";

  const RotationDecision other = digests.look(Digests::data("1", "b"), "2");
  EXPECT_EQ(other.action, RotationDecision::Action::kRotate);
  EXPECT_FALSE(other.in_place);
  EXPECT_NE(digests.digester.template_hash(other.next, ""), before);

  EXPECT_FALSE(digests.look(Digests::data("2", "b"), "2").in_place) << "both at once";
  EXPECT_EQ(digests.look(Digests::data("1", "a"), "2").action, RotationDecision::Action::kNothing);
}

constexpr WallTime kSince{WallTime::duration(1'700'000'000'000'000'000)};

std::shared_ptr<PodGlimpse> pod_named(const std::string& name) {
  auto pod = std::make_shared<PodGlimpse>();
  pod->metadata.name = name;
  pod->reloads = true;
  return pod;
}

std::shared_ptr<PodGlimpse> told(const std::string& name, const std::string& digest, const std::string& result = "") {
  auto pod = pod_named(name);
  pod->mark = mark_text({digest, kSince});
  if (!result.empty()) pod->report = {pod->mark, result};
  return pod;
}

InPlaceAnswer decided(std::vector<std::shared_ptr<const PodGlimpse>> pods, Duration later = 10s) {
  return decide_in_place(
      {.digest = "d2", .pods = std::move(pods), .told_ago = [later](const PodGlimpse&) { return later; }});
}

TEST(InPlaceRotation, IsNoneOfAnImmutableSecretWhoseFileTheKubeletLeavesAsItIs) {
  Digests digests;
  digests.state = digests.look(Digests::data("1", "a"), "1", true).next;
  digests.immutable = true;
  const RotationDecision decision = digests.look(Digests::data("2", "a"), "2");
  EXPECT_EQ(decision.action, RotationDecision::Action::kRotate);
  EXPECT_FALSE(decision.in_place);
  digests.state = decision.next;
  digests.immutable = false;
  EXPECT_FALSE(digests.look(Digests::data("3", "a"), "3").in_place) << "the pods took it as an immutable one";
}

TEST(InPlaceRotation, StartsNoPodWithoutTheKeyThatItsVolumeNames) {
  Digests digests;
  digests.missing_keys = {"ANTHROPIC_API_KEY"};
  EXPECT_TRUE(digests.look(Digests::data("1", "a"), "1", true).held_back);
  digests.missing_keys = {"OTHER"};
  EXPECT_FALSE(digests.look(Digests::data("1", "a"), "1", true).held_back) << "a variable: the kubelet waits for it";
}

TEST(InPlaceDecision, GoesByWhatEachPodAnswered) {
  using Step = InPlaceAnswer::Step;
  EXPECT_EQ(decided({}).step, Step::kDone) << "none runs with the old value";
  EXPECT_EQ(decided({pod_named("p")}).step, Step::kTell);
  EXPECT_EQ(decided({told("p", "d1", "ok")}).step, Step::kTell) << "the answer is about another value";
  EXPECT_EQ(decided({told("p", "d2")}).step, Step::kWait);
  EXPECT_EQ(decided({told("p", "d2")}).left, kReloadDeadline - 10s);
  EXPECT_EQ(decided({told("p", "d2", "ok")}).step, Step::kDone);
  EXPECT_EQ(decided({told("p", "d2", "ok"), told("q", "d2")}).step, Step::kWait);
  EXPECT_THAT(decided({told("p", "d2"), pod_named("q")}).pods, ElementsAre("q"));
  EXPECT_EQ(decided({told("p", "d2")}, kReloadDeadline).step, Step::kRestart);
  for (const char* result : {"reload-failed", "reload-warned", "refused", "no-verdict", "?"}) {
    const InPlaceAnswer bad = decided({told("p", "d2", "ok"), told("q", "d2", result)});
    EXPECT_EQ(bad.step, Step::kRestart) << result;
    EXPECT_THAT(bad.why, HasSubstr("pod q")) << result;
  }
  auto without = std::make_shared<PodGlimpse>();
  EXPECT_EQ(decided({without}).step, Step::kRestart);
}

TEST(InPlaceDecision, AnAnswerToAnEarlierAskForTheSameValueIsNone) {
  auto pod = told("p", "d2");
  pod->report = {mark_text({"d2", kSince - 1h}), "reload-failed"};
  EXPECT_EQ(decided({pod}).step, InPlaceAnswer::Step::kWait);
}

TEST(InPlaceMark, IsReadAsItIsWrittenAndNothingElseIs) {
  const auto mark = parse_mark(mark_text({"d", kSince}));
  ASSERT_TRUE(mark);
  EXPECT_EQ(mark->digest, "d");
  EXPECT_EQ(mark->since, kSince);
  EXPECT_EQ(parse_mark(mark_text({"d", kSince, "A=1,B=2"}))->values, "A=1,B=2");
  for (const char* other : {"", "d", "d yesterday ", "d 2026-05-01T12:00:00Z"})
    EXPECT_FALSE(parse_mark(other)) << other;
  EXPECT_EQ(parse_report(R"({"mark":"m","result":"ok"})"), (InPlaceReport{"m", "ok"}));
  for (const char* other : {"", "[1]", "out of memory"}) EXPECT_EQ(parse_report(other), InPlaceReport{}) << other;
}

std::string named(const std::string& token, const std::string& variable, const std::string& value) {
  SecretMap values;
  values.emplace(variable, SecretBytes(value));
  return named_values(SecretBytes(token), values);
}

TEST(InPlaceMark, NamesValuesWithoutShowingThem) {
  const std::string name = named("token", "A", "canary");
  EXPECT_THAT(name, testing::MatchesRegex("A=[0-9a-f]{32}"));
  EXPECT_EQ(named("token", "A", "canary"), name);
  EXPECT_NE(named("another", "A", "canary"), name) << "nobody without the token can try values against it";
  EXPECT_NE(named("token", "A", "canary2"), name);
  EXPECT_NE(named("token", "B", "canary").substr(2), name.substr(2));
  SecretMap two;
  two.emplace("A", SecretBytes("canary"));
  two.emplace("B", SecretBytes("x"));
  EXPECT_EQ(named_values(SecretBytes("token"), two), name + "," + named("token", "B", "x"));
}

TEST(InPlacePod, ShowsWhichKeyOfASecretIsReadByWhichName) {
  const api::PodSpec pod = pod_in_place(kFromKey);
  EXPECT_THAT(delivered_keys(pod, "keys"), ElementsAre(testing::Pair("ANTHROPIC_API_KEY", "a")));
  EXPECT_THAT(delivered_keys(pod, "others"), IsEmpty());
  EXPECT_THAT(delivered_keys(build_stateful_set(instance_foo(kFromKey), {}).spec.pod_template.spec, "keys"), IsEmpty());
}

TEST(InPlacePod, KnowsTheNamesOfValuesByTheGatewaysToken) {
  const auto key_of = [](const api::PodSpec& pod) {
    const auto& env = container_of(pod, kReloadContainer).env;
    const auto found = std::ranges::find(env, "ROTOR_RELOAD_KEY", &api::EnvVar::name);
    return found == env.end() ? std::string() : found->value_from->secret_key_ref->name;
  };
  EXPECT_EQ(key_of(pod_in_place(kFromSecret)), "foo-gateway-token");
  EXPECT_EQ(key_of(build_stateful_set(reloading(kFromSecret), {.inject_token = false}).spec.pod_template.spec), "");
}

TEST(InPlaceRotation, TakesADeliveryBackWhenTheValuesWentBackMeanwhile) {
  Digests digests;
  digests.state = digests.look(Digests::data("1", "a"), "1", true).next;
  EXPECT_EQ(digests.look(Digests::data("1", "a"), "3").action, RotationDecision::Action::kNothing);
  digests.open = true;
  const RotationDecision back = digests.look(Digests::data("1", "a"), "3");
  EXPECT_EQ(back.action, RotationDecision::Action::kRotate);
  EXPECT_THAT(back.changed, ElementsAre("keys"));
  EXPECT_TRUE(back.in_place);
  const RotationDecision other = digests.look(Digests::data("1", "b"), "3");
  EXPECT_FALSE(other.in_place) << "what restarts the pods leaves nothing to take back";
  digests.missing_keys = {"ANTHROPIC_API_KEY"};
  EXPECT_THAT(digests.look(Digests::data("1", "a"), "3").changed, IsEmpty());
}

TEST(InPlaceRotation, IsOpenAsLongAsAPodWasToldOfWhatWasNotSeenToWork) {
  EXPECT_FALSE(delivery_is_open({}, ""));
  EXPECT_FALSE(delivery_is_open({pod_named("p")}, "d1"));
  EXPECT_FALSE(delivery_is_open({told("p", "d1")}, "d1"));
  EXPECT_TRUE(delivery_is_open({told("p", "d2")}, "d1"));
  EXPECT_TRUE(delivery_is_open({told("p", "d1"), told("q", "d2", "ok")}, "d1"));
  auto other = told("p", "d2");
  other->reloads = false;
  EXPECT_FALSE(delivery_is_open({other}, "d1"));
}

TEST(InPlaceGlimpse, ShowsWhatThePodAnsweredBeforeItsContainerWasStartedAgain) {
  const std::string head =
      R"({"metadata":{"name":"a-0","namespace":"ns","annotations":{"openclaw.rocks/secrets-in-place":"m"}},)"
      R"("spec":{"containers":[{"name":"openclaw"},{"name":"secret-reload"}]},"status":{"containerStatuses":[)"
      R"({"name":"secret-reload",)";
  const std::string ended = R"({"terminated":{"exitCode":0,"message":"{\"mark\":\"m\",\"result\":\"ok\"}"}})";
  for (const std::string& status : {R"("state":)" + ended, R"("state":{"running":{}},"lastState":)" + ended,
                                    R"("state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":)" + ended}) {
    const auto pod = read_pod_glimpse(head + status + "}]}}");
    ASSERT_TRUE(pod) << pod.error().message;
    EXPECT_TRUE(pod->reloads);
    EXPECT_EQ(pod->mark, "m");
    EXPECT_EQ(pod->report, (InPlaceReport{"m", "ok"})) << status;
    EXPECT_FALSE(pod->exit_code);
  }
}

}  // namespace
}  // namespace rotor::openclaw
