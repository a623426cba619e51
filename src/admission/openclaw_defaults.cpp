// What the defaulting webhook fills in. The builders of the objects have the same defaults: nobody needs it but whoever
// wants to see them in the stored object.
#include <array>

#include "admission/openclaw_instance.hpp"
#include "json/document.hpp"

namespace rotor::admission {
namespace {

struct Default {
  std::string_view path;  // below spec
  std::string_view value_json;
};

constexpr std::array<Default, 18> kDefaults = {{
    {"image.repository", R"("ghcr.io/openclaw/openclaw")"},
    {"image.pullPolicy", R"("IfNotPresent")"},
    {"config.mergeMode", R"("overwrite")"},
    {"config.format", R"("json")"},
    {"security.podSecurityContext", R"({"runAsUser":1000,"runAsGroup":1000,"fsGroup":1000,"runAsNonRoot":true})"},
    {"security.containerSecurityContext", R"({"allowPrivilegeEscalation":false,"readOnlyRootFilesystem":true})"},
    {"resources.requests.cpu", R"("500m")"},
    {"resources.requests.memory", R"("1Gi")"},
    {"resources.limits.cpu", R"("2000m")"},
    {"resources.limits.memory", R"("4Gi")"},
    {"storage.persistence.enabled", "true"},
    {"storage.persistence.size", R"("10Gi")"},
    {"networking.service.type", R"("ClusterIP")"},
    {"autoUpdate.enabled", "false"},
    {"autoUpdate.checkInterval", R"("24h")"},
    {"autoUpdate.backupBeforeUpdate", "true"},
    {"autoUpdate.rollbackOnFailure", "true"},
    {"autoUpdate.healthCheckTimeout", R"("10m")"},
}};

bool is_unset(const json::Value& value) { return value.is_null() || (value.is_string() && value.get_string().empty()); }

// Makes the parents; leaves everything as it is where one of them is no object.
void fill(json::Object& in, std::string_view path, std::string_view value_json) {
  const auto dot = path.find('.');
  json::Value& place = in[path.substr(0, dot)];
  if (dot == std::string_view::npos) {
    if (is_unset(place)) place = *json::parse(value_json);
    return;
  }
  if (place.is_null()) place = json::Object{};
  if (place.is_object()) fill(place.get_object(), path.substr(dot + 1), value_json);
}

}  // namespace

std::string openclaw_instance_with_defaults(std::string_view object) {
  auto document = json::parse(object);
  if (!document || !document->is_object()) return std::string(object);
  json::Value& spec = document->get_object()["spec"];
  if (spec.is_null()) spec = json::Object{};
  if (!spec.is_object()) return std::string(object);
  for (const Default& filled : kDefaults) fill(spec.get_object(), filled.path, filled.value_json);
  if (json::find_string(spec, "image.digest").empty()) fill(spec.get_object(), "image.tag", R"("latest")");
  return json::serialize(*document);
}

}  // namespace rotor::admission
