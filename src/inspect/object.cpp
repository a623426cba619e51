#include "inspect/object.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include <fmt/format.h>

#include "base/ascii.hpp"

namespace rotor::inspect {
namespace {

struct KindRow {
  Kind kind;
  std::string_view name;
  std::initializer_list<std::string_view> words;
};

const std::array<KindRow, 7> kKinds = {{
    {Kind::kStore, "SecretStore", {"store", "secretstore", "secretstores", "ss"}},
    {Kind::kClusterStore, "ClusterSecretStore", {"clusterstore", "clustersecretstore", "clustersecretstores", "css"}},
    {Kind::kClusterExternalSecret, "ClusterExternalSecret", {"ces", "clusterexternalsecret", "clusterexternalsecrets"}},
    {Kind::kExternalSecret, "ExternalSecret", {"es", "externalsecret", "externalsecrets"}},
    {Kind::kSecret, "Secret", {"secret", "secrets"}},
    {Kind::kInstance, "OpenClawInstance", {"instance", "instances", "openclawinstance", "openclawinstances"}},
    {Kind::kPod, "Pod", {"pod", "pods", "po"}},
}};

}  // namespace

std::string_view kind_name(Kind kind) { return kKinds.at(static_cast<std::size_t>(kind)).name; }

// A kind may carry its group, as in externalsecrets.external-secrets.io.
std::optional<Kind> kind_called(std::string_view word) {
  const std::string wanted = ascii_lower(word.substr(0, word.find('.')));
  for (const KindRow& row : kKinds) {
    if (std::ranges::find(row.words, wanted) != row.words.end()) return row.kind;
  }
  return std::nullopt;
}

bool of_the_cluster(Kind kind) { return kind == Kind::kClusterStore || kind == Kind::kClusterExternalSecret; }

std::string_view kind_words() { return "store, clusterstore, ces, es, secret, instance, pod"; }

std::string Id::text() const {
  return ns.empty() ? fmt::format("{} {}", kind_name(kind), name) : fmt::format("{} {}/{}", kind_name(kind), ns, name);
}

std::string_view health_name(Health health) {
  constexpr std::array<std::string_view, 4> kNames = {"well", "unknown", "waiting", "failed"};
  return kNames.at(static_cast<std::size_t>(health));
}

const Object* Graph::find(const Id& id) const {
  const auto it = objects.find(id);
  return it == objects.end() ? nullptr : &it->second;
}

std::vector<Id> Graph::made_of(const Id& id) const {
  std::vector<Id> out;
  for (const auto& [other, object] : objects) {
    if (std::ranges::find(object.from, id) != object.from.end()) out.push_back(other);
  }
  return out;
}

bool Graph::well() const {
  return unread.empty() && idle.empty() &&
         std::ranges::all_of(objects, [](const auto& entry) { return entry.second.finding.health == Health::kWell; });
}

}  // namespace rotor::inspect
