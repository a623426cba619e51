// A Cluster with its indexes: what the judges ask it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "inspect/cluster.hpp"
#include "inspect/object.hpp"

namespace rotor::inspect {

class Sight {
 public:
  explicit Sight(const Cluster& cluster);  // outlives it

  const Cluster& cluster() const { return cluster_; }
  WallTime now() const { return cluster_.now; }
  bool blind(Kind kind) const { return cluster_.blind.contains(kind_name(kind)); }

  const Store* store(const Id& id) const;
  const api::es::ClusterExternalSecret* cluster_external_secret(const Id& id) const;
  const api::es::ExternalSecret* external_secret(const Id& id) const;
  const kube::ObjectMeta* secret(const Id& id) const;
  const Instance* instance(const Id& id) const;
  const Workload* workload(const kube::Key& key) const;  // a StatefulSet

  // Of a Secret that keeps values an instance ran well with: the one that it is a copy of. It is never written again.
  std::optional<Id> original_of(const Id& secret) const;
  // The ExternalSecrets that write this Secret, and the pods that use it, or a copy of it.
  std::vector<const api::es::ExternalSecret*> makers_of(const Id& secret) const;
  std::vector<const Pod*> users_of(const Id& secret) const;
  std::vector<const Pod*> pods_of(const Id& instance) const;
  // The Secrets an instance's pods are made with, and those that they would be instead of a copy; but for the one that
  // the operator makes for it itself.
  std::vector<Id> secrets_of(const Instance& instance) const;
  // The instance a pod belongs to; null: it is somebody else's.
  const Instance* owner_of(const Pod& pod) const;

  // Warnings about it, the newest first.
  std::vector<const kube::Event*> warnings(const Id& id) const;
  // What its controller remarks on although it is Ready; empty: nothing.
  std::string remarks(const Id& id) const;

 private:
  bool made_by_instance(const Id& secret) const;
  bool may_be_made(const Id& secret) const;
  std::set<Id> read_by(const Pod& pod) const;  // with what its copies are of

  const Cluster& cluster_;
  std::map<Id, const Store*> stores_;
  std::map<kube::Key, const api::es::ExternalSecret*> external_secrets_;
  std::map<kube::Key, const kube::ObjectMeta*> secrets_;
  std::map<kube::Key, const Instance*> instances_;
  std::map<kube::Key, const Workload*> workloads_;
  std::multimap<kube::Key, const api::es::ExternalSecret*> makers_;
  std::multimap<kube::Key, const Pod*> users_;
  std::multimap<kube::Key, const Pod*> pods_;
  std::multimap<Id, const kube::Event*> events_;
};

Id id_of(const Store& store);
Id id_of(const api::es::ClusterExternalSecret& ces);
Id id_of(const api::es::ExternalSecret& es);
Id id_of(const Instance& instance);
Id id_of(const Pod& pod);

// The stores that an ExternalSecret reads, as the objects they are.
std::vector<Id> stores_of(const api::es::ExternalSecret& es);
// The ClusterExternalSecret that keeps it; nullopt: somebody made it himself.
std::optional<Id> parent_of(const api::es::ExternalSecret& es);
// And no object of another kind (spec.target.manifest), of which nothing here is read.
bool makes_secret(const api::es::ExternalSecret& es);
Id target_of(const api::es::ExternalSecret& es);

}  // namespace rotor::inspect
