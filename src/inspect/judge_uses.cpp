// Secrets, instances and pods.
#include <algorithm>
#include <array>
#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/time.hpp"
#include "inspect/judges.hpp"
#include "inspect/older_values.hpp"
#include "openclaw/builders/in_place.hpp"
#include "openclaw/last_good/record.hpp"
#include "openclaw/names.hpp"
#include "secrets/ending.hpp"
#include "secrets/failure_event.hpp"
#include "secrets/value_changes.hpp"

namespace rotor::inspect {
namespace {

bool is_failing(const api::es::ExternalSecret& es) {
  const kube::Condition* ready = ready_condition(es.status.conditions);
  return ready == nullptr || ready->status != "True";
}

// An ExternalSecret may say that there is no Secret, and that this is as it should be.
const kube::Condition* says_absent(const api::es::ExternalSecret& es) {
  const kube::Condition* ready = ready_condition(es.status.conditions);
  if (ready == nullptr || ready->status != "True") return nullptr;
  const bool told = ready->reason == "SecretDeleted" || ready->reason == "SecretMissing";
  // A search without a hit: nothing is to be made.
  return told || ready->message.starts_with(secrets::ready_words(secrets::Ending::kRetained).message) ? ready : nullptr;
}

std::vector<Id> ids_of(const std::vector<const api::es::ExternalSecret*>& makers) {
  std::vector<Id> out;
  for (const auto* es : makers) out.push_back(id_of(*es));
  return out;
}

// Of several that name one target the one that controls it is who writes it: what another fails at is its own.
std::vector<const api::es::ExternalSecret*> writers_of(const kube::ObjectMeta& secret,
                                                       const std::vector<const api::es::ExternalSecret*>& makers) {
  for (const kube::OwnerReference& owner : secret.owner_references) {
    if (!owner.controller.value_or(false) || owner.kind != "ExternalSecret") continue;
    for (const auto* es : makers) {
      if (es->metadata.name == owner.name) return {es};
    }
  }
  return makers;
}

Finding absent_secret(const Sight& sight, const Id& id, const std::vector<const api::es::ExternalSecret*>& makers) {
  Finding out{.health = Health::kFailed, .word = "missing", .blames = ids_of(makers)};
  for (const auto* es : makers) {
    if (const kube::Condition* ready = says_absent(*es)) {
      out.health = Health::kWell;
      out.word = "absent";
      const std::string remarks = sight.remarks(id_of(*es));
      out.detail = on_one_line(ready->message + (remarks.empty() ? "" : "; " + remarks));
      out.sentence = fmt::format("{} is not there: {}", id.text(), out.detail);
      out.since = ready->last_transition_time;
      return out;
    }
  }
  out.detail = makers.empty() ? "does not exist, and no ExternalSecret makes it" : "does not exist";
  out.sentence = fmt::format("{} {}", id.text(), out.detail);
  return out;
}

struct ConditionRow {
  std::string_view type;
  std::string_view good;  // the status it has while all is well
  std::string_view word;
  bool blames_secrets = false;
  Health health = Health::kFailed;
};

// In the order in which one explains the next.
constexpr std::array<ConditionRow, 5> kInstanceConditions = {{
    {"NameUsable", "True", "refused"},
    {"SpecValid", "True", "refused"},
    {"SecretsReady", "True", "secrets", true},
    {"RotationKeyUnavailable", "False", "no key"},
    {"RotationWaiting", "False", "waits", false, Health::kWaiting},
}};

Finding by_condition(const Sight& sight, const Id& id, const Instance& instance, const kube::Condition& condition,
                     const ConditionRow& row) {
  Finding out{.health = condition.status == "Unknown" ? Health::kUnknown : row.health,
              .word = std::string(row.word),
              .detail = on_one_line(condition.message),
              .since = condition.last_transition_time};
  out.sentence = fmt::format("{} says {}: {}", id.text(), condition.reason, out.detail);
  if (out.health != Health::kWaiting) out.last_error = out.detail;
  out.evidence.push_back(evidence_of(condition));
  if (row.blames_secrets) out.blames = sight.secrets_of(instance);
  static_cast<void>(add_warnings(sight, id, out));
  return out;
}

Finding instance_waits(const Id& id, std::string word, std::string detail) {
  return {.health = Health::kWaiting,
          .word = std::move(word),
          .sentence = fmt::format("{} {}", id.text(), detail),
          .detail = std::move(detail)};
}

std::vector<Id> pod_ids(const Sight& sight, const Id& instance) {
  std::vector<Id> out;
  for (const Pod* pod : sight.pods_of(instance)) out.push_back(id_of(*pod));
  return out;
}

// Of a restart that Rotor began and whose pods did not become ready in time; they still may.
std::string failed_restart(const Workload& set) {
  if (set.history.restarts.empty() || set.history.restarts.back().result != openclaw::kFailedResult) return {};
  const openclaw::PastRestart& newest = set.history.restarts.back();
  std::string out = fmt::format("{} after the restart of {}", newest.why, newest.at);
  if (!newest.secrets.empty()) {
    out += fmt::format(" with what Secret {} now holds", fmt::join(std::views::keys(newest.secrets), ", "));
  }
  if (!newest.stopped.empty()) {
    out += fmt::format("; the others that share {} keep the value they have", fmt::join(newest.stopped, ", "));
  }
  return out;
}

Finding rollout(const Sight& sight, const Id& id, const Instance& instance) {
  const Workload* set = sight.workload(instance.metadata.key());
  if (set == nullptr || openclaw::rolled_out(set->state)) return {};
  if (std::string failed = failed_restart(*set); !failed.empty()) {
    Finding out = instance_waits(id, "failed", std::move(failed));
    out.health = Health::kFailed;
    out.last_error = out.detail;
    out.evidence.push_back({fmt::format("annotation {}", openclaw::kSecretHistory),
                            std::string(openclaw::kFailedResult), set->history.restarts.back().at});
    out.blames = pod_ids(sight, id);
    static_cast<void>(add_warnings(sight, id, out));
    return out;
  }
  const openclaw::WorkloadState& state = set->state;
  const std::string counts = state.current ? fmt::format("{} of {} pods updated, {} ready", state.updated_replicas,
                                                         state.replicas, state.ready_replicas)
                                           : std::string("the StatefulSet's controller has not seen it yet");
  Finding out = instance_waits(id, "rolling out", fmt::format("is being rolled out: {}", counts));
  out.blames = pod_ids(sight, id);
  static_cast<void>(add_warnings(sight, id, out));  // why it restarts, where another way had been tried
  return out;
}

// Of a container: why it does not run.
struct Trouble {
  Health health;
  std::string word;
  std::string text;
  bool about_secrets = false;
};

constexpr std::array<std::string_view, 2> kOrdinaryStart = {"ContainerCreating", "PodInitializing"};

std::optional<Trouble> trouble_of(const Container& container) {
  if (container.waiting_reason.empty()) return std::nullopt;
  if (std::ranges::find(kOrdinaryStart, container.waiting_reason) != kOrdinaryStart.end()) {
    return Trouble{Health::kWaiting, "starting", "is being started"};
  }
  if (container.name == openclaw::kReloadContainer && container.waiting_reason == "CrashLoopBackOff") {
    return Trouble{Health::kWaiting, "starting", "has secret-reload started again, which ends with each answer"};
  }
  std::string text = fmt::format("has container {} waiting with {}", container.name, container.waiting_reason);
  if (!container.waiting_message.empty()) text += ": " + on_one_line(container.waiting_message);
  const bool config = container.waiting_reason == "CreateContainerConfigError";
  return Trouble{Health::kFailed, container.waiting_reason, std::move(text), config};
}

std::vector<Id> secret_ids(const Pod& pod) {
  std::vector<Id> out;
  for (const std::string& name : pod.secrets()) out.push_back({Kind::kSecret, pod.metadata.ns, name});
  return out;
}

Finding pod_finding(const Id& id, Health health, std::string word, std::string detail) {
  return {.health = health,
          .word = std::move(word),
          .sentence = fmt::format("{} {}", id.text(), detail),
          .detail = std::move(detail)};
}

bool is_behind(const Pod& pod, const Workload* set) {
  return set != nullptr && !pod.secret_hash.empty() && !set->secret_hash.empty() && pod.secret_hash != set->secret_hash;
}

// Pods of others are our business only as far as a Secret keeps them from starting.
std::optional<Finding> container_trouble(const Sight& sight, const Id& id, const Pod& pod, bool ours) {
  for (const Container& container : pod.containers) {
    const auto trouble = trouble_of(container);
    if (!trouble || (!ours && !trouble->about_secrets)) continue;
    Finding out = pod_finding(id, trouble->health, trouble->word, trouble->text);
    if (trouble->about_secrets) out.blames = secret_ids(pod);
    if (trouble->health == Health::kFailed) {
      out.last_error = out.detail;
      static_cast<void>(add_warnings(sight, id, out));
    }
    return out;
  }
  return std::nullopt;
}

// Where there is no room for all: the way to the value, from the Secret to the process.
std::string value_in_words(const OlderValue& value) {
  if (value.key.empty()) {
    return fmt::format("runs with an earlier value of Secret {}, kept in Secret {}", value.secret.name, value.copy);
  }
  const std::string where = value.copy.empty()
                                ? fmt::format("container {} started at {}", value.container, value.started)
                                : fmt::format("kept in Secret {}", value.copy);
  return fmt::format("has a value of {} of Secret {} from before {} ({})", value.key, value.secret.name, value.changed,
                     where);
}

std::string versions_in_words(const OlderValue& value) {
  if (value.now.empty()) return {};
  if (value.version.empty()) return fmt::format("; the Secret has version {} of its store", value.now);
  return fmt::format(": version {} of its store, where the Secret has {}", value.version, value.now);
}

void add_evidence(const OlderValue& value, Finding& out) {
  if (value.copy.empty()) {
    out.evidence.push_back({fmt::format("container {}", value.container), "started", value.started});
  } else {
    out.evidence.push_back({"Secret " + value.copy, fmt::format("is a copy of Secret {}", value.secret.name)});
  }
  if (value.key.empty()) return;
  out.evidence.push_back({fmt::format("{} of Secret {}", value.key, value.secret.name), "changed", value.changed});
}

// A process keeps the value it was started with.
std::optional<Finding> older_finding(const Sight& sight, const Id& id, const Pod& pod, const Instance* owner) {
  std::vector<OlderValue> older = older_values(sight, pod);
  if (older.empty()) return std::nullopt;
  const OlderValue& first = older.front();
  std::string more = older.size() > 1 ? fmt::format(", and {} more like it", older.size() - 1) : "";
  Finding out = pod_finding(id, Health::kWaiting, "older value",
                            fmt::format("{}{}{}", value_in_words(first), versions_in_words(first), more));
  for (const OlderValue& value : older) add_evidence(value, out);
  if (owner != nullptr) out.blames = {id_of(*owner)};
  out.older = std::move(older);
  return out;
}

std::vector<std::string> texts_of(const std::vector<Id>& ids) {
  std::vector<std::string> out;
  for (const Id& id : ids) out.push_back(id.text());
  return out;
}

// What changed since the pod was started has not reached it, and the instance says why.
bool restart_waits(const Instance* instance) {
  if (instance == nullptr) return false;
  const kube::Condition* waiting = kube::find_condition(instance->conditions, "RotationWaiting");
  return waiting != nullptr && waiting->status == "True";
}

Finding pod_of_instance(const Sight& sight, const Id& id, const Pod& pod, const Id& instance) {
  const Workload* set = sight.workload({instance.ns, instance.name});
  if (is_behind(pod, set)) {
    Finding out = pod_finding(id, Health::kWaiting, "behind",
                              "still runs with the values from before the last rotation and is to be replaced");
    out.blames = {instance};
    out.older = older_values(sight, pod);
    return out;
  }
  if (pod.phase == "Pending") {
    Finding out = pod_finding(id, Health::kWaiting, "pending", "has not started");
    const std::string warning = add_warnings(sight, id, out);
    if (!warning.empty()) out.sentence += ": " + warning, out.detail += ": " + warning;
    return out;
  }
  if (pod.phase == "Failed") return pod_finding(id, Health::kFailed, "failed", "has ended with a failure");
  if (auto older = older_finding(sight, id, pod, sight.instance(instance))) return *std::move(older);
  if (restart_waits(sight.instance(instance))) {
    Finding out = pod_finding(id, Health::kWaiting, "waits",
                              "runs as it was started, and the restart that would bring it up to date waits");
    out.blames = {instance};
    return out;
  }
  if (!pod.ready) return pod_finding(id, Health::kWaiting, "not ready", "runs and is not ready");
  return {.word = "running", .sentence = fmt::format("{} runs with what its Secrets hold", id.text())};
}

constexpr std::size_t kKeysInWords = 10;  // a person reads it

std::string sources_in_words(const std::vector<api::es::SourceVersion>& sources) {
  std::vector<std::string> parts;
  for (const auto& source : sources) {
    parts.push_back(fmt::format("version {} of {} in {}", source.version, source.key, source.store));
  }
  return fmt::format("{}", fmt::join(parts, " and "));
}

std::string use_in_words(const KeyUse& use) {
  std::string text = fmt::format("{} is {}", use.key, sources_in_words(use.sources));
  if (use.changed.empty()) return text;
  text += fmt::format(" since {}", use.changed);
  const std::string before = use.was.empty() ? "an older one" : fmt::format("version {} or an older one", use.was);
  if (!use.older.empty()) return text + fmt::format("; {} runs with {}", fmt::join(texts_of(use.older), ", "), before);
  if (use.none_older_since.empty()) return text;
  return text + fmt::format("; since {} no pod that is there runs with {}", use.none_older_since, before);
}

void add_versions(const Sight& sight, const Id& id, Finding& out) {
  out.keys = key_uses(sight, id);
  const std::string source = "annotation " + std::string(api::es::kStoreVersionsAnnotation);
  std::size_t told = 0;
  for (const KeyUse& use : out.keys) {
    if (use.sources.empty() || told++ >= kKeysInWords) continue;
    out.evidence.push_back({source, use_in_words(use)});
  }
  if (told > kKeysInWords) out.evidence.push_back({source, fmt::format("and {} more keys", told - kKeysInWords)});
}

void add_words(const std::string& text, Finding& out) {
  out.detail += (out.detail.empty() ? "" : "; ") + text;
  out.sentence += "; " + text;
}

std::string older_pods(const ValueUse& use) {
  return fmt::format("{} pod{}", use.older.size(), use.older.size() == 1 ? " runs" : "s run");
}

// Where nobody records changes that of a pod which went back to a copy is known all the same, and nothing is ruled out.
void add_older_use(const ValueUse& use, Finding& out) {
  if (!use.older.empty()) add_words(older_pods(use) + " with an older value of it", out);
}

// The question that every rotation ends with.
void add_value_use(const Sight& sight, const Id& id, Finding& out) {
  add_versions(sight, id, out);
  const ValueUse use = value_use(sight, id);
  if (sight.blind(Kind::kPod)) return;
  if (use.changed.empty()) return add_older_use(use, out);
  out.changed = use.changed;
  out.evidence.push_back(
      {"annotation " + std::string(secrets::kValueChangesAnnotation), "a value was replaced", use.changed});
  std::string text = fmt::format("a value was replaced at {}, ", use.changed);
  if (!use.older.empty()) {
    text += older_pods(use) + " with an older one";
  } else if (use.partial) {
    text += "not all of its keys are recorded";
  } else {
    out.none_older_since = std::max(use.changed, use.newest_start);
    text += fmt::format("and since {} no pod that is there runs with an older one", out.none_older_since);
  }
  add_words(text, out);
}

// No ExternalSecret of it says when it was read. A Secret that one controls was written for it all the same.
std::string_view never_refreshed(const kube::ObjectMeta& secret) {
  const bool written = std::ranges::any_of(secret.owner_references, [](const kube::OwnerReference& owner) {
    return owner.controller.value_or(false) && owner.kind == "ExternalSecret";
  });
  return written ? "was written, and its ExternalSecret does not say when"
                 : "was there before, and nothing was written to it yet";
}

}  // namespace

Finding judge_secret(const Sight& sight, const Id& id) {
  const kube::ObjectMeta* secret = sight.secret(id);
  if (secret == nullptr && sight.blind(Kind::kSecret)) return not_seen(id);
  const auto makers = sight.makers_of(id);
  if (secret == nullptr) return absent_secret(sight, id, makers);
  if (const auto of = secret->labels.find(openclaw::kLastGoodOf); of != secret->labels.end()) {
    return {.word = "copy",
            .sentence =
                fmt::format("{} keeps a value that OpenClawInstance {}/{} ran well with", id.text(), id.ns, of->second),
            .since = secret->creation_timestamp};
  }
  if (makers.empty()) {
    Finding out{.word = "by hand",
                .sentence = fmt::format("{} is there; no ExternalSecret makes it", id.text()),
                .since = secret->creation_timestamp};
    add_older_use(value_use(sight, id), out);
    return out;
  }
  Finding out{.word = "current"};
  std::string as_of;
  for (const auto* es : writers_of(*secret, makers)) {
    as_of = std::max(as_of, es->status.refresh_time);
    if (is_failing(*es)) out.blames.push_back(id_of(*es));
  }
  out.refreshed = as_of;
  if (out.blames.empty()) {
    out.sentence = fmt::format("{} holds what its store had at {}", id.text(), as_of);
    add_value_use(sight, id, out);
    return out;
  }
  out.health = Health::kWaiting;
  out.word = "old";
  out.detail = as_of.empty() ? std::string(never_refreshed(*secret))
                             : fmt::format("still holds what its store had at {}", as_of);
  out.sentence = fmt::format("{} {}", id.text(), out.detail);
  add_value_use(sight, id, out);
  return out;
}

namespace {

// Whoever looks at it and can neither go on nor write its status says so by an event alone.
std::optional<Finding> failed_untold(const Sight& sight, const Id& id, const Instance& instance,
                                     const kube::Condition* ready) {
  if (ready != nullptr && instance.observed_generation >= instance.metadata.generation) return std::nullopt;
  const auto warnings = sight.warnings(id);
  const auto said_at =
      parse_time(ready == nullptr ? std::string_view() : std::string_view(ready->last_transition_time));
  const bool telling =
      !warnings.empty() && (ready == nullptr || (said_at && secrets::event_time(*warnings.front()) > *said_at));
  if (!telling) return std::nullopt;
  Finding out{.health = Health::kFailed, .word = "failed", .since = instance.metadata.creation_timestamp};
  out.detail = add_warnings(sight, id, out);
  out.sentence = fmt::format("{} fails: {}", id.text(), out.detail);
  out.last_error = out.detail;
  return out;
}

}  // namespace

Finding judge_instance(const Sight& sight, const Id& id) {
  const Instance* instance = sight.instance(id);
  if (instance == nullptr) return not_seen(id);
  if (instance->metadata.deleting()) return going(sight, id, instance->metadata);
  for (const ConditionRow& row : kInstanceConditions) {
    const kube::Condition* condition = kube::find_condition(instance->conditions, row.type);
    if (condition != nullptr && condition->status != row.good)
      return by_condition(sight, id, *instance, *condition, row);
  }
  const kube::Condition* ready = ready_condition(instance->conditions);
  if (auto failed = failed_untold(sight, id, *instance, ready)) return *std::move(failed);
  if (ready == nullptr) return instance_waits(id, "new", "was not looked at yet: does an operator run that serves it?");
  if (instance->suspended) {
    return {.word = "suspended", .sentence = fmt::format("{} is suspended by spec.suspended", id.text())};
  }
  if (instance->observed_generation < instance->metadata.generation) {
    return instance_waits(id, "edited", "was edited and not looked at again since: does an operator run?");
  }
  if (Finding out = rollout(sight, id, *instance); out.health != Health::kWell) {
    out.evidence.push_back(evidence_of(*ready));
    return out;
  }
  Finding out{.word = "running", .since = ready->last_transition_time};
  out.evidence.push_back(evidence_of(*ready));
  if (ready->status == "True") {
    out.sentence = fmt::format("{} runs and has all its Secrets", id.text());
    return out;
  }
  out.health = ready->reason == "ReconcileFailed" ? Health::kFailed : Health::kWaiting;
  out.word = "not ready";
  out.detail = on_one_line(ready->message);
  out.sentence = fmt::format("{} is not ready: {}", id.text(), out.detail);
  out.blames = pod_ids(sight, id);
  static_cast<void>(add_warnings(sight, id, out));
  return out;
}

Finding judge_pod(const Sight& sight, const Pod& pod) {
  const Id id = id_of(pod);
  if (pod.metadata.deleting()) {
    return pod_finding(id, Health::kWaiting, "stopping", "is being stopped");
  }
  const Instance* owner = sight.owner_of(pod);
  if (auto trouble = container_trouble(sight, id, pod, owner != nullptr)) return *std::move(trouble);
  if (owner != nullptr) return pod_of_instance(sight, id, pod, id_of(*owner));
  if (auto older = older_finding(sight, id, pod, nullptr)) return *std::move(older);
  return {.word = pod.ready ? "running" : "not ready",
          .sentence = fmt::format("{} uses Secret {}", id.text(), fmt::join(pod.secrets(), ", "))};
}

}  // namespace rotor::inspect
