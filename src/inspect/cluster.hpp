// What is read of a cluster, cut down to what the judges look at as soon as it arrives: no value of an environment, of
// a store's manifest or of a Secret stays.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/externalsecrets/cluster_external_secret.hpp"
#include "api/externalsecrets/external_secret.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "kube/events/event.hpp"
#include "kube/leader/lease.hpp"
#include "kube/object/object.hpp"
#include "openclaw/rollout/history.hpp"
#include "openclaw/secret_references.hpp"
#include "openclaw/status.hpp"

namespace rotor::inspect {

struct Store {
  bool cluster = false;
  kube::ObjectMeta metadata{};
  std::string provider{};
  std::vector<kube::Condition> conditions{};
};

struct Instance {
  kube::ObjectMeta metadata{};
  bool suspended = false;
  std::vector<kube::Condition> conditions{};
  std::int64_t observed_generation = 0;
  openclaw::References references{};  // by its own spec; the StatefulSet's count where there is one
};

struct Workload {  // a StatefulSet
  kube::ObjectMeta metadata{};
  std::string secret_hash{};  // on its template
  openclaw::References references{};
  openclaw::WorkloadState state{};
  openclaw::History history{};
};

struct Container {
  std::string name{};
  openclaw::References references{};
  std::string waiting_reason{};
  std::string waiting_message{};
  std::string started{};  // RFC 3339, while it runs
  bool running = false;
};

struct Pod {
  kube::ObjectMeta metadata{};
  std::string phase{};
  bool ready = false;
  std::string secret_hash{};
  std::vector<Container> containers{};
  std::set<std::string, std::less<>> mounts{};  // Secrets as volumes: the kubelet brings these up to date by itself
  // Keys that the program reads again when it is told to, by Secret; and when the values were told of that it took
  // last.
  std::map<std::string, std::set<std::string>, std::less<>> in_place{};
  std::string in_place_since{};

  std::set<std::string, std::less<>> secrets() const;  // that it uses in any way
};

Result<Store> read_store(std::string_view json, bool cluster);
Result<Instance> read_instance(std::string_view json);
Result<Workload> read_workload(std::string_view json);
Result<Pod> read_pod(std::string_view json);

struct Cluster {
  WallTime now{};
  std::vector<Store> stores{};
  std::vector<api::es::ClusterExternalSecret> cluster_external_secrets{};
  std::vector<api::es::ExternalSecret> external_secrets{};
  std::vector<kube::ObjectMeta> secrets{};
  std::vector<Instance> instances{};
  std::vector<Workload> workloads{};
  std::vector<Pod> pods{};
  std::vector<kube::Event> events{};
  std::vector<kube::Lease> leases{};           // read_installations()
  std::set<std::string, std::less<>> blind{};  // kinds that could not be listed: that one is not there means nothing
  std::vector<std::string> unread{};
  std::vector<std::string> notes{};
};

}  // namespace rotor::inspect
