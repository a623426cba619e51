// Proving a new value before a restart: what annotations mean, what the Job looks like, what its end says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openclaw/builders/objects.hpp"
#include "openclaw/names.hpp"
#include "openclaw/proof/job.hpp"
#include "openclaw/proof/models_probe.hpp"
#include "openclaw/proof/verdict.hpp"

namespace rotor::openclaw {
namespace {

using namespace std::chrono_literals;
using Kind = ProofSettings::Kind;
using Verdict = Permit::Verdict;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string annotation(std::string_view name) { return "openclaw.rocks/secret-proof" + std::string(name); }

ProofSettings settings(const kube::StringMap& annotations) { return read_proof_settings(annotations); }

TEST(ProofSettings, WithoutAnnotationsThePodThatStartsIsTheProof) {
  const ProofSettings s = settings({});
  EXPECT_EQ(s.kind, Kind::kReadiness);
  EXPECT_FALSE(s.runs_job());
  EXPECT_FALSE(s.unknown_holds);
  EXPECT_EQ(s.deadline, 5min);
  EXPECT_THAT(s.problems, IsEmpty());
}

TEST(ProofSettings, EachWordIsAKindOfProof) {
  EXPECT_EQ(settings({{annotation(""), "none"}}).kind, Kind::kNone);
  EXPECT_EQ(settings({{annotation(""), "readiness"}}).kind, Kind::kReadiness);
  EXPECT_EQ(settings({{annotation(""), "openclaw-models"}}).kind, Kind::kOpenclawModels);
  const ProofSettings command = settings({{annotation(""), "command"}, {annotation("-command"), R"( ["a","b c"])"}});
  EXPECT_EQ(command.kind, Kind::kCommand);
  EXPECT_THAT(command.command, ElementsAre("a", "b c"));
  EXPECT_THAT(command.problems, IsEmpty());
}

TEST(ProofSettings, AnEmptyAnnotationIsNone) {
  const ProofSettings s = settings({{annotation(""), ""},
                                    {annotation("-command"), ""},
                                    {annotation("-unknown"), ""},
                                    {annotation("-deadline"), ""}});
  EXPECT_EQ(s.kind, Kind::kReadiness);
  EXPECT_FALSE(s.unclear);
  EXPECT_FALSE(s.unknown_holds);
  EXPECT_THAT(s.problems, IsEmpty());
  EXPECT_THAT(settings({{annotation(""), "command"}, {annotation("-command"), ""}}).problems,
              ElementsAre(HasSubstr("it is missing")));
}

TEST(ProofSettings, WhatCannotBeMeantIsSaidAndNoPodRestartsForIt) {
  const ProofSettings unknown = settings({{annotation(""), "maybe"}});
  EXPECT_TRUE(unknown.unclear);
  EXPECT_THAT(unknown.problems, ElementsAre(HasSubstr(R"(openclaw.rocks/secret-proof: unknown value "maybe")")));
  EXPECT_THAT(unknown.problems.front(), HasSubstr("none, readiness, command or openclaw-models"));

  EXPECT_THAT(settings({{annotation(""), "command"}}).problems, ElementsAre(HasSubstr("it is missing")));
  for (const char* text : {"check-key", R"({"a":"b"})", "[1]", "null", " ", R"(["a")"}) {
    const ProofSettings s = settings({{annotation(""), "command"}, {annotation("-command"), text}});
    EXPECT_TRUE(s.unclear) << text;
    EXPECT_THAT(s.problems, ElementsAre(HasSubstr("it is no JSON list of strings"))) << text;
  }
  EXPECT_THAT(settings({{annotation(""), "command"}, {annotation("-command"), "[]"}}).problems,
              ElementsAre(HasSubstr("the list is empty")));
  EXPECT_TRUE(settings({{annotation(""), "command"}, {annotation("-command"), R"([""])"}}).unclear);

  const Permit refused = refuse_unclear(unknown);
  EXPECT_EQ(refused.verdict, Verdict::kRefuse);
  EXPECT_EQ(refused.reason, "SecretProofInvalid");
  EXPECT_THAT(refused.message, HasSubstr("maybe"));
}

TEST(ProofSettings, AnUnknownWordAboutNoVerdictHolds) {
  EXPECT_TRUE(settings({{annotation("-unknown"), "hold"}}).unknown_holds);
  EXPECT_FALSE(settings({{annotation("-unknown"), "proceed"}}).unknown_holds);
  const ProofSettings s = settings({{annotation("-unknown"), "procede"}});
  EXPECT_TRUE(s.unknown_holds);
  EXPECT_FALSE(s.unclear);
  EXPECT_THAT(s.problems, ElementsAre(HasSubstr("hold is assumed")));
}

TEST(ProofSettings, ADeadlineHasBoundsAndADefault) {
  EXPECT_EQ(settings({{annotation("-deadline"), "90s"}}).deadline, 90s);
  EXPECT_EQ(settings({{annotation("-deadline"), "1h"}}).deadline, 1h);
  for (const char* text : {"9s", "61m", "soon", "90", "-5m"}) {
    const ProofSettings s = settings({{annotation("-deadline"), text}});
    EXPECT_EQ(s.deadline, 5min) << text;
    EXPECT_THAT(s.problems, ElementsAre(HasSubstr("from 10s to 1h"))) << text;
  }
}

TEST(ProofSettings, ACommandIsNeverQuoted) {
  const ProofSettings s = settings({{annotation(""), "command"}, {annotation("-command"), "curl -H canary-4711"}});
  EXPECT_THAT(refuse_unclear(s).message, Not(HasSubstr("canary-4711")));
}

api::VolumeMount mount(std::string name, std::string path) {
  api::VolumeMount m;
  m.name = std::move(name);
  m.mount_path = std::move(path);
  return m;
}

api::Volume volume(std::string name) {
  api::Volume v;
  v.name = std::move(name);
  return v;
}

// An instance with everything that a proof must not take over, and a new value of the Secret "keys".
RotationWish full_wish(std::string name = "agent", std::string digest = "k-1") {
  auto instance = std::make_shared<api::OpenClawInstance>();
  instance->metadata.name = std::move(name);
  instance->metadata.ns = "ns";
  instance->metadata.uid = "u-1";
  instance->spec.env_from.emplace_back();
  instance->spec.env_from.back().secret_ref.emplace().name = "keys";
  RotationWish wish;
  wish.wanted = build_stateful_set(*instance, {.present_claim = "data-claim"});
  api::PodSpec& pod = wish.wanted.spec.pod_template.spec;
  api::Container& main = pod.containers.front();
  main.readiness_probe = main.liveness_probe = main.startup_probe = main.lifecycle = json::Raw{"{}"};
  main.args = {"gateway"};
  main.termination_message_policy = "FallbackToLogsOnError";
  main.volume_mounts.push_back(mount("shared", "/shared"));
  main.volume_mounts.push_back(mount("certificates", "/certificates"));
  api::Volume shared = volume("shared");
  shared.host_path = json::Raw{R"({"path":"/srv"})"};
  api::Volume certificates = volume("certificates");
  certificates.secret.emplace().secret_name = "tls";
  api::Volume unused = volume("unused");
  unused.empty_dir = json::Raw{"{}"};
  pod.volumes.insert(pod.volumes.end(), {shared, certificates, unused});
  api::Container layout;
  layout.name = "init-config";
  layout.image = "i";
  layout.volume_mounts = {mount("data", "/data")};
  api::Container users;
  users.name = "migrate";
  pod.init_containers = {users, layout};
  api::Container sidecar;
  sidecar.name = "sidecar";
  pod.containers.push_back(sidecar);
  wish.changed = {{"keys", std::move(digest)}};
  wish.references["keys"].prefixes.insert("");
  wish.instance = std::move(instance);
  return wish;
}

ProofSettings command_proof() {
  return settings({{annotation(""), "command"}, {annotation("-command"), R"(["check-key"])"}});
}

TEST(ProofJob, IsTheMainContainerAloneWithTheSecretsThatThePodsWouldGet) {
  const RotationWish wish = full_wish();
  const api::Job job = build_proof_job(wish, command_proof());
  const api::PodSpec& pod = job.spec.pod_template.spec;
  ASSERT_EQ(pod.containers.size(), 1U);
  const api::Container& proof = pod.containers.front();
  const api::Container& main = wish.wanted.spec.pod_template.spec.containers.front();
  EXPECT_EQ(proof.name, "proof");
  EXPECT_EQ(proof.image, main.image);
  EXPECT_EQ(proof.env_from.front().secret_ref->name, "keys");
  EXPECT_EQ(json::write(proof.env), json::write(main.env));
  EXPECT_EQ(json::write(proof.security_context), json::write(main.security_context));
  EXPECT_THAT(proof.command, ElementsAre("check-key"));
  EXPECT_THAT(proof.args, IsEmpty());
  EXPECT_THAT(proof.ports, IsEmpty());
  EXPECT_FALSE(proof.liveness_probe || proof.readiness_probe || proof.startup_probe || proof.lifecycle);
  EXPECT_EQ(pod.service_account_name, "agent");
  EXPECT_EQ(pod.restart_policy, "Never");
  ASSERT_EQ(pod.init_containers.size(), 1U);
  EXPECT_EQ(pod.init_containers.front().name, "init-config");
}

TEST(ProofJob, WhatACommandPrintsNeverBecomesPartOfAnObject) {
  const api::Job job = build_proof_job(full_wish(), command_proof());
  EXPECT_EQ(job.spec.pod_template.spec.containers.front().termination_message_policy, "");
}

TEST(ProofJob, MountsNoClaimAndWritesNoSharedFolder) {
  const api::PodSpec pod = build_proof_job(full_wish(), command_proof()).spec.pod_template.spec;
  std::map<std::string, const api::Volume*> volumes;
  for (const api::Volume& v : pod.volumes) volumes.emplace(v.name, &v);
  ASSERT_TRUE(volumes.contains("data"));
  EXPECT_FALSE(volumes["data"]->persistent_volume_claim);
  EXPECT_TRUE(volumes["data"]->empty_dir);
  EXPECT_TRUE(volumes["shared"]->host_path);
  EXPECT_EQ(volumes["certificates"]->secret->secret_name, "tls");
  EXPECT_FALSE(volumes.contains("unused"));
  for (const api::VolumeMount& m : pod.containers.front().volume_mounts) {
    if (m.name == "shared") EXPECT_EQ(m.read_only, true);
    if (m.name == "data") EXPECT_FALSE(m.read_only);
  }
}

TEST(ProofJob, IsNoPodOfTheInstanceForServicesAndBudgets) {
  const RotationWish wish = full_wish();
  const api::Job job = build_proof_job(wish, command_proof());
  const auto& labels = job.spec.pod_template.metadata.labels;
  EXPECT_FALSE(kube::matches({.match_labels = selector_labels(*wish.instance)}, labels));
  EXPECT_EQ(labels.at("openclaw.rocks/secret-proof-of"), "agent");
  EXPECT_EQ(job.metadata.labels.at("openclaw.rocks/secret-proof-of"), "agent");
  EXPECT_EQ(job.metadata.owner_references.front().uid, "u-1");
}

TEST(ProofJob, RunsOnceWithinItsDeadlineAndItsExitCodeDecides) {
  const api::Job job = build_proof_job(full_wish(), command_proof());
  EXPECT_EQ(job.spec.backoff_limit, 0);
  EXPECT_EQ(job.spec.active_deadline_seconds, 300);
  EXPECT_EQ(job.spec.ttl_seconds_after_finished, 24 * 3600);
  EXPECT_THAT(json::write(job.spec.pod_failure_policy),
              HasSubstr(R"("action":"FailJob","onExitCodes":{"containerName":"proof","operator":"In","values":[1]})"));
}

TEST(ProofJob, HasANameForEachValueAndCommandThatFitsALabel) {
  const ProofSettings command = command_proof();
  const std::string name = proof_job_name(full_wish(), command);
  EXPECT_THAT(name, testing::MatchesRegex("agent-proof-[0-9a-f]{10}"));
  EXPECT_EQ(name, proof_job_name(full_wish(), command));
  EXPECT_NE(name, proof_job_name(full_wish("agent", "k-2"), command));
  EXPECT_NE(name, proof_job_name(full_wish(), settings({{annotation(""), "openclaw-models"}})));
  EXPECT_EQ(proof_job_name(full_wish(std::string(52, 'a')), command).size(), 63U);
}

TEST(ProofJob, OfModelKeysRunsTheScriptOfOurs) {
  const api::Job job = build_proof_job(full_wish(), settings({{annotation(""), "openclaw-models"}}));
  const auto& command = job.spec.pod_template.spec.containers.front().command;
  ASSERT_EQ(command.size(), 3U);
  EXPECT_EQ(command[0], "node");
  EXPECT_THAT(command[2], HasSubstr("--probe"));
  EXPECT_THAT(command[2], Not(HasSubstr("$("))) << "Kubernetes would put a variable there";
}

std::string ended(std::string_view type, std::string_view reason) {
  return R"({"metadata":{"name":"j","namespace":"ns","labels":{"openclaw.rocks/secret-proof-of":"agent"},)"
         R"("creationTimestamp":"2026-01-02T03:04:05Z"},"status":{"conditions":[{"type":"FailureTarget","status":"True",)"
         R"("reason":"x"},{"type":")" +
         std::string(type) + R"(","status":"True","reason":")" + std::string(reason) + R"("}]}})";
}

TEST(ProofMark, ItsConditionsSayHowItEnded) {
  EXPECT_EQ(read_proof_mark(ended("Complete", ""))->outcome, ProofOutcome::kGood);
  EXPECT_EQ(read_proof_mark(ended("Failed", "PodFailurePolicy"))->outcome, ProofOutcome::kBad);
  EXPECT_EQ(read_proof_mark(ended("Failed", "BackoffLimitExceeded"))->outcome, ProofOutcome::kUnknown);
  EXPECT_EQ(read_proof_mark(ended("Failed", "DeadlineExceeded"))->outcome, ProofOutcome::kUnknown);
  EXPECT_EQ(read_proof_mark(ended("Suspended", ""))->outcome, ProofOutcome::kRunning);
  EXPECT_EQ(read_proof_mark(ended("Complete", ""))->instance, "agent");
}

struct Judged {
  ProofSettings settings = command_proof();
  ProofMark mark = *read_proof_mark(ended("Suspended", ""));
  ProofAnswer by(Duration age = 0s) const {
    return judge_proof(settings, {.about = "Secret \"keys\" (key A)", .job = "j", .seen = &mark, .age = age});
  }
};

TEST(ProofVerdict, ARunningProofWaitsAndLooksAgainOnceItIsOverdue) {
  Judged judged;
  const Permit waits = judged.by(10s).permit;
  EXPECT_EQ(waits.verdict, Verdict::kWait);
  EXPECT_EQ(waits.reason, "SecretProofRunning");
  EXPECT_EQ(waits.look_again, 350s);
  EXPECT_TRUE(judged.by(359s).note.empty());
  EXPECT_THAT(judged.by(360s).note, HasSubstr("has not ended in time"));
}

TEST(ProofVerdict, AGoodOneGoesAndABadOneIsRefusedWithSecretAndKey) {
  Judged judged;
  judged.mark.outcome = ProofOutcome::kGood;
  EXPECT_TRUE(judged.by().permit.goes());
  judged.mark.outcome = ProofOutcome::kBad;
  const Permit refused = judged.by().permit;
  EXPECT_EQ(refused.verdict, Verdict::kRefuse);
  EXPECT_EQ(refused.reason, "SecretRejected");
  EXPECT_THAT(refused.message, HasSubstr("Secret \"keys\" (key A)"));
  EXPECT_THAT(refused.message, HasSubstr("Job j"));
}

TEST(ProofVerdict, WithoutAVerdictItGoesOnOrHoldsAsAsked) {
  Judged judged;
  judged.mark.outcome = ProofOutcome::kUnknown;
  judged.mark.reason = "DeadlineExceeded";
  EXPECT_TRUE(judged.by().permit.goes());
  EXPECT_THAT(judged.by().note, HasSubstr("DeadlineExceeded"));
  judged.settings.unknown_holds = true;
  EXPECT_EQ(judged.by().permit.verdict, Verdict::kRefuse);
  EXPECT_EQ(judged.by().permit.reason, "SecretProofUnknown");
  EXPECT_TRUE(judged.by().note.empty());
  const ProofAnswer none = judge_proof(judged.settings, {.about = "a", .job = "j", .obstacle = "not allowed"});
  EXPECT_THAT(none.permit.message, HasSubstr("not allowed"));
  EXPECT_THAT(none.permit.message, Not(HasSubstr("Delete Job"))) << "there is none";
  EXPECT_THAT(none.permit.message, HasSubstr("secret-proof-unknown: proceed"));
}

TEST(ProofVerdict, OfAnImmutableSecretThereIsNoneAndTheWayOutIsSaid) {
  RotationWish wish = full_wish();
  EXPECT_EQ(obstacle_to_proof(wish), "");
  wish.frozen = {"keys"};
  EXPECT_THAT(obstacle_to_proof(wish), HasSubstr("Secret \"keys\" was made anew and is immutable"));
  EXPECT_THAT(obstacle_to_proof(wish), HasSubstr("another name"));
}

TEST(ProofVerdict, NamesTheKeysWhereTheyAreNamed) {
  RotationWish wish = full_wish();
  EXPECT_EQ(secrets_and_keys(wish), "Secret \"keys\"");
  wish.changed.emplace("more", "d");
  wish.references["more"].keys = {{"A", true}, {"B", false}};
  EXPECT_EQ(secrets_and_keys(wish), "Secret \"keys\", Secret \"more\" (keys A, B)");
}

}  // namespace
}  // namespace rotor::openclaw
