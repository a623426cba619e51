#include "inspect/cluster.hpp"

#include "api/apps/stateful_set.hpp"
#include "api/externalsecrets/store.hpp"
#include "api/openclaw/instance.hpp"
#include "base/time.hpp"
#include "json/document.hpp"
#include "openclaw/builders/in_place.hpp"
#include "openclaw/file_references.hpp"
#include "openclaw/last_good/pod_glimpse.hpp"
#include "openclaw/live_stateful_set.hpp"
#include "openclaw/names.hpp"

namespace rotor::inspect {
namespace {

kube::ObjectMeta slim(kube::ObjectMeta metadata) {
  metadata.managed_fields.clear();
  return metadata;
}

std::string annotation(const kube::StringMap& annotations, std::string_view name) {
  const auto it = annotations.find(name);
  return it == annotations.end() ? std::string() : it->second;
}

openclaw::References references_of(const api::Container& container) {
  api::PodSpec alone;
  alone.containers = {container};
  return openclaw::secret_references(alone);
}

Container with_state(Container out, const api::ContainerStatus& status) {
  const auto state = status.state ? json::parse(status.state->text) : json::Value(nullptr);
  if (!state) return out;
  out.waiting_reason = json::find_string(*state, "waiting.reason");
  out.waiting_message = json::find_string(*state, "waiting.message");
  out.started = json::find_string(*state, "running.startedAt");
  out.running = json::find(*state, "running") != nullptr;
  return out;
}

template <class T>
Result<Store> to_store(std::string_view json, bool cluster) {
  TRY(T store, json::read<T>(json));
  std::string provider = store.spec.provider.empty() ? std::string() : store.spec.provider.begin()->first;
  return Store{cluster, slim(std::move(store.metadata)), std::move(provider), std::move(store.status.conditions)};
}

// What the main container, the sidecars and the init containers of its pod will refer to.
openclaw::References references_of(const api::InstanceSpec& spec) {
  api::Container main;
  main.env_from = spec.env_from;
  main.env = spec.env;
  api::PodSpec pod;
  pod.init_containers = spec.init_containers;
  pod.containers = spec.sidecars;
  pod.containers.push_back(std::move(main));
  return openclaw::secret_references(pod);
}

}  // namespace

std::set<std::string, std::less<>> Pod::secrets() const {
  auto out = mounts;
  for (const Container& container : containers) {
    for (const auto& [name, reference] : container.references) out.insert(name);
  }
  return out;
}

Result<Store> read_store(std::string_view json, bool cluster) {
  return cluster ? to_store<api::es::ClusterSecretStore>(json, true) : to_store<api::es::SecretStore>(json, false);
}

Result<Instance> read_instance(std::string_view json) {
  TRY(api::OpenClawInstance instance, json::read<api::OpenClawInstance>(json));
  return Instance{.metadata = slim(std::move(instance.metadata)),
                  .suspended = instance.spec.suspended,
                  .conditions = std::move(instance.status.conditions),
                  .observed_generation = instance.status.observed_generation,
                  .references = references_of(instance.spec)};
}

Result<Workload> read_workload(std::string_view json) {
  TRY(api::StatefulSet set, json::read<api::StatefulSet>(json));
  TRY(const json::Value document, json::parse(json));
  openclaw::History history = openclaw::parse_history(annotation(set.metadata.annotations, openclaw::kSecretHistory));
  return Workload{.metadata = slim(std::move(set.metadata)),
                  .secret_hash = annotation(set.spec.pod_template.metadata.annotations, openclaw::kSecretHash),
                  .references = openclaw::secret_references(set.spec.pod_template.spec),
                  .state = openclaw::workload_state(document),
                  .history = std::move(history)};
}

// When the values were told of that the program has taken since; empty: it was told of none.
std::string delivered_at(std::string_view pod_json) {
  const auto glimpse = openclaw::read_pod_glimpse(pod_json);
  if (!glimpse || glimpse->report.result != "ok" || glimpse->report.mark != glimpse->mark) return {};
  const auto mark = openclaw::parse_mark(glimpse->mark);
  return mark ? format_time(mark->since) : std::string();
}

Result<Pod> read_pod(std::string_view json) {
  TRY(api::Pod pod, json::read<api::Pod>(json));
  Pod out{.metadata = slim(std::move(pod.metadata)), .phase = std::move(pod.status.phase)};
  out.secret_hash = annotation(out.metadata.annotations, openclaw::kSecretHash);
  for (const api::PodCondition& condition : pod.status.conditions) {
    if (condition.type == "Ready") out.ready = condition.status == "True";
  }
  for (const api::Container& container : pod.spec.containers) {
    Container view{.name = container.name, .references = references_of(container)};
    for (const api::ContainerStatus& status : pod.status.container_statuses) {
      if (status.name == container.name) view = with_state(std::move(view), status);
    }
    out.containers.push_back(std::move(view));
  }
  for (const api::Container& container : pod.spec.init_containers) {
    out.containers.push_back({.name = container.name, .references = references_of(container)});
  }
  for (const api::Volume& volume : pod.spec.volumes) {
    if (volume.secret) out.mounts.insert(volume.secret->secret_name);
    if (volume.name != openclaw::kReloadValues) continue;
    for (openclaw::FileReference& file : openclaw::files_of(volume)) {
      out.in_place[std::move(file.name)].insert(std::move(file.key));
    }
  }
  for (const auto& [secret, keys] : out.in_place) out.mounts.insert(secret);
  out.in_place_since = delivered_at(json);
  return out;
}

}  // namespace rotor::inspect
