#include "inspect/graph.hpp"

#include "inspect/at_work.hpp"
#include "inspect/history.hpp"
#include "inspect/judges.hpp"
#include "inspect/sight.hpp"
#include "secrets/policies.hpp"

namespace rotor::inspect {
namespace {

class Builder {
 public:
  explicit Builder(const Cluster& cluster) : sight_(cluster) {
    graph_.now = cluster.now;
    graph_.unread = cluster.unread;
    graph_.notes = cluster.notes;
    graph_.idle = nobody_works(cluster);
  }

  Graph build() && {
    const Cluster& cluster = sight_.cluster();
    for (const Store& store : cluster.stores) add_store(id_of(store));
    for (const auto& ces : cluster.cluster_external_secrets) {
      add(id_of(ces), judge_cluster_external_secret(sight_, id_of(ces)), {});
    }
    for (const auto& es : cluster.external_secrets) add_external_secret(es);
    for (const Instance& instance : cluster.instances) add_instance(instance);
    for (const Pod& pod : cluster.pods) add_pod(pod);
    return std::move(graph_);
  }

 private:
  void add(const Id& id, Finding finding, std::vector<Id> from) {
    graph_.objects.insert_or_assign(id, Object{std::move(finding), std::move(from)});
  }

  void add_store(const Id& id) {
    if (!graph_.objects.contains(id)) add(id, judge_store(sight_, id), {});
  }

  void add_external_secret(const api::es::ExternalSecret& es) {
    const Id id = id_of(es);
    const std::vector<Id> stores = stores_of(es);
    for (const Id& store : stores) add_store(store);
    std::vector<Id> from = stores;
    const auto parent = parent_of(es);
    if (parent && sight_.cluster_external_secret(*parent) != nullptr) from.push_back(*parent);
    add(id, judge_external_secret(sight_, id), std::move(from));
    if (makes_secret(es)) add_secret(target_of(es));
  }

  void add_secret(const Id& id) {
    if (graph_.objects.contains(id)) return;
    std::vector<Id> from;
    for (const auto* es : sight_.makers_of(id)) from.push_back(id_of(*es));
    add(id, judge_secret(sight_, id), std::move(from));
  }

  void add_instance(const Instance& instance) {
    const Id id = id_of(instance);
    std::vector<Id> from = sight_.secrets_of(instance);
    for (const Id& secret : from) add_secret(secret);
    Finding finding = judge_instance(sight_, id);
    finding.restarts = restarts_of(sight_, id);
    add(id, std::move(finding), std::move(from));
  }

  void add_pod(const Pod& pod) {
    if (pod.phase == "Succeeded") return;
    std::vector<Id> from;
    if (const Instance* owner = sight_.owner_of(pod)) {
      from.push_back(id_of(*owner));
    } else {
      from = made_secrets_of(pod);
      if (from.empty()) return;
    }
    add(id_of(pod), judge_pod(sight_, pod), std::move(from));
  }

  std::vector<Id> made_secrets_of(const Pod& pod) const {
    std::vector<Id> out;
    for (const std::string& name : pod.secrets()) {
      Id id{Kind::kSecret, pod.metadata.ns, name};
      if (!sight_.makers_of(id).empty()) out.push_back(std::move(id));
    }
    return out;
  }

  Sight sight_;
  Graph graph_;
};

}  // namespace

Graph make_graph(const Cluster& cluster) { return Builder(cluster).build(); }

}  // namespace rotor::inspect
