#include "openclaw/last_good/pod_glimpse.hpp"

#include <algorithm>

#include "api/core/pod.hpp"
#include "json/document.hpp"
#include "openclaw/builders/in_place.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

std::string label(const kube::ObjectMeta& metadata, std::string_view name) {
  const auto found = metadata.labels.find(name);
  return found == metadata.labels.end() ? std::string() : found->second;
}

void take_end(const api::OptionalRaw& state, PodGlimpse& out) {
  const auto document = state ? json::parse(state->text) : json::Value(nullptr);
  const json::Value* code = document ? json::find(*document, "terminated.exitCode") : nullptr;
  if (code == nullptr || !code->is_int64()) return;
  out.exit_code = code->get_int64();
  out.ended = json::find_string(*document, "terminated.finishedAt");
}

// What a container said as it ended: while it is down, or before it was started again.
std::string last_words(const api::ContainerStatus& status) {
  for (const api::OptionalRaw* state : {&status.state, &status.last_state}) {
    const auto document = *state ? json::parse((*state)->text) : json::Value(nullptr);
    const std::string_view message = document ? json::find_string(*document, "terminated.message") : std::string_view();
    if (!message.empty()) return std::string(message);
  }
  return {};
}

}  // namespace

Result<PodGlimpse> read_pod_glimpse(std::string_view pod_json) {
  TRY(const api::Pod pod, json::read<api::Pod>(pod_json));
  PodGlimpse glimpse;
  glimpse.metadata = {pod.metadata.ns, pod.metadata.name, pod.metadata.resource_version};
  glimpse.instance = label(pod.metadata, "app.kubernetes.io/instance");
  glimpse.revision = label(pod.metadata, "controller-revision-hash");
  const auto mark = pod.metadata.annotations.find(kInPlaceMark);
  if (mark != pod.metadata.annotations.end()) glimpse.mark = mark->second;
  glimpse.deleting = pod.metadata.deleting();
  glimpse.reloads =
      std::ranges::find(pod.spec.containers, kReloadContainer, &api::Container::name) != pod.spec.containers.end();
  for (const api::ContainerStatus& status : pod.status.container_statuses) {
    if (status.name == kReloadContainer) glimpse.report = parse_report(last_words(status));
    if (status.name != kMainContainer) continue;
    take_end(status.state, glimpse);
    if (!glimpse.exit_code) take_end(status.last_state, glimpse);
  }
  return glimpse;
}

}  // namespace rotor::openclaw
