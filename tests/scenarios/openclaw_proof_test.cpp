// A new value is proven before a running process is stopped for it: whole flows on the embedded API server. The tests
// play the Job controller.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apiserver/server/faults.hpp"
#include "json/yaml.hpp"
#include "openclaw/proof/settings.hpp"
#include "tests/fakes/source_dir.hpp"
#include "tests/scenarios/openclaw_running.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr kube::Resource kJobs{"batch", "v1", "jobs", "Job"};
constexpr std::string_view kCommand =
    R"("openclaw.rocks/secret-proof":"command","openclaw.rocks/secret-proof-command":"[\"check-key\"]")";
constexpr std::string_view kWell =
    R"({"type":"SuccessCriteriaMet","status":"True"},{"type":"Complete","status":"True"})";
constexpr std::string_view kBadValue =
    R"({"type":"FailureTarget","status":"True"},{"type":"Failed","status":"True","reason":"PodFailurePolicy"})";
constexpr std::string_view kLate =
    R"({"type":"FailureTarget","status":"True"},{"type":"Failed","status":"True","reason":"DeadlineExceeded"})";

class OpenClawProof : public RunningInstance {
 protected:
  void proven(std::string_view annotations = kCommand, std::string_view spec = kEnvFrom) {
    running(spec);
    world.settle_after("agent", [&] {
      world.merge(kInstances, "agent", R"({"metadata":{"annotations":{)" + std::string(annotations) + "}}}");
    });
    generation = world.generation("agent");
  }
  std::vector<json::Value> jobs() { return world.all(kJobs); }
  // Its name; empty while there is none, or an old one beside it.
  std::string only_job() {
    const std::vector<json::Value> all = jobs();
    return all.size() == 1 ? std::string(json::find_string(all.front(), "metadata.name")) : std::string();
  }
  std::string the_job(const std::string& other_than = "") {
    std::string name;
    world.until("one proof Job", [&] { return !(name = only_job()).empty() && name != other_than; });
    return name;
  }
  void new_value(std::string_view base64) { world.secret("keys", R"({"A":")" + std::string(base64) + "\"}"); }
  void ends(const std::string& job, std::string_view conditions) {
    std::string times = R"("startTime":"2026-01-02T03:04:05Z")";  // without them the API server refuses it
    if (conditions == kWell) times += R"(,"completionTime":"2026-01-02T03:04:06Z")";
    world.merge(kJobs, job, R"({"status":{)" + times + R"(,"conditions":[)" + std::string(conditions) + "]}}",
                "status");
  }
  bool secrets_ready(std::string_view is) { return world.condition("agent", "SecretsReady") == is; }
  void untouched() {
    EXPECT_EQ(world.generation("agent"), generation);
    EXPECT_EQ(world.phase("agent"), "Running");
  }

  std::int64_t generation = 0;
};

TEST_F(OpenClawProof, PodsRestartOnlyOnceTheJobIsGood) {
  proven();
  new_value("Mg==");
  const std::string job = the_job();
  world.until("the condition",
              [&] { return world.condition("agent", "RotationWaiting") == "True/SecretProofRunning"; });
  untouched();
  ends(job, kWell);
  world.until("the restart", [&] { return world.generation("agent") == generation + 1; });
  world.until("the event", [&] { return !world.events("SecretRotated").empty(); });
  world.until("no condition", [&] { return world.condition("agent", "RotationWaiting").empty(); });
}

TEST_F(OpenClawProof, TheJobUsesTheSecretThatHoldsTheNewValueAndBelongsToTheInstance) {
  proven();
  new_value("Mg==");
  const std::string job = the_job();
  const std::string text = json::serialize(world.get(kJobs, job));
  EXPECT_THAT(text, HasSubstr(R"("envFrom":[{"secretRef":{"name":"keys"}}])"));
  EXPECT_THAT(text, HasSubstr(R"("command":["check-key"])"));
  world.remove(kInstances, "agent", {.propagation_policy = "Background"});
  world.until("the Job to go with its instance", [&] { return world.get(kJobs, job).is_null(); });
}

TEST_F(OpenClawProof, ABadValueRestartsNothingUntilThereIsAnother) {
  proven(kCommand, R"({"env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"keys","key":"A"}}}]})");
  new_value("Mg==");
  const std::string first = the_job();
  ends(first, kBadValue);
  world.until("the condition", [&] { return secrets_ready("False/SecretRejected"); });
  untouched();
  world.until("the event", [&] { return world.events("SecretRejected").size() == 1; });
  const std::string told = json::serialize(world.events("SecretRejected").front());
  EXPECT_THAT(told, HasSubstr("keys"));
  EXPECT_THAT(told, HasSubstr("(key A)"));
  const std::string refused =
      R"(openclaw_instance_secrets_not_ready{instance="agent",namespace="ns",reason="SecretRejected"} 1)";
  EXPECT_THAT(world.metrics().render(), HasSubstr(refused));

  world.settle_after("agent", [&] { world.merge(kInstances, "agent", R"({"metadata":{"labels":{"a":"b"}}})"); });
  EXPECT_EQ(world.events("SecretRejected").size(), 1U);
  EXPECT_EQ(jobs().size(), 1U) << "one proof for one value";

  new_value("Mw==");
  ends(the_job(first), kWell);
  world.until("the restart", [&] { return world.generation("agent") == generation + 1; });
  world.until("the condition", [&] { return secrets_ready("True/AllSecretsFound"); });
}

TEST_F(OpenClawProof, ABadValueThatGoesBackToTheOldOneNeedsNoRestart) {
  proven();
  new_value("Mg==");
  ends(the_job(), kBadValue);
  world.until("the condition", [&] { return secrets_ready("False/SecretRejected"); });
  new_value("MQ==");
  world.until("the condition", [&] { return secrets_ready("True/AllSecretsFound"); });
  untouched();
}

TEST_F(OpenClawProof, WithoutAVerdictTheRestartGoesOnAndIsTold) {
  proven();
  new_value("Mg==");
  ends(the_job(), kLate);
  world.until("the restart", [&] { return world.generation("agent") == generation + 1; });
  world.until("the event", [&] { return !world.events("SecretProofUnknown").empty(); });
  EXPECT_THAT(json::serialize(world.events("SecretProofUnknown").front()), HasSubstr("DeadlineExceeded"));
}

TEST_F(OpenClawProof, WithoutAVerdictItHoldsWhereThatIsAskedFor) {
  proven(std::string(kCommand) + R"(,"openclaw.rocks/secret-proof-unknown":"hold")");
  new_value("Mg==");
  const std::string job = the_job();
  ends(job, kLate);
  world.until("the condition", [&] { return secrets_ready("False/SecretProofUnknown"); });
  untouched();
  world.remove(kJobs, job, {.propagation_policy = "Background"});
  world.until("the value to be tried again", [&] {
    return jobs().size() == 1 && world.condition("agent", "RotationWaiting") == "True/SecretProofRunning";
  });
}

TEST_F(OpenClawProof, AnOperatorThatStartsAgainFindsTheProofThatRuns) {
  proven();
  new_value("Mg==");
  const std::string job = the_job();
  world.until("the condition",
              [&] { return world.condition("agent", "RotationWaiting") == "True/SecretProofRunning"; });
  world.stop_operator();
  ends(job, kBadValue);
  world.start_operator();
  world.until("the condition", [&] { return secrets_ready("False/SecretRejected"); });
  EXPECT_EQ(the_job(), job);
  untouched();
}

TEST_F(OpenClawProof, AnAnnotationThatCannotBeMeantIsToldAndHolds) {
  proven(R"("openclaw.rocks/secret-proof":"perhaps")");
  world.until("the event", [&] { return !world.events("SecretProofInvalid").empty(); });
  new_value("Mg==");
  world.until("the condition", [&] { return secrets_ready("False/SecretProofInvalid"); });
  untouched();
  EXPECT_TRUE(jobs().empty());
  rotates_once([&] {
    world.merge(kInstances, "agent", R"({"metadata":{"annotations":{"openclaw.rocks/secret-proof":"none"}}})");
  });
}

TEST_F(OpenClawProof, WhereNobodyRunsJobsThatIsSaidAndNoneIsMade) {
  world.secret("keys", R"({"A":"MQ=="})");
  world.instance("agent", kEnvFrom);
  world.start_operator({.operator_namespace = "rotor", .quiet = std::chrono::nanoseconds(0), .node_runs_jobs = false});
  world.until("the StatefulSet", [this] { return world.generation("agent") == 1; });
  world.merge(
      kInstances, "agent",
      R"({"metadata":{"annotations":{"openclaw.rocks/secret-proof-unknown":"hold",)" + std::string(kCommand) + "}}}");
  new_value("Mg==");
  world.until("the condition", [&] { return secrets_ready("False/SecretProofUnknown"); });
  EXPECT_TRUE(jobs().empty());
  EXPECT_THAT(json::serialize(world.get(kInstances, "agent")), HasSubstr("rotor run --proof"));
}

TEST_F(OpenClawProof, WhereTheNodeTriesValuesItselfNothingIsAskedForATrial) {
  world.secret("keys", R"({"A":"MQ=="})");
  world.instance("agent", kEnvFrom);
  world.start_operator({.operator_namespace = "rotor",
                        .quiet = std::chrono::nanoseconds(0),
                        .node_runs_jobs = false,
                        .node_tries_values = true});
  world.until("the StatefulSet", [this] { return world.generation("agent") == 1; });
  world.merge(
      kInstances, "agent",
      R"({"metadata":{"annotations":{"openclaw.rocks/secret-proof-unknown":"hold",)" + std::string(kCommand) + "}}}");
  rotates_once([&] { new_value("Mg=="); });
  EXPECT_TRUE(jobs().empty());
  EXPECT_TRUE(world.events("SecretProofUnknown").empty());
}

// A kubelet shows a Job's pod what the pods beside it have: its verdict would be about the old value.
TEST_F(OpenClawProof, AnImmutableSecretThatWasMadeAnewGetsNoVerdictAndHolds) {
  proven(std::string(kCommand) + R"(,"openclaw.rocks/secret-proof-unknown":"hold")");
  world.remove(kSecrets, "keys");
  world.create(kSecrets, "keys", R"({"immutable":true,"data":{"A":"Mg=="}})");
  world.until("the condition", [&] { return secrets_ready("False/SecretProofUnknown"); });
  untouched();
  EXPECT_TRUE(jobs().empty());
  const std::string said = json::serialize(world.get(kInstances, "agent"));
  EXPECT_THAT(said, HasSubstr("another name"));
  world.until("the event", [&] { return world.events("SecretProofUnknown").size() == 1; });
}

TEST_F(OpenClawProof, AnImmutableSecretThatWasMadeAnewGoesOnWhereNoVerdictMeansThat) {
  proven();
  world.remove(kSecrets, "keys");
  world.create(kSecrets, "keys", R"({"immutable":true,"data":{"A":"Mg=="}})");
  world.until("the restart", [&] { return world.generation("agent") == generation + 1; });
  world.until("the event", [&] { return !world.events("SecretProofUnknown").empty(); });
  EXPECT_THAT(json::serialize(world.events("SecretProofUnknown").front()), HasSubstr("another name"));
  EXPECT_TRUE(jobs().empty());
}

TEST_F(OpenClawProof, ThatPodsTookAnImmutableSecretIsKnownAfterARestartOfTheOperator) {
  world.create(kSecrets, "keys", R"({"immutable":true,"data":{"A":"MQ=="}})");
  running(kEnvFrom, "");
  world.settle_after("agent", [&] {
    world.merge(
        kInstances, "agent",
        R"({"metadata":{"annotations":{"openclaw.rocks/secret-proof-unknown":"hold",)" + std::string(kCommand) + "}}}");
  });
  world.stop_operator();
  world.remove(kSecrets, "keys");
  new_value("Mg==");  // no longer immutable, which changes nothing for the node
  world.start_operator();
  world.until("the condition", [&] { return secrets_ready("False/SecretProofUnknown"); });
  EXPECT_TRUE(jobs().empty());
}

TEST_F(OpenClawProof, AJobThatMayNotBeMadeIsNoVerdict) {
  proven();
  world.faults().add({.verb = "create", .resource = "jobs", .status = 403, .reason = "Forbidden"});
  new_value("Mg==");
  world.until("the restart", [&] { return world.generation("agent") == generation + 1; });
  world.until("the event", [&] { return !world.events("SecretProofUnknown").empty(); });
  EXPECT_THAT(json::serialize(world.events("SecretProofUnknown").front()), HasSubstr("cannot be made"));
}

TEST_F(OpenClawProof, TheExamplesOfItsPageMeanWhatTheySay) {
  const std::map<std::string, openclaw::ProofSettings::Kind> examples = {
      {"command", openclaw::ProofSettings::Kind::kCommand}, {"models", openclaw::ProofSettings::Kind::kOpenclawModels}};
  world.start_operator();
  for (const auto& [name, kind] : examples) {
    const auto document = json::parse_yaml(read_file(source_path("examples/proof/" + name + ".yaml")));
    ASSERT_TRUE(document) << name;
    world.create(kInstances, name, json::serialize(*document));
    const auto made = json::read<kube::PartialObject>(json::serialize(world.get(kInstances, name)));
    const openclaw::ProofSettings settings = openclaw::read_proof_settings(made->metadata.annotations);
    EXPECT_EQ(settings.kind, kind);
    EXPECT_THAT(settings.problems, testing::IsEmpty());
  }
  world.until("both to be looked at",
              [&] { return world.phase("command") == "Provisioning" && world.phase("models") == "Provisioning"; });
  EXPECT_TRUE(world.events("SecretProofInvalid").empty());
}

}  // namespace
}  // namespace rotor::test
