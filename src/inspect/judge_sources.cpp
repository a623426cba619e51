// Stores and ExternalSecrets.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/time.hpp"
#include "inspect/judges.hpp"
#include "secrets/cluster/report.hpp"
#include "secrets/ending.hpp"
#include "secrets/force_sync.hpp"
#include "secrets/policies.hpp"
#include "secrets/refresh_due.hpp"
#include "secrets/refusal.hpp"
#include "secrets/sync_windows.hpp"

namespace rotor::inspect {
namespace {

using api::es::ExternalSecret;

// A queue that works is this much late at the most: refreshes are spread, and the operator may have just started.
constexpr auto kMayBeLate = std::chrono::seconds(90);

std::string stores_there(const Sight& sight, const Id& missing) {
  constexpr std::size_t kShown = 5;
  std::vector<std::string> names;
  for (const Store& store : sight.cluster().stores) {
    const Id id = id_of(store);
    if (id.kind == missing.kind && id.ns == missing.ns && names.size() < kShown) names.push_back(id.name);
  }
  if (names.empty()) return "there is none of that kind";
  return fmt::format("of that kind there is {}", fmt::join(names, ", "));
}

std::string next_read(const ExternalSecret& es, Duration interval, WallTime now) {
  if (es.spec.refresh_policy == "CreatedOnce") return "never (CreatedOnce)";
  if (es.spec.refresh_policy == "OnChange") return "when it is edited (OnChange)";
  if (interval <= Duration::zero()) return "when it is edited (refreshInterval 0)";
  // At the latest: which moment of its interval is an object's own, its operator knows.
  const auto last = parse_time(es.status.refresh_time);
  WallTime due = last ? std::max<WallTime>(*last + interval, now) : now;
  if (due <= now && !secrets::in_sync_window(es, now)) {
    const auto opens = secrets::until_window_changes(es, now);
    if (!opens) return "never (syncWindows)";
    due = now + *opens;
  }
  return format_time(due);
}

bool is_overdue(const ExternalSecret& es, Duration interval, WallTime now) {
  if (!secrets::follows_store(es, interval) || !secrets::in_sync_window(es, now)) return false;
  const auto last = parse_time(es.status.refresh_time);
  return last && *last + interval + kMayBeLate < now;
}

// Does it say that it has no values, rather than that it could not write them?
bool lacks_values(const kube::Condition& ready) {
  return ready.message.starts_with(secrets::ready_words(secrets::Ending::kNotFetched).message);
}

// Is it over until somebody edits it? The generic targets that a controller allows are not known here.
bool waits_for_an_edit(const ExternalSecret& es, const kube::Condition& ready) {
  using secrets::Ending;
  constexpr Ending kFinal[] = {Ending::kOwnedByAnother, Ending::kOwnedOtherwise, Ending::kImmutable,
                               Ending::kInvalidTarget};
  const auto says = [&](Ending ending) {
    return ready.message == secrets::ready_words(ending, secrets::target_kind(es)).message;
  };
  if (std::ranges::any_of(kFinal, says) || (says(Ending::kNotDeleted) && !secrets::owns(es))) return true;
  return secrets::refusal_of(es, true, true).has_value();
}

Finding failing(const Sight& sight, const Id& id, const ExternalSecret& es, const kube::Condition& ready) {
  Finding out{.health = Health::kFailed, .word = "failed", .since = ready.last_transition_time};
  out.evidence.push_back(evidence_of(ready));
  const std::string reason = secrets::failure_reason(kind_name(id.kind), ready);
  const std::string warning = add_failure(sight, id, {reason, ready.last_transition_time}, out);
  out.last_error = warning.empty() ? on_one_line(ready.message) : warning;
  out.detail = out.last_error;
  out.sentence = fmt::format("{} fails: {}", id.text(), out.last_error);
  out.next = waits_for_an_edit(es, ready) ? "when it is edited" : "retried";
  if (lacks_values(ready)) out.blames = stores_of(es);
  return out;
}

Finding waiting(const Id& id, std::string word, std::string_view what, std::string since) {
  return {.health = Health::kWaiting,
          .word = std::move(word),
          .sentence = fmt::format("{} {}", id.text(), what),
          .detail = std::string(what),
          .since = std::move(since)};
}

// What there is to say beside that it is synced: why there is no Secret, what no store had, what was taken otherwise
// than it is written.
std::string beside_synced(const Sight& sight, const Id& id, const kube::Condition& ready) {
  const std::string plain = secrets::ready_words(secrets::Ending::kSynced).message;
  const std::string remarks = sight.remarks(id);
  if (ready.message == plain) return on_one_line(remarks);
  return on_one_line(remarks.empty() ? ready.message : fmt::format("{}; {}", ready.message, remarks));
}

Finding synced(const Sight& sight, const Id& id, const ExternalSecret& es, const kube::Condition& ready,
               Duration interval) {
  const WallTime now = sight.now();
  Finding out{.word = "synced", .since = ready.last_transition_time};
  out.next = next_read(es, interval, now);
  if (is_overdue(es, interval, now)) {
    out.health = Health::kFailed;
    out.word = "overdue";
    out.detail = fmt::format("was last read at {} and has refreshInterval {}: does an operator run that serves it?",
                             es.status.refresh_time, es.spec.refresh_interval.value_or("1h"));
    out.sentence = fmt::format("{} {}", id.text(), out.detail);
  } else if (ready.reason != "SecretSynced") {
    out.detail = beside_synced(sight, id, ready);
    out.sentence = fmt::format("{} was read at {}: {}", id.text(), es.status.refresh_time, out.detail);
  } else {
    out.detail = beside_synced(sight, id, ready);
    out.sentence = fmt::format("{} was read from its store at {}{}{}", id.text(), es.status.refresh_time,
                               out.detail.empty() ? "" : ": ", out.detail);
  }
  return out;
}

// An object whose status its controller may not write is looked at, and cannot say so.
std::optional<Finding> untold(const Sight& sight, const Id& id) {
  const auto warnings = sight.warnings(id);
  const auto event = std::ranges::find(warnings, secrets::kStatusNotWritten, &kube::Event::reason);
  if (event == warnings.end()) return std::nullopt;
  const std::string why = on_one_line((*event)->message);
  return Finding{.health = Health::kFailed,
                 .word = "no status",
                 .sentence = fmt::format("{} has no status: {}", id.text(), why),
                 .detail = why,
                 .last_error = why};
}

Finding judged(const Sight& sight, const Id& id, const ExternalSecret& es) {
  const kube::Condition* ready = ready_condition(es.status.conditions);
  if (es.metadata.deleting()) return going(sight, id, es.metadata);
  if (ready == nullptr) {
    if (auto found = untold(sight, id)) return *std::move(found);
    Finding out = waiting(id, "new", "was not looked at yet: does an operator run that serves its namespace and store?",
                          es.metadata.creation_timestamp);
    out.blames = stores_of(es);
    return out;
  }
  if (ready->status != "True") return failing(sight, id, es, *ready);
  if (es.spec.refresh_policy != "CreatedOnce" && secrets::was_edited(es)) {
    return waiting(id, "edited", "was edited and not read again since: does an operator run that serves it?", "");
  }
  const auto interval = secrets::refresh_interval(es);
  Finding out = synced(sight, id, es, *ready, interval.value_or(Duration::zero()));
  out.evidence.push_back(evidence_of(*ready));
  return out;
}

}  // namespace

Finding judge_store(const Sight& sight, const Id& id) {
  const Store* store = sight.store(id);
  if (store == nullptr && sight.blind(id.kind)) return not_seen(id);
  if (store == nullptr) {
    return {.health = Health::kFailed,
            .word = "missing",
            .sentence = fmt::format("{} does not exist ({})", id.text(), stores_there(sight, id)),
            .detail = "does not exist; " + stores_there(sight, id)};
  }
  if (store->metadata.deleting()) return going(sight, id, store->metadata);
  const kube::Condition* ready = ready_condition(store->conditions);
  if (ready == nullptr) {
    if (auto found = untold(sight, id)) return *std::move(found);
    const auto warnings = sight.warnings(id);  // a block that cannot be read has no condition
    if (warnings.empty()) {
      return waiting(id, "new", "was not looked at yet: does an operator run that serves it?",
                     store->metadata.creation_timestamp);
    }
    const std::string why = on_one_line(warnings.front()->message);
    return {.health = Health::kFailed,
            .word = "not ready",
            .sentence = fmt::format("{} is not ready: {}", id.text(), why),
            .detail = why,
            .last_error = why};
  }
  Finding out{.word = "ready", .since = ready->last_transition_time};
  out.evidence.push_back(evidence_of(*ready));
  if (ready->status == "True") {
    out.sentence = fmt::format("{} is ready", id.text());
    out.detail = on_one_line(ready->reason == "ValidationUnknown" ? ready->message : sight.remarks(id));
    return out;
  }
  out.health = ready->status == "Unknown" ? Health::kUnknown : Health::kFailed;
  out.word = "not ready";
  const std::string reason = secrets::failure_reason(kind_name(id.kind), *ready);
  const std::string warning = add_failure(sight, id, {reason, ready->last_transition_time}, out);
  out.last_error = warning.empty() ? on_one_line(ready->message) : warning;
  out.detail = out.last_error;
  out.sentence = fmt::format("{} is not ready: {}", id.text(), out.last_error);
  return out;
}

Finding judge_cluster_external_secret(const Sight& sight, const Id& id) {
  const api::es::ClusterExternalSecret* ces = sight.cluster_external_secret(id);
  if (ces == nullptr) return not_seen(id);
  if (ces->metadata.deleting()) return going(sight, id, ces->metadata);
  const auto ready = std::ranges::find(ces->status.conditions, "Ready", &api::es::ClusterCondition::type);
  if (ready == ces->status.conditions.end()) {
    if (auto found = untold(sight, id)) return *std::move(found);
    return waiting(id, "new", "was not looked at yet: does an operator run that serves ClusterExternalSecrets?",
                   ces->metadata.creation_timestamp);
  }
  const std::size_t kept = ces->status.provisioned_namespaces.size();
  Finding out{.word = "kept", .detail = on_one_line(ready->message)};
  out.evidence.push_back({"condition Ready", fmt::format("{}: {}", ready->status, on_one_line(ready->message))});
  out.sentence = fmt::format("{} keeps ExternalSecret {} in {} namespace{}", id.text(), ces->child_name(), kept,
                             kept == 1 ? "" : "s");
  if (ready->status == "True") {
    if (kept == 0 && out.detail.empty()) out.detail = secrets::cluster::kNowhere;
    if (!out.detail.empty()) out.sentence += ": " + out.detail;
    return out;
  }
  out.health = Health::kFailed;
  out.word = "failed";
  const std::string warning = add_failure(sight, id, {.reason = secrets::failure_reason(kind_name(id.kind), {})}, out);
  std::vector<std::string> failed;
  for (const auto& [ns, reason] : ces->status.failed_namespaces) {
    failed.push_back(fmt::format("{}: {}", ns, on_one_line(reason)));
  }
  out.last_error = failed.empty() ? (warning.empty() ? on_one_line(ready->message) : warning)
                                  : on_one_line(fmt::format("{}", fmt::join(failed, "; ")));
  out.detail = out.last_error;
  out.sentence = fmt::format("{} fails: {}", id.text(), out.last_error);
  return out;
}

Finding judge_external_secret(const Sight& sight, const Id& id) {
  const ExternalSecret* es = sight.external_secret(id);
  if (es == nullptr) return not_seen(id);
  Finding out = judged(sight, id, *es);
  out.refreshed = es->status.refresh_time;
  if (!out.refreshed.empty()) out.evidence.push_back({"status.refreshTime", "last read with success", out.refreshed});
  return out;
}

}  // namespace rotor::inspect
