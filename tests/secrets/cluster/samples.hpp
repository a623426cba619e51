// Objects that the tests of ClusterExternalSecrets start from.
#pragma once

#include "secrets/cluster/plan.hpp"

namespace rotor::secrets::cluster::test {

// Chooses namespaces with team=a.
inline ClusterExternalSecret sample_parent() {
  ClusterExternalSecret parent;
  parent.metadata.name = "shared";
  parent.metadata.uid = "uid-p";
  parent.metadata.resource_version = "7";
  parent.spec.namespace_selectors.push_back({.match_labels = {{"team", "a"}}});
  parent.spec.external_secret_spec.secret_store_ref = api::es::StoreRef{"store", "ClusterSecretStore"};
  parent.spec.external_secret_spec.refresh_interval = "1h";
  return parent;
}

inline Course course_of(ClusterExternalSecret parent) {
  std::string name = parent.metadata.name;
  return set_course(std::move(name), std::make_shared<const ClusterExternalSecret>(std::move(parent)),
                    std::chrono::seconds(1));
}

inline kube::PartialObject sample_namespace(const std::string& name, kube::StringMap labels = {{"team", "a"}}) {
  kube::PartialObject ns;
  ns.metadata.name = name;
  ns.metadata.resource_version = "3";
  ns.metadata.labels = std::move(labels);
  return ns;
}
inline NamespacePtr kept(kube::PartialObject ns) { return std::make_shared<const kube::PartialObject>(std::move(ns)); }

// The child as the API server has it.
inline ExternalSecret child_of(const ClusterExternalSecret& parent, const std::string& ns) {
  auto child = json::read<ExternalSecret>(Child(parent).in(ns)).value();
  child.metadata.uid = "uid-c";
  child.metadata.resource_version = "11";
  child.metadata.finalizers = {"externalsecrets.external-secrets.io/externalsecret-cleanup"};
  return child;
}
inline ExternalSecretPtr kept(ExternalSecret es) { return std::make_shared<const ExternalSecret>(std::move(es)); }

}  // namespace rotor::secrets::cluster::test
