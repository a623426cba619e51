#include "openclaw/proof/job.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "json/document.hpp"
#include "openclaw/builders/identity.hpp"
#include "openclaw/builders/in_place.hpp"
#include "openclaw/file_references.hpp"
#include "openclaw/names.hpp"
#include "openclaw/proof/models_probe.hpp"

namespace rotor::openclaw {
namespace {

using Kind = ProofSettings::Kind;

constexpr std::chrono::seconds kVerdictKept = std::chrono::hours(24);
// Of the pod's init containers, those that lay out the program's configuration. They have no effect beyond the pod.
constexpr std::array<std::string_view, 1> kLayoutContainers = {"init-config"};

void add(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

const api::Container* main_container(const api::PodSpec& pod) {
  const auto main = std::ranges::find(pod.containers, kMainContainer, &api::Container::name);
  return main == pod.containers.end() ? nullptr : &*main;
}

std::vector<std::string> command_of(const ProofSettings& settings) {
  return settings.kind == Kind::kOpenclawModels ? models_probe_command() : settings.command;
}

// Keys that running pods read as files are variables here: a command looks for them where they are without that.
void add_file_variables(const api::PodSpec& pod, api::Container& proof) {
  constexpr std::string_view kFolder = "values/";
  const auto volume = std::ranges::find(pod.volumes, kReloadValues, &api::Volume::name);
  if (volume == pod.volumes.end()) return;
  for (const FileReference& file : files_of(*volume)) {
    if (!file.path.starts_with(kFolder)) continue;
    api::EnvVar entry{file.path.substr(kFolder.size()), std::nullopt, api::EnvVarSource{}};
    entry.value_from->secret_key_ref = api::KeySelector{.name = file.name, .key = file.key, .optional = std::nullopt};
    std::erase_if(proof.env, [&entry](const api::EnvVar& other) { return other.name == entry.name; });
    proof.env.push_back(std::move(entry));
  }
}

api::Container proof_container(const api::PodSpec& pod, const ProofSettings& settings) {
  api::Container proof;
  if (const api::Container* main = main_container(pod)) {
    proof = *main;
    proof.ports.clear();
    proof.liveness_probe = proof.readiness_probe = proof.startup_probe = proof.lifecycle = std::nullopt;
  }
  add_file_variables(pod, proof);
  proof.name = kProofContainer;
  proof.command = command_of(settings);
  proof.args.clear();
  proof.termination_message_path.clear();  // what a command prints must not become part of its pod's status
  proof.termination_message_policy.clear();
  return proof;
}

std::vector<api::Container> layout_containers(const api::PodSpec& pod) {
  std::vector<api::Container> kept;
  for (const api::Container& c : pod.init_containers) {
    if (std::ranges::find(kLayoutContainers, c.name) != kLayoutContainers.end()) kept.push_back(c);
  }
  return kept;
}

// A claim can be mounted by one node alone, and holds what the running program works with: scratch space instead.
api::Volume without_claim(api::Volume volume) {
  if (!volume.persistent_volume_claim && !volume.ephemeral) return volume;
  api::Volume scratch;
  scratch.name = std::move(volume.name);
  scratch.empty_dir = json::Raw{"{}"};
  return scratch;
}

// Folders of machines are looked at, never written.
bool is_shared_folder(const api::Volume& volume) { return volume.host_path || volume.nfs; }

void add_volumes(const api::PodSpec& pod, api::PodSpec& out) {
  std::set<std::string_view> needed;
  for (const auto* containers : {&out.init_containers, &out.containers}) {
    for (const api::Container& c : *containers) {
      for (const api::VolumeMount& m : c.volume_mounts) needed.insert(m.name);
    }
  }
  std::set<std::string> read_only;
  for (const api::Volume& volume : pod.volumes) {
    if (!needed.contains(volume.name)) continue;
    if (is_shared_folder(volume)) read_only.insert(volume.name);
    out.volumes.push_back(without_claim(volume));
  }
  for (api::VolumeMount& mount : out.containers.front().volume_mounts) {
    if (read_only.contains(mount.name)) mount.read_only = true;
  }
}

// Of the pod: who it is, where it may run, what it may do.
api::PodSpec proof_pod(const api::PodSpec& pod, const ProofSettings& settings) {
  api::PodSpec out;
  out.init_containers = layout_containers(pod);
  out.containers = {proof_container(pod, settings)};
  add_volumes(pod, out);
  out.restart_policy = "Never";
  out.service_account_name = pod.service_account_name;
  out.automount_service_account_token = pod.automount_service_account_token;
  out.security_context = pod.security_context;
  out.image_pull_secrets = pod.image_pull_secrets;
  out.node_selector = pod.node_selector;
  out.tolerations = pod.tolerations;
  out.affinity = pod.affinity;
  out.runtime_class_name = pod.runtime_class_name;
  return out;
}

// Not the labels of the pods that serve: no Service, no budget and no StatefulSet may take a proof for one of them.
StringMap proof_labels(const OpenClawInstance& instance) {
  return {{"app.kubernetes.io/name", "openclaw-secret-proof"},
          {std::string(kManagedBy), std::string(kOperatorName)},
          {std::string(kProofOf), instance.metadata.name}};
}

StringMap pod_labels(const RotationWish& wish) {
  StringMap labels = proof_labels(*wish.instance);
  const StringMap& of_pods = wish.wanted.spec.pod_template.metadata.labels;
  if (const auto azure = of_pods.find(kAzureIdentityUse); azure != of_pods.end()) labels.insert(*azure);
  labels.emplace("sidecar.istio.io/inject", "false");  // with a proxy beside it the pod would not end
  return labels;
}

api::PodFailurePolicy failure_policy() {
  api::PodFailureRule disrupted{.action = "Ignore", .on_exit_codes = std::nullopt, .on_pod_conditions = {}};
  disrupted.on_pod_conditions = {{"DisruptionTarget", "True"}};
  api::PodFailureRule bad{.action = "FailJob", .on_exit_codes = std::nullopt, .on_pod_conditions = {}};
  bad.on_exit_codes = api::OnExitCodes{std::string(kProofContainer), "In", {kBadExitCode}};
  return {{std::move(disrupted), std::move(bad)}};
}

}  // namespace

std::string proof_job_name(const RotationWish& wish, const ProofSettings& settings) {
  constexpr std::size_t kRoom = 63 - sizeof("-proof-1234567890") + 1;  // a Job's name is a label of its pod
  std::string input;
  add(input, wish.instance->metadata.uid);
  for (const auto& [name, digest] : wish.changed) add(input, name), add(input, digest);
  input += '|';
  for (const std::string& word : command_of(settings)) add(input, word);
  const std::string id = hex_encode(sha256(input).substr(0, 5));
  return fmt::format("{}-proof-{}", std::string_view(wish.instance->metadata.name).substr(0, kRoom), id);
}

api::Job build_proof_job(const RotationWish& wish, const ProofSettings& settings) {
  api::Job job;
  job.metadata = managed_metadata(*wish.instance, proof_job_name(wish, settings));
  job.metadata.labels = proof_labels(*wish.instance);
  job.spec.active_deadline_seconds = settings.deadline.count();
  job.spec.backoff_limit = 0;
  job.spec.ttl_seconds_after_finished = static_cast<std::int32_t>(kVerdictKept.count());
  job.spec.pod_failure_policy = failure_policy();
  job.spec.pod_template.metadata.labels = pod_labels(wish);
  job.spec.pod_template.metadata.annotations = {{"linkerd.io/inject", "disabled"}};
  job.spec.pod_template.spec = proof_pod(wish.wanted.spec.pod_template.spec, settings);
  return job;
}

}  // namespace rotor::openclaw
