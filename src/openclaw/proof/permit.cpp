#include "openclaw/proof/permit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log.hpp"
#include "openclaw/names.hpp"
#include "openclaw/proof/job.hpp"
#include "openclaw/way_out.hpp"

namespace rotor::openclaw {
namespace {

constexpr kube::Resource kProofJobs = kube::kResource<api::Job>;

// Asking again would be answered the same, until somebody changes the cluster.
bool is_refusal(Code code) { return code == Code::kDenied || code == Code::kInvalid; }

Permit wait_for_its_end(const std::string& job) {
  return {.verdict = Permit::Verdict::kWait,
          .reason = "SecretProofRunning",
          .message = fmt::format("Job {} of an earlier proof is on its way out", job),
          .look_again = std::chrono::seconds(1)};
}

}  // namespace

Task<Result<Permit>> ProofPermit::ask(WishPtr wish) {
  const ProofSettings settings = read_proof_settings(wish->instance->metadata.annotations);
  if (wish->changed.empty()) co_return Permit{};
  if (settings.unclear) co_return refuse_unclear(settings);
  if (!settings.runs_job() || options_.node_tries_values) co_return Permit{};
  ProofCase proof{.about = secrets_and_keys(*wish), .job = proof_job_name(*wish, settings)};
  Found found{.job = nullptr, .obstacle = obstacle_to_proof(*wish)};
  const bool can_be_tried = found.obstacle.empty();
  CO_TRY_VOID(co_await remove_others(wish->key(), can_be_tried ? proof.job : std::string()));
  if (can_be_tried) {
    CO_TRY(found, co_await find_or_make(wish, settings));
  }
  if (found.job != nullptr && found.job->deleting) co_return wait_for_its_end(proof.job);
  proof.seen = found.job.get();
  if (found.job != nullptr) {
    proof.age = jobs_.age(found.job->metadata.key(), found.job->metadata.uid, clock_.steady());
  }
  proof.obstacle = found.obstacle;
  ProofAnswer answer = judge_proof(settings, proof);
  if (!answer.note.empty()) tell(*wish, answer.note);
  co_return std::move(answer.permit);
}

Task<Result<ProofPermit::Found>> ProofPermit::find_or_make(WishPtr wish, ProofSettings settings) {
  if (!options_.node_runs_jobs) {
    co_return Found{nullptr, "no Job is run here; `rotor run --proof` tries new values on this machine"};
  }
  if (MarkPtr job = view_.proofs.get({wish->instance->metadata.ns, proof_job_name(*wish, settings)})) {
    co_return Found{std::move(job), {}};
  }
  co_return co_await make(std::move(wish), std::move(settings));
}

Task<Result<ProofPermit::Found>> ProofPermit::make(WishPtr wish, ProofSettings settings) {
  const api::Job job = build_proof_job(*wish, settings);
  kube::WriteOptions options;
  options.field_manager = kFieldManager;
  Result<SecretBytes> body =
      co_await client_.create(kProofJobs, job.metadata.ns, SecretBytes(json::write(job)), std::move(options));
  const bool made = body.has_value();
  if (!made && body.error().code == Code::kAlreadyExists) body = co_await client_.get(kProofJobs, job.metadata.key());
  if (!body && is_refusal(body.error().code)) {
    const Error why = with_way_out(std::move(body).error());
    co_return Found{nullptr, fmt::format("Job {} cannot be made: {}", job.metadata.name, why.message)};
  }
  if (!body) co_return std::unexpected(std::move(body).error().prefixed("proving a new value"));
  if (made) log::info("trying a new value", {{"instance", wish->key().text()}, {"job", job.metadata.name}});
  CO_TRY(MarkPtr mark, view_.proofs.wrote(*body));
  co_return Found{std::move(mark), {}};
}

// Verdicts about values that are no longer to come.
Task<Result<void>> ProofPermit::remove_others(kube::Key instance, std::string keep) {
  std::vector<MarkPtr> others;
  for (const auto& [key, mark] : view_.proofs.all()) {
    const bool of_it = key.ns == instance.ns && mark->instance == instance.name;
    if (of_it && key.name != keep && !mark->deleting) others.push_back(mark);
  }
  for (const MarkPtr& mark : others) {
    kube::DeleteOptions options;
    options.uid = mark->metadata.uid;
    options.propagation_policy = "Background";  // a Job's pod stays behind unless asked for
    const Result<void> removed = co_await client_.remove(kProofJobs, mark->metadata.key(), std::move(options));
    if (!removed && removed.error().code != Code::kNotFound && removed.error().code != Code::kConflict) {
      co_return std::unexpected(removed.error());
    }
  }
  co_return Result<void>{};
}

void ProofPermit::tell(const RotationWish& wish, const std::string& note) {
  std::string& told = told_[wish.key()];
  if (told == note) return;
  told = note;
  events_.record(kube::reference_to(*wish.instance), kube::EventRecorder::Type::kWarning, "SecretProofUnknown", note);
}

void tell_proof_settings(kube::EventRecorder& events, const api::OpenClawInstance& instance, Memory& memory) {
  const ProofSettings settings = read_proof_settings(instance.metadata.annotations);
  std::string problems = fmt::format("{}", fmt::join(settings.problems, "; "));
  if (problems == memory.said_proof) return;
  memory.said_proof = problems;
  if (problems.empty()) return;
  events.record(kube::reference_to(instance), kube::EventRecorder::Type::kWarning, "SecretProofInvalid",
                std::move(problems));
}

}  // namespace rotor::openclaw
