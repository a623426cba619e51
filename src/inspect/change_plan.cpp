#include "inspect/change_plan.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "inspect/sight.hpp"
#include "secrets/items.hpp"
#include "secrets/marks.hpp"
#include "secrets/policies.hpp"

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

Change plan_there(const Proposal& proposal, const kube::ObjectMeta& secret, const Change& maker) {
  const Id id = target_of(proposal.es);
  const std::string from = sources_of(proposal.es);
  if (!proposal.content) {
    if (maker.effect == Effect::kNone) return {id, Effect::kNone, ""};
    return {id, Effect::kMayChange, fmt::format("{}; {}", from, keys_text(proposal))};
  }
  const std::string before = hash_of(secret), after = proposal.content->hash;
  if (before == after) return {id, Effect::kNone, ""};
  if (secrets::keeps_foreign_keys(proposal.es)) {
    return {id, Effect::kMayChange, fmt::format("{}; {}, beside those of others", from, keys_text(proposal))};
  }
  const std::string was = before.empty() ? std::string("no hash of ours") : in_short(before);
  return {id, Effect::kChanges, fmt::format("{}; {}; {} becomes {}", from, keys_text(proposal), was, in_short(after))};
}

Change plan_secret(const Proposal& proposal, const kube::ObjectMeta* secret, const Change& maker) {
  if (secret != nullptr) return plan_there(proposal, *secret, maker);
  const Id id = target_of(proposal.es);
  if (!secrets::creates(proposal.es)) {
    return {id, Effect::kNone,
            fmt::format("is not there, and creationPolicy {} makes none", proposal.es.spec.target.creation_policy)};
  }
  // It is missing in spite of an ExternalSecret that is there already: nobody says that applying it again makes it.
  const Effect effect = maker.effect == Effect::kNone ? Effect::kMayChange : Effect::kNew;
  return {id, effect, fmt::format("{}; {}", sources_of(proposal.es), keys_text(proposal))};
}

}  // namespace

std::string_view effect_name(Effect effect) {
  constexpr std::array<std::string_view, 6> kNames = {"none", "may change", "changes", "new", "restarts", "refused"};
  return kNames.at(static_cast<std::size_t>(effect));
}

std::vector<Change> plan_changes(const std::vector<Proposal>& proposals, const Cluster& cluster) {
  const Sight sight(cluster);
  std::vector<Change> out;
  for (const Proposal& proposal : proposals) {
    const Change maker = plan_external_secret(proposal, sight.external_secret(id_of(proposal.es)));
    out.push_back(maker);
    if (proposal.refusal || !makes_secret(proposal.es)) continue;
    const Change secret = plan_secret(proposal, sight.secret(target_of(proposal.es)), maker);
    out.push_back(secret);
    if (secret.effect == Effect::kNone) continue;
    for (const Instance& instance : cluster.instances) {
      const std::vector<Id> used = sight.secrets_of(instance);
      if (std::ranges::find(used, secret.id) == used.end()) continue;
      const Effect effect = secret.effect == Effect::kMayChange ? Effect::kMayChange : Effect::kRestarts;
      out.push_back({id_of(instance), effect, fmt::format("uses {}", secret.id.text())});
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
