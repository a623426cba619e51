#include "api/externalsecrets/crds.hpp"

#include "api/crd.hpp"
#include "api/externalsecrets/cluster_external_secret.hpp"
#include "api/externalsecrets/external_secret.hpp"
#include "api/externalsecrets/external_secret_v1beta1.hpp"
#include "api/externalsecrets/store.hpp"

namespace rotor::api::es {

// The status of v1beta1, whose conditions may be of any type.
struct OlderStatus : ExternalSecretStatus {};

}  // namespace rotor::api::es

namespace rotor::json {
ROTOR_DESCRIBED(api::es::OlderStatus);

using api::es::OlderStatus;

ROTOR_DESCRIBE(
    OlderStatus, "What the controller did last.",
    field<&OlderStatus::refresh_time>(
        "refreshTime",
        {.schema_json =
             R"({"type":"string","format":"date-time","nullable":true,"description":"Start of the last successful pass."})"}),
    field<&OlderStatus::synced_resource_version>("syncedResourceVersion",
                                                 {.doc = "What of the object was synced last."}),
    field<&OlderStatus::conditions>("conditions", {.doc = "Whether the Secret is up to date."}),
    field<&OlderStatus::binding>("binding", {.doc = "The Secret, for Service Binding."}),
    field<&OlderStatus::inputs_digest>(
        "inputsDigest", {.doc = "Of what the Secret was made of, when its template makes something random."}));

}  // namespace rotor::json

namespace rotor::api::es {
namespace {

constexpr std::string_view kReadyReason = R"(.status.conditions[?(@.type=="Ready")].reason)";
constexpr std::string_view kReadyStatus = R"(.status.conditions[?(@.type=="Ready")].status)";

CrdNames names(std::string_view plural, std::string_view singular, std::string_view kind, std::string_view short_name,
               bool namespaced) {
  return {.group = kGroup,
          .plural = plural,
          .singular = singular,
          .kind = kind,
          .short_names = {short_name},
          .categories = {"external-secrets"},
          .namespaced = namespaced,
          .labels = {{"external-secrets.io/component", "controller"}}};
}

std::vector<PrinterColumn> store_columns() {
  return {{"AGE", "date", ".metadata.creationTimestamp"},
          {"Status", "string", kReadyReason},
          {"Capabilities", "string", ".status.capabilities"},
          {"Ready", "string", kReadyStatus}};
}

std::string store_crd(const CrdNames& store_names, std::string_view description) {
  const CrdVersion versions[] = {{.name = "v1",
                                  .spec = &json::type_of<StoreSpec>,
                                  .status = &json::type_of<StoreStatus>,
                                  .columns = store_columns()},
                                 {.name = "v1beta1",
                                  .storage = false,
                                  .deprecated = true,
                                  .spec = &json::type_of<v1beta1::StoreSpec>,
                                  .status = &json::type_of<StoreStatus>,
                                  .columns = store_columns()}};
  return crd(store_names, description, versions);
}

}  // namespace

std::string secret_store_crd() {
  return store_crd(names("secretstores", "secretstore", "SecretStore", "ss", true),
                   "A back end that ExternalSecrets of one namespace read from.");
}

std::string cluster_secret_store_crd() {
  return store_crd(names("clustersecretstores", "clustersecretstore", "ClusterSecretStore", "css", false),
                   "A back end that ExternalSecrets of many namespaces read from.");
}

std::string external_secret_crd() {
  const std::vector<PrinterColumn> columns = {{"StoreType", "string", ".spec.secretStoreRef.kind"},
                                              {"Store", "string", ".spec.secretStoreRef.name"},
                                              {"Refresh Interval", "string", ".spec.refreshInterval"},
                                              {"Status", "string", kReadyReason},
                                              {"Ready", "string", kReadyStatus},
                                              {"Last Sync", "date", ".status.refreshTime"}};
  // The same in both: a selector that works in one version works in the other.
  const std::vector<std::string_view> selectable = {".spec.secretStoreRef.name", ".spec.secretStoreRef.kind",
                                                    ".spec.target.name", ".spec.refreshInterval"};
  const CrdVersion versions[] = {{.name = "v1",
                                  .spec = &json::type_of<ExternalSecretSpec>,
                                  .status = &json::type_of<ExternalSecretStatus>,
                                  .columns = columns,
                                  .selectable_fields = selectable},
                                 {.name = "v1beta1",
                                  .storage = false,
                                  .deprecated = true,
                                  .spec = &json::type_of<v1beta1::ExternalSecretSpec>,
                                  .status = &json::type_of<OlderStatus>,
                                  .columns = columns,
                                  .selectable_fields = selectable}};
  return crd(names("externalsecrets", "externalsecret", "ExternalSecret", "es", true),
             "Values of a store that become a Kubernetes Secret.", versions);
}

std::string cluster_external_secret_crd() {
  const std::vector<PrinterColumn> columns = {{"Store", "string", ".spec.externalSecretSpec.secretStoreRef.name"},
                                              {"Refresh Interval", "string", ".spec.refreshTime"},
                                              {"Ready", "string", kReadyStatus}};
  const CrdVersion versions[] = {{.name = "v1",
                                  .spec = &json::type_of<ClusterExternalSecretSpec>,
                                  .status = &json::type_of<ClusterExternalSecretStatus>,
                                  .columns = columns},
                                 {.name = "v1beta1",
                                  .storage = false,
                                  .deprecated = true,
                                  .spec = &json::type_of<v1beta1::ClusterExternalSecretSpec>,
                                  .status = &json::type_of<ClusterExternalSecretStatus>,
                                  .columns = columns}};
  return crd(names("clusterexternalsecrets", "clusterexternalsecret", "ClusterExternalSecret", "ces", false),
             "One ExternalSecret in each of many namespaces.", versions);
}

}  // namespace rotor::api::es
