#include "inspect/change_plan.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "inspect/sight.hpp"
#include "secrets/items.hpp"
#include "secrets/marks.hpp"
#include "secrets/policies.hpp"
#include "secrets/refresh_due.hpp"

namespace rotor::inspect {
namespace {

using api::es::ExternalSecret;

constexpr std::size_t kOfAHash = 8;  // of a hash: enough to tell two apart

std::string in_short(std::string_view hash) { return std::string(hash.substr(0, kOfAHash)); }

bool is_same(const ExternalSecret& wanted, const ExternalSecret& live) {
  const auto has_all = [](const kube::StringMap& part, const kube::StringMap& whole) {
    return std::ranges::all_of(part, [&whole](const auto& entry) {
      const auto it = whole.find(entry.first);
      return it != whole.end() && it->second == entry.second;
    });
  };
  // What others added to its metadata is no change of ours.
  return json::write(wanted.spec) == json::write(live.spec) && has_all(wanted.metadata.labels, live.metadata.labels) &&
         has_all(wanted.metadata.annotations, live.metadata.annotations);
}

Change plan_external_secret(const Proposal& proposal, const ExternalSecret* live) {
  Change out{.id = id_of(proposal.es), .says = proposal.origin};
  if (proposal.refusal) return {out.id, Effect::kRefused, fmt::format("{}: {}", proposal.origin, *proposal.refusal)};
  if (live == nullptr) {
    out.effect = Effect::kNew;
  } else if (!is_same(proposal.es, *live)) {
    out.effect = Effect::kChanges;
  }
  return out;
}

std::string keys_text(const Proposal& proposal) {
  return proposal.content ? fmt::format("keys {}", fmt::join(proposal.content->keys, ", "))
                          : fmt::format("its content is not known: {}", proposal.unknown);
}

std::string hash_of(const kube::ObjectMeta& secret) {
  const auto it = secret.annotations.find(std::string(secrets::kDataHashAnnotation));
  return it == secret.annotations.end() ? std::string() : it->second;
}

bool keeps_values(const Proposal& proposal, const kube::ObjectMeta& there) {
  return proposal.content && hash_of(there) == proposal.content->hash;
}

// It has read what it reads once, or what it made is frozen: whatever its store holds, its values stay.
bool reads_no_more(const Proposal& proposal, const ExternalSecret* live, const Change& maker) {
  if (live == nullptr || live->status.refresh_time.empty()) return false;
  const auto interval = secrets::refresh_interval(proposal.es);
  if (live->spec.target.immutable || (interval && secrets::reads_once(proposal.es, *interval))) return true;
  return proposal.es.spec.refresh_policy == "OnChange" && maker.effect == Effect::kNone;
}

// Of a Secret that is there.
bool stays(const Proposal& proposal, const kube::ObjectMeta& secret, const Change& maker, const ExternalSecret* live) {
  return keeps_values(proposal, secret) || reads_no_more(proposal, live, maker);
}

// Its values stay. What else of a Secret follows its ExternalSecret; empty: nothing that was edited.
std::string around_values(const ExternalSecret& wanted, const ExternalSecret* live) {
  if (live == nullptr) return {};
  if (wanted.spec.target.immutable && !live->spec.target.immutable) return "its values stay; it becomes immutable";
  const bool same = json::write(wanted.spec.target) == json::write(live->spec.target) &&
                    wanted.metadata.labels == live->metadata.labels &&
                    wanted.metadata.annotations == live->metadata.annotations;
  return same ? "" : "its values stay; its owner, labels or annotations may change";
}

Change plan_there(const Proposal& proposal, const kube::ObjectMeta& secret, const Change& maker,
                  const ExternalSecret* live) {
  const Id id = target_of(proposal.es);
  const std::string from = sources_of(proposal.es);
  if (stays(proposal, secret, maker, live)) {
    std::string around = maker.effect == Effect::kNone ? "" : around_values(proposal.es, live);
    return {id, around.empty() ? Effect::kNone : Effect::kMayChange, std::move(around)};
  }
  if (!proposal.content) {
    if (maker.effect == Effect::kNone) return {id, Effect::kNone, ""};
    return {id, Effect::kMayChange, fmt::format("{}; {}", from, keys_text(proposal))};
  }
  if (secrets::keeps_foreign_keys(proposal.es)) {
    return {id, Effect::kMayChange, fmt::format("{}; {}, beside those of others", from, keys_text(proposal))};
  }
  const std::string before = hash_of(secret), after = proposal.content->hash;
  const std::string was = before.empty() ? std::string("no hash of ours") : in_short(before);
  return {id, Effect::kChanges, fmt::format("{}; {}; {} becomes {}", from, keys_text(proposal), was, in_short(after))};
}

// The Secret of an earlier target name is removed with the change, under the pods that use it.
std::optional<Id> left_behind(const Proposal& proposal, const ExternalSecret* live, const Sight& sight) {
  if (live == nullptr || !makes_secret(*live) || !secrets::owns(*live) || !secrets::owns(proposal.es)) return {};
  if (live->target_name() == proposal.es.target_name()) return {};
  const Id before = target_of(*live);
  return sight.secret(before) == nullptr ? std::nullopt : std::optional(before);
}

Change plan_secret(const Proposal& proposal, const kube::ObjectMeta* secret, const Change& maker,
                   const ExternalSecret* live) {
  if (secret != nullptr) return plan_there(proposal, *secret, maker, live);
  const Id id = target_of(proposal.es);
  if (!secrets::creates(proposal.es)) {
    return {id, Effect::kNone,
            fmt::format("is not there, and creationPolicy {} makes none", proposal.es.spec.target.creation_policy)};
  }
  // It is missing in spite of an ExternalSecret that is there already: nobody says that applying it again makes it.
  const Effect effect = maker.effect == Effect::kNone ? Effect::kMayChange : Effect::kNew;
  return {id, effect, fmt::format("{}; {}", sources_of(proposal.es), keys_text(proposal))};
}

void add_users(const Sight& sight, const Cluster& cluster, const Id& secret, const Change& as,
               std::vector<Change>& out) {
  for (const Instance& instance : cluster.instances) {
    const std::vector<Id> used = sight.secrets_of(instance);
    if (std::ranges::find(used, secret) != used.end()) out.push_back({id_of(instance), as.effect, as.says});
  }
}

}  // namespace

std::string_view effect_name(Effect effect) {
  constexpr std::array<std::string_view, 7> kNames = {"none", "may change", "changes", "new",
                                                      "goes", "restarts",   "refused"};
  return kNames.at(static_cast<std::size_t>(effect));
}

std::vector<Change> plan_changes(const std::vector<Proposal>& proposals, const Cluster& cluster) {
  const Sight sight(cluster);
  std::vector<Change> out;
  for (const Proposal& proposal : proposals) {
    const ExternalSecret* live = sight.external_secret(id_of(proposal.es));
    const Change maker = plan_external_secret(proposal, live);
    out.push_back(maker);
    if (proposal.refusal || !makes_secret(proposal.es)) continue;
    const Id target = target_of(proposal.es);
    const kube::ObjectMeta* there = sight.secret(target);
    const Change secret = plan_secret(proposal, there, maker, live);
    out.push_back(secret);
    const bool same_values = there != nullptr && stays(proposal, *there, maker, live);
    if (secret.effect != Effect::kNone && !same_values) {
      const Effect effect = secret.effect == Effect::kMayChange ? Effect::kMayChange : Effect::kRestarts;
      add_users(sight, cluster, target, {.effect = effect, .says = fmt::format("uses {}", target.text())}, out);
    }
    if (const auto before = left_behind(proposal, live, sight)) {
      out.push_back({*before, Effect::kGoes, fmt::format("{} makes {} instead", maker.id.text(), target.text())});
      const std::string says = fmt::format("uses {}, without which no new pod of it starts", before->text());
      add_users(sight, cluster, *before, {.effect = Effect::kMayChange, .says = says}, out);
    }
  }
  return out;
}

std::string sources_of(const ExternalSecret& es) {
  std::vector<std::string> parts;
  for (const api::es::DataFrom& from : es.spec.data_from) {
    if (from.extract) parts.push_back(fmt::format("all of {}", from.extract->key));
    if (from.find) parts.push_back(fmt::format("what is found by {}", secrets::wanted_text(*from.find)));
    if (secrets::generates(from)) {
      parts.push_back(fmt::format("{} {}", from.source_ref->generator_ref->kind, from.source_ref->generator_ref->name));
    }
  }
  for (const api::es::Data& item : es.spec.data) {
    const auto& property = item.remote_ref.property;
    const std::string where = property.empty() ? std::string() : fmt::format(" (property {})", property);
    parts.push_back(fmt::format("{} from {}{}", item.secret_key, item.remote_ref.key, where));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace rotor::inspect
