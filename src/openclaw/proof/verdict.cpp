#include "openclaw/proof/verdict.hpp"

#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/duration.hpp"

namespace rotor::openclaw {
namespace {

using Verdict = Permit::Verdict;

// The Job's own deadline counts from when it was seen by its controller, and its pod takes a while to go.
constexpr std::chrono::seconds kProofSlack{60};

std::string way_out(const ProofCase& proof) {
  if (proof.seen == nullptr)
    return fmt::format("Mend that, or let the restart go on with {}: proceed", kSecretProofUnknown);
  return fmt::format("Delete Job {} to have the value tried again, or write another one", proof.job);
}

ProofAnswer without_verdict(const ProofSettings& settings, const ProofCase& proof, std::string_view why) {
  const std::string said = fmt::format("The proof of the new value of {} gave no verdict: {}", proof.about, why);
  if (!settings.unknown_holds) {
    return {.permit = {}, .note = fmt::format("{}; the restart goes on, as {} says", said, kSecretProofUnknown)};
  }
  Permit held{.verdict = Verdict::kRefuse, .reason = "SecretProofUnknown"};
  held.message =
      fmt::format("{}; running pods keep the old one, as {} says. {}", said, kSecretProofUnknown, way_out(proof));
  return {.permit = std::move(held)};
}

ProofAnswer rejected(const ProofCase& proof) {
  Permit refused{.verdict = Verdict::kRefuse, .reason = "SecretRejected", .bad_value = true};
  refused.message = fmt::format(
      "The proof refused the new value of {}: running pods keep the old one. Write another value; what the proof "
      "printed is in the log of Job {}, and once that is deleted the value is tried again",
      proof.about, proof.job);
  return {.permit = std::move(refused)};
}

ProofAnswer running(const ProofSettings& settings, const ProofCase& proof) {
  const Duration left = settings.deadline + kProofSlack - proof.age;
  if (left <= Duration::zero())
    return without_verdict(settings, proof, fmt::format("Job {} has not ended in time", proof.job));
  Permit waits{.verdict = Verdict::kWait, .reason = "SecretProofRunning", .look_again = left};
  waits.message = fmt::format("Job {} tries the new value of {}; running pods keep the old one until it is over",
                              proof.job, proof.about);
  return {.permit = std::move(waits)};
}

}  // namespace

std::string obstacle_to_proof(const RotationWish& wish) {
  if (wish.frozen.empty()) return {};
  return fmt::format(
      "Secret \"{}\" was made anew and is immutable, or was: as long as pods of a node refer to that name it shows a "
      "new "
      "one the old values, and a Job would try those. Give the new values another name, and name that in the instance",
      fmt::join(wish.frozen, "\", \""));
}

ProofAnswer judge_proof(const ProofSettings& settings, const ProofCase& proof) {
  if (proof.seen == nullptr) return without_verdict(settings, proof, proof.obstacle);
  switch (proof.seen->outcome) {
    case ProofOutcome::kGood:
      return {};
    case ProofOutcome::kBad:
      return rejected(proof);
    case ProofOutcome::kUnknown:
      return without_verdict(settings, proof, fmt::format("Job {} ended with {}", proof.job, proof.seen->reason));
    case ProofOutcome::kRunning:
      break;
  }
  return running(settings, proof);
}

Permit refuse_unclear(const ProofSettings& settings) {
  Permit refused{.verdict = Verdict::kRefuse, .reason = "SecretProofInvalid"};
  refused.message =
      fmt::format("{}; no pod restarts for a new value until that is mended", fmt::join(settings.problems, "; "));
  return refused;
}

std::string secrets_and_keys(const RotationWish& wish) {
  std::vector<std::string> named;
  for (const auto& [name, digest] : wish.changed) {
    const auto reference = wish.references.find(name);
    std::string text = fmt::format("Secret \"{}\"", name);
    if (reference != wish.references.end() && !reference->second.keys.empty() && !reference->second.takes_every_key()) {
      const auto& keys = reference->second.keys;
      text += fmt::format(" (key{} {})", keys.size() == 1 ? "" : "s", fmt::join(keys | std::views::keys, ", "));
    }
    named.push_back(std::move(text));
  }
  return fmt::format("{}", fmt::join(named, ", "));
}

}  // namespace rotor::openclaw
