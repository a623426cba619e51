#include "openclaw/in_place/told_pods.hpp"

#include <algorithm>

namespace rotor::openclaw {

std::vector<kube::Cache<PodGlimpse>::Ptr> pods_of_revision(const View& view, const kube::Key& instance,
                                                           std::string_view newest) {
  std::vector<kube::Cache<PodGlimpse>::Ptr> found;
  const kube::Key prefix{instance.ns, instance.name + "-"};
  for (auto it = view.pods.all().lower_bound(prefix); it != view.pods.all().end(); ++it) {
    if (it->first.ns != prefix.ns || !it->first.name.starts_with(prefix.name)) break;
    const auto pod = view.pods.get(it->first);  // as it was told, though the watch has not shown that yet
    if (pod->instance == instance.name && pod->revision == newest && !pod->deleting) found.push_back(pod);
  }
  return found;
}

bool delivery_is_open(const std::vector<kube::Cache<PodGlimpse>::Ptr>& pods, const std::string& delivered) {
  return std::ranges::any_of(pods, [&delivered](const auto& pod) {
    const auto mark = pod->reloads ? parse_mark(pod->mark) : std::nullopt;
    return mark && mark->digest != delivered;
  });
}

}  // namespace rotor::openclaw
