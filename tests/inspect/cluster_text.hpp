// A Cluster out of manifests with their status, as `kubectl get -o yaml` would show them.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "inspect/cluster.hpp"
#include "inspect/graph.hpp"
#include "json/document.hpp"
#include "json/yaml.hpp"

namespace rotor::test {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

inline void add(inspect::Cluster& out, std::string_view kind, const std::string& json) {
  if (kind == "SecretStore") out.stores.push_back(must(inspect::read_store(json, false)));
  if (kind == "ClusterSecretStore") out.stores.push_back(must(inspect::read_store(json, true)));
  if (kind == "ClusterExternalSecret") {
    out.cluster_external_secrets.push_back(must(json::read<api::es::ClusterExternalSecret>(json)));
  }
  if (kind == "ExternalSecret") out.external_secrets.push_back(must(json::read<api::es::ExternalSecret>(json)));
  if (kind == "Secret") out.secrets.push_back(must(json::read<kube::PartialObject>(json)).metadata);
  if (kind == "OpenClawInstance") out.instances.push_back(must(inspect::read_instance(json)));
  if (kind == "StatefulSet") out.workloads.push_back(must(inspect::read_workload(json)));
  if (kind == "Pod") out.pods.push_back(must(inspect::read_pod(json)));
  if (kind == "Event") out.events.push_back(must(json::read<kube::Event>(json)));
}

inline constexpr std::string_view kNoon = "2026-05-01T12:00:00Z";

inline inspect::Cluster cluster_of(std::string_view yaml, std::string_view now = kNoon) {
  inspect::Cluster out;
  out.now = must(parse_time(now));
  for (const json::YamlDocument& document : must(json::parse_yaml_stream(yaml))) {
    add(out, json::find_string(document.value, "kind"), json::serialize(document.value));
  }
  return out;
}

inline inspect::Graph graph_of(std::string_view yaml, std::string_view now = kNoon) {
  return inspect::make_graph(cluster_of(yaml, now));
}

}  // namespace rotor::test
