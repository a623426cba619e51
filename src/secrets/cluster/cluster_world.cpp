#include "secrets/cluster/cluster_world.hpp"

#include "api/core/namespace.hpp"
#include "kube/object/news.hpp"

namespace rotor::secrets::cluster {
namespace {

Result<kube::PartialObject> decode_namespace(std::string_view text) {
  TRY(kube::PartialObject ns, kube::read_for_cache<kube::PartialObject>(text));
  ns.metadata.annotations.clear();  // nobody asks for them, and some are long
  return ns;
}

}  // namespace

ClusterWorld::ClusterWorld(kube::Client& client, Clock& clock)
    : parents_(client, clock, "", {}),
      namespaces_(client, clock, "", {.metadata_only = true}, decode_namespace, kube::kResource<api::Namespace>) {
  parents_.on_change([this](const kube::Key& key, const auto& before, const auto& after) {
    const bool news = !before || !after || kube::is_news(before->metadata, after->metadata);
    if (!news || (after && parents_.is_own_write(key, *after)) || !listeners_.parent) return;
    listeners_.parent(key, after);
  });
  parents_.on_broken([this](const kube::Key& key, const Error& error) {
    if (listeners_.unreadable) listeners_.unreadable(key, error);
  });
  parents_.on_mended([this](const kube::Key& key) {
    if (listeners_.parent) listeners_.parent(key, parents_.get(key));
  });
  namespaces_.on_change([this](const kube::Key& key, const auto& before, const auto& after) {
    if ((after && namespaces_.is_own_write(key, *after)) || !listeners_.ns) return;
    listeners_.ns(before, after);
  });
  watches_.add(parents_);
  watches_.add(namespaces_);
  watches_.on_ready([this] {
    if (listeners_.ready) listeners_.ready();
  });
}

std::vector<NamespacePtr> ClusterWorld::namespaces() const {
  std::vector<NamespacePtr> out;
  out.reserve(namespaces_.all().size());
  for (const auto& [key, shown] : namespaces_.all()) out.push_back(namespaces_.get(key));
  return out;
}

}  // namespace rotor::secrets::cluster
