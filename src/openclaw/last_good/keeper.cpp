#include "openclaw/last_good/keeper.hpp"

#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/externalsecrets/store_versions.hpp"
#include "base/log.hpp"
#include "base/time.hpp"
#include "openclaw/last_good/pointing.hpp"
#include "openclaw/last_good/trial.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

constexpr kube::Resource kSecretCopies = kube::kResource<api::Secret>;

// What `cache` has of objects whose names begin like this.
template <class T>
std::vector<typename kube::Cache<T>::Ptr> named_like(const kube::Cache<T>& cache, const kube::Key& prefix) {
  std::vector<typename kube::Cache<T>::Ptr> found;
  for (auto it = cache.all().lower_bound(prefix); it != cache.all().end(); ++it) {
    if (it->first.ns != prefix.ns || !it->first.name.starts_with(prefix.name)) break;
    found.push_back(it->second);
  }
  return found;
}

bool is_copy_of(const api::Secret& secret, const OpenClawInstance& instance) {
  const auto of = secret.metadata.labels.find(kLastGoodOf);
  const auto& owners = secret.metadata.owner_references;
  return of != secret.metadata.labels.end() && of->second == instance.metadata.name && !owners.empty() &&
         owners.front().uid == instance.metadata.uid;
}

// With what stores call the values, for whoever asks which version the pods run with.
api::Secret copy_document(const OpenClawInstance& instance, const std::string& name, api::Secret source) {
  api::Secret out;
  out.metadata = managed_metadata(instance, name);
  out.metadata.labels.emplace(kLastGoodOf, instance.metadata.name);
  out.metadata.annotations.emplace(kCopyOf, source.metadata.name);
  const auto versions = source.metadata.annotations.find(api::es::kStoreVersionsAnnotation);
  if (versions != source.metadata.annotations.end()) out.metadata.annotations.insert(*versions);
  out.type = "Opaque";
  out.data = std::move(source.data);
  out.immutable = true;
  return out;
}

// Copies that the spec itself names: they are what pods start with, for as long as it does, and need no copy.
std::set<std::string> named_copies(const WorkloadSight& sight) {
  std::set<std::string> names;
  for (const auto& [name, reference] : sight.references) {
    if (name.starts_with(copy_prefix(sight.key.name))) names.insert(name);
  }
  return names;
}

// What the pods run with is what the Secret holds: it can be copied.
bool holds_what_runs(const WorkloadSight& sight, const std::string& name, const SecretEntry& runs) {
  const auto seen = sight.observed.find(name);
  return seen != sight.observed.end() && seen->second.presence == ObservedSecret::Presence::kPresent && !runs.absent &&
         !runs.digest.empty() && seen->second.digest == runs.digest;
}

// A pod that was given new values in place may have ended long before it had them.
bool ended_before(const PodGlimpse& pod, const std::string& trial) {
  const auto ended = parse_time(pod.ended);
  const auto began = parse_time(trial);
  return ended && began && *ended < *began;
}

}  // namespace

Task<Result<SightPtr>> LastGoodKeeper::look(SightPtr sight) {
  if (sight->live.object == nullptr || sight->marks_only || sight->live.state == nullptr) co_return sight;
  if (!wants_rollback(*sight->instance)) {
    if (!sight->live.last_good.refuses()) CO_TRY_VOID(co_await remove_copies(sight->instance, named_copies(*sight)));
    co_return sight;
  }
  const auto out = std::make_shared<WorkloadSight>(*sight);
  out->seen_at = clock_.now();
  const Trial trial = judge_trial({.record = out->last_good,
                                   .counts = workload_state(out->live.document),
                                   .suspended = out->wanted.spec.replicas == 0,
                                   .gave_up = gave_up(*out),
                                   .age = trials_.age(out->key, out->last_good.trying, clock_.steady()),
                                   .limits = {options_.proven_after, options_.progress_deadline}});
  out->look_again = trial.look_again;
  if (trial.verdict == Trial::Verdict::kGood) {
    CO_TRY(out->last_good, co_await keep(sight));
  }
  out->rolled_back = see_copies(out->last_good, out->observed);
  if (trial.verdict == Trial::Verdict::kFailed) {
    const auto exists = [this, &out](const std::string& name) { return has_copy(*out, name); };
    const std::set<std::string> refused = go_back(*out->live.state, trial.why, exists, out->last_good, out->observed);
    out->goes_back = !refused.empty();
    out->rolled_back.insert(refused.begin(), refused.end());
  }
  co_return out;
}

bool LastGoodKeeper::has_copy(const WorkloadSight& sight, const std::string& name) const {
  return view_.secrets.get({sight.key.ns, name}) != nullptr;
}

bool LastGoodKeeper::gave_up(const WorkloadSight& sight) const {
  const std::string_view newest = json::find_string(sight.live.document, "status.updateRevision");
  for (const auto& pod : named_like(view_.pods, {sight.key.ns, sight.key.name + "-"})) {
    const bool of_newest = pod->instance == sight.key.name && !newest.empty() && pod->revision == newest;
    if (of_newest && pod->cannot_start() && !ended_before(*pod, sight.last_good.trying)) return true;
  }
  return false;
}

Task<Result<LastGood>> LastGoodKeeper::keep(SightPtr sight) {
  LastGood out = sight->last_good;
  std::set<std::string> copies = named_copies(*sight);
  for (const auto& [name, runs] : sight->live.state->secrets) {
    if (copies.contains(name)) continue;
    const auto kept = out.secrets.find(name);
    const bool known = kept != out.secrets.end();
    const bool there = known && has_copy(*sight, kept->second.copy);
    const bool current = there && (kept->second.digest == runs.digest || !kept->second.refused.empty());
    if (!current && holds_what_runs(*sight, name, runs)) {
      CO_TRY(std::string made, co_await copy(sight, name, runs.digest));
      if (!made.empty()) out.secrets.insert_or_assign(name, KeptValue{std::move(made), runs.digest, {}});
    }
  }
  std::erase_if(out.secrets, [&sight](const auto& entry) { return !sight->references.contains(entry.first); });
  out.trying.clear();
  if (!out.refuses()) out.why.clear();
  for (const auto& [name, kept] : out.secrets) copies.insert(kept.copy);
  CO_TRY_VOID(co_await remove_copies(sight->instance, std::move(copies)));
  co_return out;
}

// The name of the copy; empty when the Secret was changed meanwhile, which is another pass.
Task<Result<std::string>> LastGoodKeeper::copy(SightPtr sight, std::string secret, std::string digest) {
  const auto reference = sight->references.find(secret);
  if (reference == sight->references.end() || sight->digester == nullptr) co_return std::string();
  Result<api::Secret> source = co_await gate_.read(sight->key.ns, secret);
  if (!source && source.error().code == Code::kNotFound) co_return std::string();
  if (!source) co_return std::unexpected(std::move(source).error().prefixed("copying Secret " + secret));
  if (sight->digester->secret(secret, reference->second, source->data) != digest) co_return std::string();
  std::string name = copy_name(*sight->instance, secret, digest);
  kube::WriteOptions options;
  options.field_manager = kFieldManager;
  options.confidential = true;
  SecretBytes document = json::write_secret(copy_document(*sight->instance, name, *std::move(source)));
  const Result<SecretBytes> made =
      co_await client_.create(kSecretCopies, sight->key.ns, std::move(document), std::move(options));
  if (made) {
    log::info("kept a copy of a good value", {{"instance", sight->key.text()}, {"secret", secret}, {"copy", name}});
    CO_TRY_VOID(view_.secrets.wrote(*made));
    co_return name;
  }
  if (made.error().code != Code::kAlreadyExists) {
    co_return std::unexpected(Error(made.error()).prefixed("keeping a copy of Secret " + secret));
  }
  CO_TRY(const api::Secret there, co_await gate_.read(sight->key.ns, name));
  if (is_copy_of(there, *sight->instance)) co_return name;
  co_return fail(
      Code::kInvalid,
      fmt::format("Secret \"{}\" is not ours: rename it, a copy of Secret \"{}\" needs that name", name, secret));
}

Task<Result<void>> LastGoodKeeper::remove_copies(InstancePtr instance, std::set<std::string> keep) {
  const std::string& ns = instance->metadata.ns;
  for (const auto& mark : named_like(view_.secrets, {ns, copy_prefix(instance->metadata.name)})) {
    if (keep.contains(mark->metadata.name)) continue;
    const Result<api::Secret> found = co_await gate_.read(ns, mark->metadata.name);
    if (!found && found.error().code == Code::kNotFound) continue;
    if (!found) co_return std::unexpected(found.error());
    if (!is_copy_of(*found, *instance)) continue;
    kube::DeleteOptions options;
    options.uid = found->metadata.uid;
    const Result<void> removed = co_await client_.remove(kSecretCopies, found->metadata.key(), std::move(options));
    if (!removed && removed.error().code != Code::kNotFound) co_return std::unexpected(removed.error());
    log::info("removed the copy of an older value",
              {{"instance", instance->metadata.key().text()}, {"copy", found->metadata.name}});
  }
  co_return Result<void>{};
}

Permit rolled_back(const WorkloadSight& sight) {
  std::vector<std::string> named, copies;
  for (const std::string& name : sight.rolled_back) {
    const auto reference = sight.references.find(name);
    const auto kept = sight.last_good.secrets.find(name);
    const bool whole = reference == sight.references.end() || reference->second.takes_every_key();
    named.push_back(whole ? fmt::format("Secret \"{}\"", name)
                          : fmt::format("Secret \"{}\" (key {})", name,
                                        fmt::join(reference->second.keys | std::views::keys, ", ")));
    if (kept != sight.last_good.secrets.end()) copies.push_back(kept->second.copy);
  }
  Permit permit{.verdict = Permit::Verdict::kRefuse, .reason = "SecretRolledBack"};
  permit.message = fmt::format(
      "The new value of {} failed: {}. Pods run with the previous one, kept in Secret {}. Write another value, or take "
      "the annotation {} off to start pods with the one that is there",
      fmt::join(named, ", "), sight.last_good.why, fmt::join(copies, ", "), kSecretRollback);
  return permit;
}

}  // namespace rotor::openclaw
