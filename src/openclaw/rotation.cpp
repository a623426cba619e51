#include "openclaw/rotation.hpp"

#include <algorithm>

namespace rotor::openclaw {
namespace {

using Presence = ObservedSecret::Presence;
using Action = RotationDecision::Action;

enum class Verdict : std::uint8_t {
  kSame,    // the entry stays as it is
  kAdopt,   // record what is there; no pod needs a restart for it
  kRotate,  // record what is there, with new pods
};

struct Judged {
  Verdict verdict;
  SecretEntry entry;  // for kAdopt and kRotate
};

const SecretEntry* known_entry(const RotationInput& in, const std::string& name) {
  if (in.state == nullptr) return nullptr;
  const auto entry = in.state->secrets.find(name);
  return entry == in.state->secrets.end() ? nullptr : &entry->second;
}

SecretEntry entry_of(const SecretReference& reference, const ObservedSecret& seen) {
  SecretEntry entry;
  entry.usage = usage_id(reference);
  if (seen.presence == Presence::kMissing || !seen.missing_keys.empty()) {
    entry.absent = true;
    return entry;
  }
  entry.resource_version = seen.resource_version;
  entry.content = seen.content;
  entry.immutable = seen.immutable;
  if (!seen.unusable.empty()) return entry;  // what a process made of it is not known
  entry.digest = seen.digest;
  entry.start_digest = seen.start_digest;
  return entry;
}

// Digests begin with the name of the key they were made with.
bool same_key(std::string_view a, std::string_view b) {
  return !a.empty() && a.substr(0, a.find('-')) == b.substr(0, b.find('-'));
}

// No digest to compare with (unknown, another key, another usage): an unchanged version proves an unchanged value.
Judged judge_by_version(const SecretEntry& known, SecretEntry now) {
  const bool same = !known.resource_version.empty() && known.resource_version == now.resource_version;
  return {same ? Verdict::kAdopt : Verdict::kRotate, std::move(now)};
}

bool shows_nothing(const ObservedSecret& seen, std::string_view digest) {
  return !seen.absent_digest.empty() && digest == seen.absent_digest;
}

Judged judge_present(const RotationInput& in, const SecretReference& reference, const SecretEntry& known,
                     const ObservedSecret& seen) {
  SecretEntry now = entry_of(reference, seen);
  if (!in.has_key) return {Verdict::kSame, {}};
  if (known.absent) {
    const bool unseen = reference.required || shows_nothing(seen, seen.digest);
    return {unseen ? Verdict::kAdopt : Verdict::kRotate, std::move(now)};
  }
  const bool comparable = same_key(known.digest, now.digest) && known.usage == now.usage;
  if (!comparable) return judge_by_version(known, std::move(now));
  if (known.digest == now.digest) {
    // From here on nodes keep it as it is, whatever its name stands for later.
    const bool freezes = seen.immutable && !known.immutable;
    return {freezes ? Verdict::kAdopt : Verdict::kSame, std::move(now)};
  }
  return {seen.ignored ? Verdict::kSame : Verdict::kRotate, std::move(now)};
}

Judged judge_missing(const SecretReference& reference, const SecretEntry& known, const ObservedSecret& seen) {
  if (reference.required || known.absent) return {Verdict::kSame, {}};
  if (shows_nothing(seen, known.digest)) return {Verdict::kAdopt, entry_of(reference, seen)};
  return {seen.ignored ? Verdict::kSame : Verdict::kRotate, entry_of(reference, seen)};
}

// The pods go on with what they have. A container that waited for the Secret may have started with what it made of the
// value, so any other version calls for a restart.
Judged judge_unusable(const RotationInput& in, const SecretReference& reference, const SecretEntry& known,
                      const ObservedSecret& seen) {
  if (!in.has_key) return {Verdict::kSame, {}};
  if (known.absent && reference.required) return {Verdict::kAdopt, entry_of(reference, seen)};
  const bool same_version = !known.absent && known.resource_version == seen.resource_version;
  const bool running = same_version || (!seen.digest.empty() && known.digest == seen.digest);
  return {running || seen.ignored ? Verdict::kSame : Verdict::kRotate, entry_of(reference, seen)};
}

bool complete(const ObservedSecret& seen) { return seen.presence == Presence::kPresent && seen.missing_keys.empty(); }

Judged judge(const RotationInput& in, const std::string& name, const SecretReference& reference,
             const ObservedSecret& seen) {
  // Only the version is known of what cannot be read; when it can be, an equal version proves that nothing was missed.
  const SecretEntry* known = known_entry(in, name);
  if (in.pods_start_anyway || known == nullptr) {
    const bool missed = in.missed_before_us && !in.pods_start_anyway && complete(seen);
    return {missed ? Verdict::kRotate : Verdict::kAdopt, entry_of(reference, seen)};
  }
  if (seen.presence == Presence::kUnreadable) return {Verdict::kSame, {}};
  if (complete(seen) && !seen.unusable.empty()) return judge_unusable(in, reference, *known, seen);
  if (complete(seen)) return judge_present(in, reference, *known, seen);
  return judge_missing(reference, *known, seen);
}

bool is_frozen(const RotationInput& in, const std::string& name, const ObservedSecret& seen) {
  const SecretEntry* known = known_entry(in, name);
  return seen.immutable || (known != nullptr && known->immutable);
}

// Not of an immutable Secret: the kubelet hands out the file that it has as long as the pod names the Secret.
bool changed_in_place(const RotationInput& in, const std::string& name, const SecretReference& reference,
                      const ObservedSecret& seen) {
  const SecretEntry* known = known_entry(in, name);
  return known != nullptr && complete(seen) && !is_frozen(in, name, seen) && seen.unusable.empty() &&
         known->usage == usage_id(reference) && same_key(known->digest, seen.digest) && !seen.start_digest.empty() &&
         known->start_digest == seen.start_digest;
}

// Pods that run without waiting for it would be replaced by ones that do.
bool would_be_missed(const RotationInput& in, const std::string& name, const SecretReference& reference,
                     const ObservedSecret& seen) {
  const bool missing = (seen.presence == Presence::kMissing && reference.required) || !seen.missing_keys.empty();
  const SecretEntry* known = known_entry(in, name);
  return missing && (known == nullptr || !known->absent);
}

// A pod that runs has its keys in the environment, where one more or less is nothing; as a file it is asked for.
bool lacks_key_in_place(const SecretReference& reference, const ObservedSecret& seen) {
  return std::ranges::any_of(seen.missing_keys,
                             [&reference](const std::string& key) { return reference.in_place.contains(key); });
}

void note_trouble(const std::string& name, const SecretReference& reference, const ObservedSecret& seen,
                  RotationDecision& out) {
  if (seen.presence == Presence::kUnreadable) out.unreadable.push_back(name);
  if (seen.presence == Presence::kMissing && reference.required) out.missing.push_back(name);
  for (const std::string& key : seen.missing_keys) out.missing.push_back(name + " (key " + key + ")");
  for (const std::string& problem : seen.unusable) out.unusable.push_back("Secret \"" + name + "\": " + problem);
}

// A change that has to wait must not be forgotten: an entry without digest and version equals nothing later.
SecretEntry held(const RotationInput& in, const std::string& name, const SecretReference& reference) {
  if (const SecretEntry* known = known_entry(in, name)) return *known;
  SecretEntry blank;
  blank.usage = usage_id(reference);
  return blank;
}

// The values went back to what the state has while pods were being given others: they are given these once more.
void take_back_delivery(const RotationInput& in, std::map<std::string, Judged>& judged, RotationDecision& out) {
  for (const auto& [name, reference] : in.references) {
    const ObservedSecret& seen = in.observed.find(name)->second;
    if (reference.in_place.empty() || !changed_in_place(in, name, reference, seen)) continue;
    out.changed.push_back(name);
    judged.insert_or_assign(name, Judged{Verdict::kRotate, entry_of(reference, seen)});
  }
}

Action action_of(const RotationInput& in, const RotationDecision& d, bool rotate) {
  if (rotate) return Action::kRotate;
  if (!d.changed.empty() || d.held_back) return Action::kHold;
  return in.state != nullptr && *in.state == d.next ? Action::kNothing : Action::kAdopt;
}

}  // namespace

RotationDecision decide_rotation(const RotationInput& in) {
  RotationDecision out;
  std::map<std::string, Judged> judged;
  bool in_place = true, lacks_file = false, missed = false;
  for (const auto& [name, reference] : in.references) {
    const ObservedSecret& seen = in.observed.find(name)->second;
    lacks_file = lacks_file || lacks_key_in_place(reference, seen);
    missed = missed || would_be_missed(in, name, reference, seen);
    note_trouble(name, reference, seen, out);
    if (is_frozen(in, name, seen)) out.frozen.push_back(name);
    Judged verdict = judge(in, name, reference, seen);
    if (verdict.verdict == Verdict::kRotate) {
      out.changed.push_back(name);
      in_place = in_place && changed_in_place(in, name, reference, seen);
    }
    judged.emplace(name, std::move(verdict));
  }
  if (in.delivery_open && out.changed.empty()) take_back_delivery(in, judged, out);
  const bool blocked =
      !out.missing.empty() || !out.unreadable.empty() || !out.unusable.empty() || !in.has_key || in.lacks_config_map;
  const bool rotate = !out.changed.empty() && !blocked;
  for (auto& [name, verdict] : judged) {
    const bool take = verdict.verdict == Verdict::kAdopt || (verdict.verdict == Verdict::kRotate && rotate);
    out.next.secrets.emplace(name, take ? std::move(verdict.entry) : held(in, name, in.references.find(name)->second));
  }
  if (in.state != nullptr) {
    out.next.hash = in.state->hash;
    out.next.delivered = in.state->delivered;
  }
  out.in_place = rotate && in_place;
  const bool cannot_replace = (in.replaces_pods && missed) || (in.pods_start_anyway && in.lacks_config_map);
  out.held_back = (in.starts_pods && (!out.unusable.empty() || lacks_file)) || cannot_replace;
  out.action = action_of(in, out, rotate);
  return out;
}

}  // namespace rotor::openclaw
