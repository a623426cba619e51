#include "api/openclaw/config.hpp"

#include "api/openclaw/schemas.hpp"

namespace rotor::api {

std::string config_key(const ConfigMapKey& reference) {
  return reference.key.empty() ? "openclaw.json" : reference.key;
}

}  // namespace rotor::api

namespace rotor::json {
using namespace api;

namespace {

constexpr std::string_view kForcePaths =
    R"({"type":"array","maxItems":20,"x-kubernetes-list-type":"set","items":{"type":"string"},)"
    R"("description":"With mergeMode merge: dotted paths that the file on the data volume loses first."})";

}  // namespace

ROTOR_DESCRIBE(ConfigMapKey, "One key of a ConfigMap in the instance's namespace.",
               field<&ConfigMapKey::key>("key", {.default_json = R"("openclaw.json")"}),
               field<&ConfigMapKey::name>("name", {.required = true}));

ROTOR_DESCRIBE(
    InstanceConfig, "The assistant's openclaw.json.",
    field<&InstanceConfig::config_map_ref>("configMapRef", {.doc = "Wins over raw."}),
    field<&InstanceConfig::force_paths>("forcePaths", {.schema_json = kForcePaths}),
    field<&InstanceConfig::format>("format", {.default_json = R"("json")",
                                              .one_of = {"json", "json5"},
                                              .doc = "json5 needs configMapRef; it is converted when the pod starts."}),
    field<&InstanceConfig::merge_mode>("mergeMode", {.default_json = R"("overwrite")",
                                                     .one_of = {"overwrite", "merge"},
                                                     .doc = "merge keeps what the assistant itself wrote beside it."}),
    field<&InstanceConfig::raw>("raw", {.schema_json = schemas::kOpenObject}));

}  // namespace rotor::json
