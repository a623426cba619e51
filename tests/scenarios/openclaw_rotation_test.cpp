// A Secret changes, the pod template follows: whole flows of the instance controller on the embedded API server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apiserver/server/faults.hpp"
#include "tests/scenarios/openclaw_running.hpp"

namespace rotor::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kOneKey = R"({"env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"keys","key":"A"}}}]})";
constexpr std::string_view kOptional = R"({"envFrom":[{"secretRef":{"name":"keys","optional":true}}]})";

class OpenClawRotation : public RunningInstance {};

TEST_F(OpenClawRotation, Row1W18AndB267AChangedValueOfAnEnvFromSecretRotatesOnce) {
  running();
  rotates_once([&] { world.secret("keys", R"({"A":"Mg=="})"); });
  world.until("the event", [&] { return !world.events("SecretRotated").empty(); });
  EXPECT_THAT(json::serialize(world.events("SecretRotated")[0]), HasSubstr("keys"));
  EXPECT_THAT(world.metrics().render(), HasSubstr("openclaw_secret_rotations_total{"));
}

TEST_F(OpenClawRotation, AnImmutableSecretThatWasMadeAnewIsToldOf) {
  running();
  rotates_once([&] {
    world.remove(kSecrets, "keys");
    world.create(kSecrets, "keys", R"({"immutable":true,"data":{"A":"Mg=="}})");
  });
  world.until("the event", [&] { return !world.events("SecretImmutable").empty(); });
}

TEST_F(OpenClawRotation, W1AndB268AChangedValueOfASecretKeyRefRotatesOnce) {
  running(kOneKey);
  rotates_once([&] { world.secret("keys", R"({"A":"Mg=="})"); });
}

TEST_F(OpenClawRotation, W17OneRotationIsOneWriteOfTheStatefulSet) {
  running();
  const auto before = world.operator_requests("patch", "statefulsets");
  const auto status_before = world.operator_requests("patch", "openclawinstances/status");
  rotates_once([&] { world.secret("keys", R"({"A":"Mg=="})"); });
  EXPECT_EQ(world.operator_requests("patch", "statefulsets"), before + 1);
  EXPECT_LE(world.operator_requests("patch", "openclawinstances/status"), status_before + 1);
}

TEST_F(OpenClawRotation, AWriteWhoseAnswerIsLostIsNotARestartMore) {
  running();
  world.faults().add({.verb = "patch", .resource = "statefulsets", .kind = apiserver::Fault::Kind::kDropAfterServing});
  const std::int64_t generation = world.generation("agent");
  world.secret("keys", R"({"A":"Mg=="})");
  world.until("the rotation", [&] { return world.generation("agent") > generation; });
  world.settle_after("agent", [&] { world.merge(kSecrets, "keys", R"({"metadata":{"labels":{"touched":"yes"}}})"); });
  EXPECT_EQ(world.generation("agent"), generation + 1);
}

TEST_F(OpenClawRotation, Row2AndB270MetadataOfASecretIsNothing) {
  running();
  stays([&] { world.merge(kSecrets, "keys", R"({"metadata":{"labels":{"touched":"yes"}}})"); });
}

TEST_F(OpenClawRotation, Row3AndB269AKeyThatNobodyReadsIsNothing) {
  running(kOneKey);
  stays([&] { world.secret("keys", R"({"B":"Mg=="})"); });
}

TEST_F(OpenClawRotation, Row4ANewKeyOfAnEnvFromSecretRotates) {
  running();
  rotates_once([&] { world.secret("keys", R"({"B":"Mg=="})"); });
}

TEST_F(OpenClawRotation, Row5W4AndB271ADeletedSecretLeavesThePodAlone) {
  running();
  const std::int64_t generation = world.generation("agent");
  world.remove(kSecrets, "keys");
  world.until("the condition", [&] { return world.condition("agent", "SecretsReady") == "False/SecretsMissing"; });
  EXPECT_EQ(world.generation("agent"), generation);
  world.until("the event", [&] { return !world.events("SecretNotFound").empty(); });
}

TEST_F(OpenClawRotation, Row6Row20W5AndB272RecreatedWithTheSameValueIsNothing) {
  running();
  const std::int64_t generation = world.generation("agent");
  world.remove(kSecrets, "keys");
  world.until("the condition", [&] { return world.condition("agent", "SecretsReady") == "False/SecretsMissing"; });
  world.secret("keys", R"({"A":"MQ=="})");
  world.until("the condition", [&] { return world.condition("agent", "SecretsReady") == "True/AllSecretsFound"; });
  EXPECT_EQ(world.generation("agent"), generation);
}

TEST_F(OpenClawRotation, Row7Row20W5AndB272RecreatedWithAnotherValueRotatesOnce) {
  running();
  rotates_once([&] {
    world.remove(kSecrets, "keys");
    world.secret("keys", R"({"A":"Mg=="})");
  });
}

TEST_F(OpenClawRotation, Row8AndW5ALateSecretRestartsNothing) {
  world.instance("agent", kEnvFrom);
  world.start_operator();
  world.until("the condition", [&] { return world.condition("agent", "SecretsReady") == "False/SecretsMissing"; });
  EXPECT_EQ(world.generation("agent"), 1);
  const std::string before = world.secret_hash("agent");
  world.secret("keys", R"({"A":"MQ=="})");
  world.until("the condition", [&] { return world.condition("agent", "SecretsReady") == "True/AllSecretsFound"; });
  EXPECT_EQ(world.generation("agent"), 1);
  EXPECT_EQ(world.secret_hash("agent"), before);
  rotates_once([&] { world.secret("keys", R"({"A":"Mg=="})"); });
}

TEST_F(OpenClawRotation, Row9W6AndB273AnAbsentOptionalSecretIsFineAndItsArrivalRotatesOnce) {
  running(kOptional, "");
  EXPECT_EQ(world.condition("agent", "SecretsReady"), "True/AllSecretsFound");
  EXPECT_TRUE(world.events("SecretNotFound").empty());
  rotates_once([&] { world.secret("keys", R"({"A":"MQ=="})"); });
}

TEST_F(OpenClawRotation, Row10ADeletedOptionalSecretRotatesOnce) {
  running(kOptional);
  rotates_once([&] { world.remove(kSecrets, "keys"); });
}

TEST_F(OpenClawRotation, Row11W11AndB278ABurstIsOneRotation) {
  world.secret("keys", R"({"A":"MQ=="})");
  world.secret("more", R"({"B":"MQ=="})");
  world.instance("agent", R"({"envFrom":[{"secretRef":{"name":"keys"}},{"secretRef":{"name":"more"}}]})");
  world.start_operator({.operator_namespace = "rotor", .quiet = 300ms});
  world.until("the condition", [&] { return world.condition("agent", "SecretsReady") == "True/AllSecretsFound"; });
  rotates_once([&] {
    world.secret("keys", R"({"A":"Mg=="})");
    world.secret("more", R"({"B":"Mg=="})");
    world.secret("keys", R"({"A":"Mw=="})");
  });
  EXPECT_EQ(world.events("SecretRotated").size(), 1U);
}

TEST_F(OpenClawRotation, Row17W12AndB277AnAnnotationOfSomebodyElseSurvives) {
  running();
  world.settle_after("agent", [&] {
    world.merge(kStatefulSets, "agent",
                R"({"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"now"}}}}})");
  });
  rotates_once([&] { world.secret("keys", R"({"A":"Mg=="})"); });
  EXPECT_THAT(json::serialize(world.get(kStatefulSets, "agent")), HasSubstr("kubectl.kubernetes.io/restartedAt"));
}

TEST_F(OpenClawRotation, Row19AChangeWhileTheOperatorIsAwayRotatesOnce) {
  running();
  world.stop_operator();
  rotates_once([&] {
    world.secret("keys", R"({"A":"Mg=="})");
    world.start_operator();
  });
}

TEST_F(OpenClawRotation, ARestartedOperatorReadsNoSecretThatDidNotChangeAndWritesNothing) {
  running();
  world.stop_operator();
  const auto reads = world.operator_requests("get", "secrets");
  const auto writes = world.operator_requests("patch", "statefulsets");
  world.start_operator();
  world.until("a pass", [&] { return world.passes("agent") > 0; });
  EXPECT_EQ(world.operator_requests("get", "secrets"), reads + 2);  // the digest key, and the token for the file
  EXPECT_EQ(world.operator_requests("patch", "statefulsets"), writes);
}

TEST_F(OpenClawRotation, Row21AChangedPrefixIsOneRolloutAndNoSecondOne) {
  running();
  const std::int64_t generation = world.generation("agent");
  world.merge(kInstances, "agent", R"({"spec":{"envFrom":[{"prefix":"P_","secretRef":{"name":"keys"}}]}})");
  world.until("the new template", [&] { return world.generation("agent") == generation + 1; });
  stays([&] { world.merge(kSecrets, "keys", R"({"metadata":{"labels":{"touched":"yes"}}})"); });
}

TEST_F(OpenClawRotation, Row22AndW10AKeyThatMovesToAnotherSecretRotates) {
  world.secret("keys", R"({"K":"MQ=="})");
  world.secret("more", R"({"L":"MQ=="})");
  world.instance("agent", R"({"envFrom":[{"secretRef":{"name":"keys"}},{"prefix":"P_","secretRef":{"name":"more"}}]})");
  world.start_operator({.operator_namespace = "rotor", .quiet = 200ms});
  world.until("the condition", [&] { return world.condition("agent", "SecretsReady") == "True/AllSecretsFound"; });
  rotates_once([&] {
    world.merge(kSecrets, "more", R"({"data":{"K":"MQ=="}})");
    world.merge(kSecrets, "keys", R"({"data":{"K":null}})");
  });
}

TEST_F(OpenClawRotation, Row23AndW10ValuesThatLookAlikeAreNotTheSame) {
  running(kEnvFrom, R"({"A":"MQpCPTI="})");  // "1\nB=2"
  rotates_once([&] { world.secret("keys", R"({"A":"MQ==","B":"Mg=="})"); });
}

TEST_F(OpenClawRotation, B280ASecretOfTheSameNameElsewhereIsNobodys) {
  running();
  const auto passes = world.passes("agent");
  world.secret("unrelated", R"({"A":"Mg=="})");
  world.instance("other", "{}");
  world.until("the other instance", [&] { return world.passes("other") > 0; });
  EXPECT_EQ(world.passes("agent"), passes);
}

TEST_F(OpenClawRotation, W2AndB281ASecretOfASidecarRotatesOnce) {
  running(R"({"sidecars":[{"name":"side","image":"busybox",
      "env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"keys","key":"A"}}}]}]})");
  rotates_once([&] { world.secret("keys", R"({"A":"Mg=="})"); });
}

TEST_F(OpenClawRotation, W2ASecretOfAnInitContainerRotatesOnce) {
  running(R"({"initContainers":[{"name":"first","image":"busybox","envFrom":[{"secretRef":{"name":"keys"}}]}]})");
  rotates_once([&] { world.secret("keys", R"({"A":"Mg=="})"); });
}

TEST_F(OpenClawRotation, Row14AndB275AnotherTokenOfTheUsersOwnRotatesOnce) {
  running(R"({"gateway":{"existingSecret":"keys"}})", R"({"token":"MQ=="})");
  rotates_once([&] { world.secret("keys", R"({"token":"Mg=="})"); });
}

TEST_F(OpenClawRotation, Row14AndB276ADeletedTokenIsMadeAnewAndRotatesOnce) {
  running();
  const json::Value before = world.get(kSecrets, "agent-gateway-token");
  rotates_once([&] { world.remove(kSecrets, "agent-gateway-token"); });
  EXPECT_NE(*json::find(world.get(kSecrets, "agent-gateway-token"), "data.token"), *json::find(before, "data.token"));
}

TEST_F(OpenClawRotation, Row15ATokenThatIsTakenOutIsNoLongerInjected) {
  running();
  EXPECT_THAT(json::serialize(world.get(kStatefulSets, "agent")), HasSubstr("OPENCLAW_GATEWAY_TOKEN"));
  const std::int64_t generation = world.generation("agent");
  world.merge(kSecrets, "agent-gateway-token", R"({"data":{"token":null}})");
  world.until("the new template", [&] { return world.generation("agent") == generation + 1; });
  EXPECT_THAT(json::serialize(*json::find(world.get(kStatefulSets, "agent"), "spec.template.spec")),
              Not(HasSubstr("OPENCLAW_GATEWAY_TOKEN")));
}

TEST_F(OpenClawRotation, Row16ATokenThatATrustedProxyMakesUselessIsNothing) {
  running(R"({"config":{"raw":{"gateway":{"auth":{"mode":"trusted-proxy"}}}}})");
  stays([&] { world.merge(kSecrets, "agent-gateway-token", R"({"data":{"token":"b3RoZXI="}})"); });
}

TEST_F(OpenClawRotation, ASecretThatIsMarkedToBeIgnoredRestartsNothing) {
  running();
  for (const char* mark : {"openclaw.rocks/ignore-rotation", "reloader.stakater.com/ignore"}) {
    const std::string annotate = std::string(R"({"metadata":{"annotations":{")") + mark + R"(":"true"}}})";
    world.settle_after("agent", [&] { world.merge(kSecrets, "keys", annotate); });
    stays([&] { world.secret("keys", std::string(R"({"A":")") + (mark[0] == 'o' ? "Mg==" : "Mw==") + "\"}"); });
    world.merge(kSecrets, "keys", R"({"data":{"A":"MQ=="},"metadata":{"annotations":null}})");
  }
}

TEST_F(OpenClawRotation, W9ManyInstancesAtOnceAreMadeOnceAndNotRestartedForTheirOwnToken) {
  world.secret("keys", R"({"A":"MQ=="})");
  world.start_operator();
  for (int i = 0; i < 40; ++i) world.instance("agent-" + std::to_string(i), kEnvFrom);
  for (int i = 0; i < 40; ++i) {
    const std::string name = "agent-" + std::to_string(i);
    world.until("its pass", [&] { return world.condition(name, "SecretsReady") == "True/AllSecretsFound"; });
  }
  for (int i = 0; i < 40; ++i) EXPECT_EQ(world.generation("agent-" + std::to_string(i)), 1);
}

TEST_F(OpenClawRotation, W23AFailureIsTriedAgainAfterAtMostTheLimit) {
  EXPECT_EQ(openclaw::ControllerOptions{}.retry_at_most, 60s);
  world.secret("keys", R"({"A":"MQ=="})");
  world.faults().add({.verb = "patch", .resource = "serviceaccounts", .times = 6});
  world.instance("agent", kEnvFrom);
  world.start_operator({.operator_namespace = "rotor", .quiet = 0ns, .retry_at_most = 20ms});
  world.until("the pass after six failures", [&] { return world.passes("agent") > 0; });
}

TEST_F(OpenClawRotation, ValuesAreNowhereButInTheSecret) {
  running(kEnvFrom, R"({"A":"Y2FuYXJ5LTVmMmM5YTdl"})");  // canary-5f2c9a7e
  rotates_once([&] { world.secret("keys", R"({"B":"Y2FuYXJ5LTVmMmM5YTdl"})"); });
  for (const kube::Resource& kind : {kInstances, kStatefulSets, kServices}) {
    const std::string text = json::serialize(world.get(kind, "agent"));
    EXPECT_THAT(text, Not(HasSubstr("canary-5f2c9a7e")));
    EXPECT_THAT(text, Not(HasSubstr("Y2FuYXJ5LTVmMmM5YTdl")));
  }
  EXPECT_THAT(world.metrics().render(), Not(HasSubstr("canary-5f2c9a7e")));
}

}  // namespace
}  // namespace rotor::test
