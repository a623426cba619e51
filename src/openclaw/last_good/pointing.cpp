#include "openclaw/last_good/pointing.hpp"

#include "json/document.hpp"

namespace rotor::openclaw {
namespace {

// The copy to use for a Secret; null: the Secret itself.
const std::string* copy_for(const LastGood& record, std::string_view secret) {
  const auto kept = record.secrets.find(secret);
  return kept == record.secrets.end() || kept->second.refused.empty() ? nullptr : &kept->second.copy;
}

void redirect(const LastGood& record, std::string& name) {
  if (const std::string* copy = copy_for(record, name)) name = *copy;
}

void redirect_container(const LastGood& record, api::Container& container) {
  for (api::EnvFromSource& source : container.env_from) {
    if (source.secret_ref) redirect(record, source.secret_ref->name);
  }
  for (api::EnvVar& variable : container.env) {
    if (!variable.value_from || !variable.value_from->secret_key_ref) continue;
    redirect(record, variable.value_from->secret_key_ref->name);
  }
}

// Sources of a projected volume are carried as text.
void redirect_projected(const LastGood& record, json::Raw& projected) {
  auto document = json::parse(projected.text);
  if (!document || !document->is_object()) return;
  json::Value* sources = document->get_object().if_contains("sources");
  if (sources == nullptr || !sources->is_array()) return;
  for (json::Value& source : sources->get_array()) {
    json::Value* secret = source.is_object() ? source.get_object().if_contains("secret") : nullptr;
    if (secret == nullptr || !secret->is_object()) continue;
    const std::string* copy = copy_for(record, json::find_string(*secret, "name"));
    if (copy != nullptr) secret->get_object()["name"] = *copy;
  }
  projected.text = json::serialize(*document);
}

bool same_digest_key(std::string_view a, std::string_view b) {
  return !a.empty() && a.substr(0, a.find('-')) == b.substr(0, b.find('-'));
}

void see_kept(const KeptValue& kept, ObservedSecret& seen) {
  seen.presence = ObservedSecret::Presence::kPresent;
  seen.digest = kept.digest;
  seen.start_digest.clear();
  seen.resource_version.clear();  // no version of the Secret itself proves anything about what the pods have
  seen.immutable = false;         // nor is the name of a copy ever given to other values
  seen.missing_keys.clear();
  seen.unusable.clear();
  seen.error.clear();
}

}  // namespace

void point_at_copies(const LastGood& record, api::PodSpec& pod) {
  if (!record.refuses()) return;
  for (api::Container& c : pod.init_containers) redirect_container(record, c);
  for (api::Container& c : pod.containers) redirect_container(record, c);
  for (api::Volume& volume : pod.volumes) {
    if (volume.secret) redirect(record, volume.secret->secret_name);
    if (volume.projected) redirect_projected(record, *volume.projected);
  }
}

std::set<std::string> see_copies(const LastGood& record, ObservedSecrets& observed) {
  std::set<std::string> seen_so;
  for (const auto& [name, kept] : record.secrets) {
    const auto seen = observed.find(name);
    const bool refused = seen != observed.end() && !kept.refused.empty() &&
                         seen->second.presence == ObservedSecret::Presence::kPresent &&
                         seen->second.digest == kept.refused;
    if (!refused) continue;
    see_kept(kept, seen->second);
    seen_so.insert(name);
  }
  return seen_so;
}

std::set<std::string> go_back(const SecretState& state, const std::string& why,
                              const std::function<bool(const std::string&)>& copy_exists, LastGood& record,
                              ObservedSecrets& observed) {
  std::set<std::string> refused;
  for (auto& [name, kept] : record.secrets) {
    const auto runs = state.secrets.find(name);
    const auto seen = observed.find(name);
    if (runs == state.secrets.end() || seen == observed.end()) continue;
    const std::string& digest = runs->second.digest;
    if (digest == kept.digest || !same_digest_key(digest, kept.digest) || !copy_exists(kept.copy)) continue;
    kept.refused = digest;
    see_kept(kept, seen->second);
    refused.insert(name);
  }
  record.trying.clear();
  if (!refused.empty()) record.why = why;
  return refused;
}

}  // namespace rotor::openclaw
