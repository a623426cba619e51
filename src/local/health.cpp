#include "local/health.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "secrets/ending.hpp"
#include "secrets/failure_event.hpp"
#include "secrets/store_check.hpp"

namespace rotor::local {
namespace {

using State = Health::State;

constexpr std::string_view kInstance = "OpenClawInstance";

// Conditions of an instance that say what it cannot do, and the status at which they do. Its Ready is False through
// every start as well, so there the reason decides.
struct Symptom {
  std::string_view type;
  bool bad_when_true = false;
  std::string_view reason = {};  // empty: any
};
constexpr std::array<Symptom, 5> kSymptoms = {{
    {.type = "NameUsable"},
    {.type = "SpecValid"},
    {.type = "Ready", .reason = "ReconcileFailed"},
    {.type = "SecretsReady"},
    {.type = "RotationKeyUnavailable", .bad_when_true = true},
}};

bool shows(const Symptom& symptom, const kube::Condition& condition) {
  const bool bad = symptom.bad_when_true ? condition.status == "True" : condition.status != "True";
  return bad && (symptom.reason.empty() || symptom.reason == condition.reason);
}

Health health_of_instance(const std::vector<kube::Condition>& conditions) {
  if (conditions.empty()) return {};
  for (const Symptom& symptom : kSymptoms) {
    const kube::Condition* condition = kube::find_condition(conditions, symptom.type);
    if (condition != nullptr && shows(symptom, *condition)) return {State::kFailing, condition->message, {}};
  }
  const kube::Condition* supported = kube::find_condition(conditions, "SpecSupported");
  if (supported != nullptr) return {State::kGood, supported->message, {}, true};
  return {State::kGood, "", {}};
}

std::string ready_text() { return secrets::ready_words(secrets::Ending::kSynced).message; }

}  // namespace

Health health_of(std::string_view kind, const std::vector<kube::Condition>& conditions) {
  if (kind == kInstance) return health_of_instance(conditions);
  const kube::Condition* ready = kube::find_condition(conditions, "Ready");
  if (ready == nullptr) return {};
  const bool store = !kind.ends_with("ExternalSecret");
  if (ready->status == "True") {
    const std::string plain = store ? std::string(secrets::kStoreValidated) : ready_text();
    const bool remark = kind != "ClusterExternalSecret" && ready->message != plain;
    if (!store || ready->reason != secrets::kNotJudged) return {State::kGood, ready->message, {}, remark};
    return {State::kGood, ready->message, ready->reason, remark, ready->last_transition_time};
  }
  return {State::kFailing, ready->message, secrets::failure_reason(kind, *ready), false, ready->last_transition_time};
}

Health remarked(Health health, std::string_view remarks) {
  if (health.state != State::kGood || remarks.empty()) return health;
  health.message += health.message.empty() ? remarks : fmt::format("; {}", remarks);
  health.remark = true;
  return health;
}

std::optional<std::string> next_line(Told& told, std::string_view kind, const Health& health, std::string_view detail) {
  if (health.state == State::kFailing) {
    std::string line = fmt::format("{} fails: {}", kind, detail.empty() ? health.message : detail);
    if (told.failure == line) return std::nullopt;
    told.failure = line;
    return line;
  }
  if (health.state == State::kUnknown) return std::nullopt;
  const std::string said = detail.empty() ? health.message : fmt::format("{}: {}", health.message, detail);
  const std::string before = std::exchange(told.remark, health.remark ? said : "");
  if (told.failing()) {
    told.failure.clear();
    return fmt::format("{} works again{}{}", kind, said.empty() ? "" : ": ", said);
  }
  // What was remarked on and is over is said as well.
  const bool news = health.remark ? before != said : !before.empty();
  if (!news || said.empty()) return std::nullopt;
  return fmt::format("{}: {}", kind, said);
}

}  // namespace rotor::local
