// One secret on its way, all well: a store, an ExternalSecret, its Secret, an instance, its StatefulSet and its pod.
#pragma once

#include <string>
#include <string_view>

#include "json/document.hpp"
#include "secrets/force_sync.hpp"
#include "tests/inspect/cluster_text.hpp"

namespace rotor::test {

inline constexpr std::string_view kStore = R"(
kind: SecretStore
metadata: {name: vault, namespace: shop}
spec: {provider: {vault: {server: "https://vault"}}}
status: {conditions: [{type: Ready, status: "True", reason: Valid, message: store validated, lastTransitionTime: "2026-05-01T08:00:00Z"}]}
---
)";

inline constexpr std::string_view kBrokenStore = R"(
kind: SecretStore
metadata: {name: vault, namespace: shop}
spec: {provider: {vault: {server: "https://vault"}}}
status: {conditions: [{type: Ready, status: "False", reason: InvalidProviderConfig, message: unable to validate store, lastTransitionTime: "2026-05-01T11:00:00Z"}]}
---
kind: Event
metadata: {name: e1, namespace: shop}
involvedObject: {kind: SecretStore, namespace: shop, name: vault}
type: Warning
reason: InvalidProviderConfig
message: "login at https://vault: permission denied"
lastTimestamp: "2026-05-01T11:59:00Z"
count: 3
---
)";

// `status`: the value of status.conditions' Ready and what else belongs to it.
inline std::string external_secret(
    std::string_view status = R"(status: "True", reason: SecretSynced, message: secret synced)",
    std::string_view refreshed = "2026-05-01T11:30:00Z", std::string_view spec = "refreshInterval: 1h") {
  const std::string token = secrets::resource_token(kube::ObjectMeta{.generation = 1});
  return R"(
kind: ExternalSecret
metadata: {name: keys, namespace: shop, generation: 1}
spec: {secretStoreRef: {name: vault}, target: {name: api-keys}, )" +
         std::string(spec) + R"(, data: [{secretKey: OPENAI, remoteRef: {key: openai}}]}
status:
  refreshTime: ")" +
         std::string(refreshed) +
         R"("
  syncedResourceVersion: ")" +
         token + R"("
  conditions: [{type: Ready, )" +
         std::string(status) + R"(, lastTransitionTime: "2026-05-01T11:00:00Z"}]
---
)";
}

// An event on an object of that namespace; `at`: the time of that day.
inline std::string event_on(std::string_view kind, std::string_view name, std::string_view type,
                            std::string_view reason, std::string_view at, std::string_view message) {
  const std::string when = "2026-05-01T" + std::string(at) + "Z";
  return "\nkind: Event\nmetadata: {name: " + std::string(reason) + R"(, namespace: shop}
involvedObject: {kind: )" +
         std::string(kind) + ", namespace: shop, name: " + std::string(name) + "}\ntype: " + std::string(type) +
         "\nreason: " + std::string(reason) + "\nmessage: \"" + std::string(message) + "\"\nlastTimestamp: \"" + when +
         "\"\ncount: 1\n---\n";
}

// One on the ExternalSecret.
inline std::string remark(std::string_view reason, std::string_view at, std::string_view message) {
  return event_on("ExternalSecret", "keys", "Normal", reason, at, message);
}

inline constexpr std::string_view kFailing =
    R"(status: "False", reason: SecretSyncedError, message: could not get secret data from provider)";

inline constexpr std::string_view kSecret = R"(
kind: Secret
metadata: {name: api-keys, namespace: shop, creationTimestamp: "2026-05-01T08:00:00Z"}
---
)";

inline std::string instance(
    std::string_view conditions = R"({type: Ready, status: "True", reason: ReconcileSucceeded, message: ok})",
    std::string_view more = "") {
  return R"(
kind: OpenClawInstance
metadata: {name: agent, namespace: shop, generation: 1}
spec: {envFrom: [{secretRef: {name: api-keys}}]}
status: {observedGeneration: 1, conditions: [)" +
         std::string(conditions) + "]}\n" + std::string(more) + "---\n";
}

inline std::string stateful_set(std::string_view hash = "aa",
                                std::string_view counts = "readyReplicas: 1, updatedReplicas: 1") {
  return R"(
kind: StatefulSet
metadata: {name: agent, namespace: shop, generation: 1, ownerReferences: [{kind: OpenClawInstance, name: agent}]}
spec:
  replicas: 1
  template:
    metadata: {annotations: {openclaw.rocks/secret-hash: ")" +
         std::string(hash) + R"("}}
    spec: {containers: [{name: openclaw, envFrom: [{secretRef: {name: api-keys}}]}]}
status: {observedGeneration: 1, replicas: 1, )" +
         std::string(counts) + R"(}
---
)";
}

inline std::string pod(std::string_view hash = "aa", std::string_view ready = "True",
                       std::string_view state = R"(running: {startedAt: "2026-05-01T09:00:00Z"})",
                       std::string_view name = "agent-0", std::string_view owner = "StatefulSet, name: agent") {
  return R"(
kind: Pod
metadata: {name: )" +
         std::string(name) + R"(, namespace: shop, annotations: {openclaw.rocks/secret-hash: ")" + std::string(hash) +
         R"("}, ownerReferences: [{kind: )" + std::string(owner) + R"(}]}
spec: {containers: [{name: openclaw, envFrom: [{secretRef: {name: api-keys}}], env: [{name: PLAIN, value: canary-of-an-environment}]}]}
status:
  phase: Running
  conditions: [{type: Ready, status: ")" +
         std::string(ready) + R"("}]
  containerStatuses: [{name: openclaw, image: i, imageID: i, restartCount: 0, ready: true, state: {)" +
         std::string(state) + R"(}}]
---
)";
}

inline std::string all_well() {
  return std::string(kStore) + external_secret() + std::string(kSecret) + instance() + stateful_set() + pod();
}

inline const inspect::Id kStoreId{inspect::Kind::kStore, "shop", "vault"};
inline const inspect::Id kExternalSecretId{inspect::Kind::kExternalSecret, "shop", "keys"};
inline const inspect::Id kSecretId{inspect::Kind::kSecret, "shop", "api-keys"};
inline const inspect::Id kInstanceId{inspect::Kind::kInstance, "shop", "agent"};
inline const inspect::Id kPodId{inspect::Kind::kPod, "shop", "agent-0"};

}  // namespace rotor::test
