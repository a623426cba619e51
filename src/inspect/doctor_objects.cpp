// Objects that ask for what Rotor has not, and whoever else works in the cluster.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "generators/kinds.hpp"
#include "inspect/doctor.hpp"
#include "openclaw/unbuilt.hpp"

namespace rotor::inspect {
namespace {

constexpr std::string_view kObjects = "objects";

std::string as_asked_for(std::string_view kind, const json::Value& object) {
  const std::string_view ns = json::find_string(object, "metadata.namespace");
  return fmt::format("{}/{}{}{}", kind, ns, ns.empty() ? "" : "/", json::find_string(object, "metadata.name"));
}

const json::Array* list_at(const json::Value& value, std::string_view path) {
  const json::Value* found = json::find(value, path);
  return found == nullptr ? nullptr : found->if_array();
}

struct OtherOperator {
  std::string_view image;  // a part of its repository
  std::string_view name;
  std::string_view why;
  std::string_view way_out;
};

constexpr std::array<OtherOperator, 3> kOthers = {{
    {"external-secrets/external-secrets", "the External Secrets Operator",
     "both would write the same Secrets and conditions",
     "before Rotor starts: kubectl -n {} scale deployment {} --replicas=0"},
    {"openclaw-operator", "the OpenClaw operator", "both would write the same StatefulSets",
     "before Rotor starts: kubectl -n {} scale deployment {} --replicas=0"},
    {"stakater/reloader", "Reloader", "an agent with its annotations would be restarted by both",
     "take reloader.stakater.com/… off the agents, or see what kubectl -n {} describe deployment {} lets it watch"},
}};

bool runs(const json::Value& deployment) {
  const json::Value* replicas = json::find(deployment, "spec.replicas");
  return replicas == nullptr || !replicas->is_int64() || replicas->get_int64() > 0;
}

std::string_view unbuilt_kind(const json::Value& generator_ref) {
  const std::string_view name = json::find_string(generator_ref, "kind");
  if (name.empty() || name == generators::kClusterGenerator) return "";
  const generators::Kind* kind = generators::find_kind(name);
  return kind != nullptr && kind->built() ? std::string_view() : name;
}

// In spec.data[] and spec.dataFrom[], wherever a sourceRef may stand.
std::set<std::string, std::less<>> unbuilt_generators(const json::Value& external_secret) {
  std::set<std::string, std::less<>> out;
  for (const std::string_view path : {"spec.data", "spec.dataFrom"}) {
    const json::Array* entries = list_at(external_secret, path);
    if (entries == nullptr) continue;
    for (const json::Value& entry : *entries) {
      const json::Value* ref = json::find(entry, "sourceRef.generatorRef");
      if (ref == nullptr) continue;
      if (const std::string_view kind = unbuilt_kind(*ref); !kind.empty()) out.emplace(kind);
    }
  }
  return out;
}

std::string store_as_asked_for(const json::Value& store) {
  const bool cluster = json::find_string(store, "metadata.namespace").empty();
  return as_asked_for(cluster ? "clustersecretstore" : "secretstore", store);
}

std::string_view provider_of(const json::Value& store) {
  const json::Value* provider = json::find(store, "spec.provider");
  const json::Object* block = provider == nullptr ? nullptr : provider->if_object();
  return block == nullptr || block->empty() ? std::string_view() : std::string_view(block->begin()->key());
}

// On a store that a PushSecret with deletionPolicy Delete uses.
constexpr std::string_view kPushFinalizer = "secretstore.externalsecrets.io/finalizer";

bool has_push_finalizer(const json::Value& store) {
  const json::Array* finalizers = list_at(store, "metadata.finalizers");
  return finalizers != nullptr && std::ranges::any_of(*finalizers, [](const json::Value& finalizer) {
           return finalizer.is_string() && finalizer.get_string() == kPushFinalizer;
         });
}

// By the label that the chart and deploy/ give.
bool is_rotors(const json::Value& object) {
  const json::Value* labels = json::find(object, "metadata.labels");
  const json::Object* all = labels == nullptr ? nullptr : labels->if_object();
  const json::Value* name = all == nullptr ? nullptr : all->if_contains("app.kubernetes.io/name");
  return name != nullptr && name->is_string() && name->get_string() == "rotor";
}

Diagnoses examine_rotor(const json::Value& deployment) {
  const std::string_view ns = json::find_string(deployment, "metadata.namespace");
  const std::string_view name = json::find_string(deployment, "metadata.name");
  const std::string object = as_asked_for("deployment", deployment);
  if (!runs(deployment)) {
    return {{"operator", object, "Rotor is scaled to 0: nobody works on its objects",
             fmt::format("kubectl -n {} scale deployment {} --replicas=1", ns, name)}};
  }
  // One that its controller has not seen yet says nothing.
  if (runs_rotor(deployment) || json::find(deployment, "status.observedGeneration") == nullptr) return {};
  return {{"operator", object, "Rotor is there and none of its pods is ready: nobody works on its objects",
           fmt::format("kubectl -n {0} describe deployment {1}, and kubectl -n {0} logs deployment/{1}, say why", ns,
                       name)}};
}

}  // namespace

bool runs_rotor(const json::Value& deployment) {
  const json::Value* available = json::find(deployment, "status.availableReplicas");
  return is_rotors(deployment) && available != nullptr && available->is_int64() && available->get_int64() > 0;
}

Diagnoses examine_deployment(const json::Value& deployment) {
  if (is_rotors(deployment)) return examine_rotor(deployment);
  const json::Array* containers = list_at(deployment, "spec.template.spec.containers");
  if (containers == nullptr || !runs(deployment)) return {};
  for (const json::Value& container : *containers) {
    const std::string_view image = json::find_string(container, "image");
    const auto* const other =
        std::ranges::find_if(kOthers, [&](const OtherOperator& one) { return image.contains(one.image); });
    if (other == kOthers.end()) continue;
    return {{"operator", as_asked_for("deployment", deployment),
             fmt::format("{} runs here; {}", other->name, other->why),
             fmt::format(fmt::runtime(other->way_out), json::find_string(deployment, "metadata.namespace"),
                         json::find_string(deployment, "metadata.name"))}};
  }
  return {};
}

std::string lease_of_rotor(const json::Value& deployment) {
  constexpr std::string_view kFlag = "--leader-election-id=";
  if (!is_rotors(deployment)) return {};
  const json::Array* containers = list_at(deployment, "spec.template.spec.containers");
  if (containers == nullptr) return {};
  for (const json::Value& container : *containers) {
    const json::Array* args = list_at(container, "args");
    if (args == nullptr) continue;
    for (const json::Value& arg : *args) {
      if (arg.is_string() && arg.get_string().starts_with(kFlag)) {
        return std::string(std::string_view(arg.get_string()).substr(kFlag.size()));
      }
    }
  }
  return {};
}

Diagnoses examine_webhook_configuration(const json::Value& configuration) {
  const std::string_view name = json::find_string(configuration, "metadata.name");
  if (name != "externalsecret-validate" && name != "secretstore-validate") return {};
  if (is_rotors(configuration)) return {};
  return {{"webhook", fmt::format("validatingwebhookconfiguration/{}", name),
           "is another operator's: once that has stopped, every change of a store or an ExternalSecret is refused",
           fmt::format("once it has stopped: kubectl delete validatingwebhookconfiguration {}", name)}};
}

Diagnoses examine_store(const json::Value& store, const std::vector<std::string>& providers) {
  Diagnoses out;
  const std::string_view name = provider_of(store);
  if (!name.empty() && std::ranges::find(providers, name) == providers.end()) {
    out.push_back(
        {std::string(kObjects), store_as_asked_for(store),
         fmt::format("its provider {} is not built into Rotor, which has {}", name, fmt::join(providers, ", ")),
         "its ExternalSecrets keep their Secrets and are not refreshed; keep the other operator for them, "
         "with a --controller-class of its own"});
  }
  if (has_push_finalizer(store)) {
    out.push_back({std::string(kObjects), store_as_asked_for(store),
                   fmt::format("its finalizer {} is of the External Secrets Operator, for PushSecrets; without that "
                               "operator nobody takes it off, and neither the store nor its namespace can be deleted",
                               kPushFinalizer),
                   "while that operator runs, delete the PushSecrets that name the store; later, take it off with "
                   "kubectl edit"});
  }
  return out;
}

Diagnoses examine_external_secret(const json::Value& external_secret) {
  const auto kinds = unbuilt_generators(external_secret);
  if (kinds.empty()) return {};
  return {{std::string(kObjects), as_asked_for("externalsecret", external_secret),
           fmt::format("its generator {} is not built into Rotor, which has {}", fmt::join(kinds, ", "),
                       generators::built_kinds()),
           "its Secret stays and is not made anew; a store or another generator has to take its place"}};
}

Diagnoses examine_instance(const json::Value& instance) {
  const json::Value* spec = json::find(instance, "spec");
  const std::vector<std::string> unbuilt =
      spec == nullptr ? std::vector<std::string>() : openclaw::unbuilt_features(*spec);
  if (unbuilt.empty()) return {};
  return {{std::string(kObjects), as_asked_for("openclawinstance", instance),
           fmt::format("{} {} not built into Rotor", fmt::join(unbuilt, ", "), unbuilt.size() == 1 ? "is" : "are"),
           "the agent runs without it; its condition SpecSupported will say so"}};
}

}  // namespace rotor::inspect
