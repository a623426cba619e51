// A real API server that worlds share, one after the other, where ROTOR_SCENARIOS_KUBECONFIG leads to one. Each finds
// it as it would find an embedded server of its own: what a world makes, it takes away again.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/task.hpp"
#include "kube/client/client.hpp"
#include "kube/client/config.hpp"

namespace rotor::test {

inline constexpr kube::Resource kCrdKind{"apiextensions.k8s.io", "v1", "customresourcedefinitions",
                                         "CustomResourceDefinition", false};
inline constexpr kube::Resource kNamespaceKind{"", "v1", "namespaces", "Namespace", false};
inline constexpr kube::Resource kEventKind{"", "v1", "events", "Event", true};

// None: the variable is not set. Throws when it leads nowhere.
std::optional<kube::ConnectionConfig> shared_cluster();

// Namespaces that are nobody's business here.
using Spared = std::set<std::string, std::less<>>;

// Before anything is written: all namespaces that there are, but `default`. Refuses a cluster in which the controllers
// would find something to work on, and of which clear_cluster() would take something away.
Task<Result<Spared>> look_around(kube::Client& client);

// Takes away all objects of `kinds` and of those that the controllers make, then the namespaces. What else is in a
// namespace comes back with its name.
Task<Result<bool>> clear_cluster(kube::Client& client, Spared spared, std::vector<kube::Resource> kinds);

// Fails until a namespace that was made just now takes objects: for a moment it may be held for the one of that name
// which has ended.
Task<Result<bool>> takes_objects(kube::Client& client, std::string ns);

// The test ends here and counts as skipped: gtest lets this exception alone pass without a failure. `what`: that only
// the embedded server has.
[[noreturn]] void skip_on_shared_cluster(std::string_view what);

}  // namespace rotor::test
