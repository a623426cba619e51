#include "local/node/proof.hpp"

#include <algorithm>

#include "local/node/pod_objects.hpp"
#include "openclaw/names.hpp"

namespace rotor::local {
namespace {

std::string secret_hash_of(const kube::StringMap& annotations) {
  const auto found = annotations.find(openclaw::kSecretHash);
  return found == annotations.end() ? std::string() : found->second;
}

api::Pod on_folders_of_its_own(api::Pod pod, std::string_view suffix) {
  pod.metadata.name += suffix;
  pod.metadata.uid = pod.metadata.name;
  for (api::Volume& volume : pod.spec.volumes) {
    if (!volume.persistent_volume_claim) continue;
    volume.persistent_volume_claim.reset();
    volume.empty_dir = json::Raw{"{}"};
  }
  return pod;
}

}  // namespace

Verdict verdict_of(const std::optional<Exit>& exit) {
  if (!exit || exit->signal != 0) return Verdict::kUnknown;
  if (exit->code == 0) return Verdict::kGood;
  return exit->code == 1 ? Verdict::kBad : Verdict::kUnknown;
}

std::vector<std::string> new_values(const Environment& before, const Environment& now) {
  std::vector<std::string> out;
  for (const Variable& variable : now) {
    if (!variable.origin.contains(" of secret ")) continue;
    const auto old = std::ranges::find(before, variable.name, &Variable::name);
    if (old != before.end() && old->value == variable.value) continue;
    if (std::ranges::find(out, variable.origin) == out.end()) out.push_back(variable.origin);
  }
  return out;
}

api::Pod stand_in(const api::StatefulSet& set, std::string_view suffix) {
  const json::Object made = make_pod(set, template_revision(set));
  auto pod = json::read<api::Pod>(json::serialize(json::Value(made)));
  return on_folders_of_its_own(std::move(pod).value_or(api::Pod{}), suffix);
}

api::Pod proof_pod(const api::StatefulSet& set, std::uint64_t number) {
  return stand_in(set, ".proof-" + std::to_string(number));
}

api::Pod proof_pod(api::Pod next, std::uint64_t number) {
  return on_folders_of_its_own(std::move(next), ".proof-" + std::to_string(number));
}

bool is_rotation(const api::StatefulSet& set, const api::Pod& pod) {
  return secret_hash_of(set.spec.pod_template.metadata.annotations) != secret_hash_of(pod.metadata.annotations);
}

}  // namespace rotor::local
