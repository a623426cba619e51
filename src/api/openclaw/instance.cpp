#include "api/openclaw/instance.hpp"

#include "api/openclaw/schemas.hpp"

namespace rotor::json {
using namespace api;

ROTOR_DESCRIBE(InstanceGateway, "The gateway in front of the assistant.",
               field<&InstanceGateway::control_ui_origins>("controlUiOrigins", {.max_items = 20}),
               field<&InstanceGateway::enabled>("enabled", {.default_json = "true"}),
               field<&InstanceGateway::existing_secret>(
                   "existingSecret", {.doc = "A Secret with the key token, instead of a generated one."}));

ROTOR_DESCRIBE(InstanceServicePort, "A port of the Service.",
               field<&InstanceServicePort::name>("name", {.required = true, .min_length = 1}),
               field<&InstanceServicePort::port>("port", {.required = true, .minimum = 1, .maximum = 65535}),
               field<&InstanceServicePort::protocol>("protocol",
                                                     {.default_json = R"("TCP")", .one_of = {"TCP", "UDP", "SCTP"}}),
               field<&InstanceServicePort::target_port>("targetPort", {.minimum = 1, .maximum = 65535}));

ROTOR_DESCRIBE(InstanceService, "The Service in front of the pod.", field<&InstanceService::annotations>("annotations"),
               field<&InstanceService::ports>("ports", {.max_items = 20, .doc = "Instead of the default ports."}),
               field<&InstanceService::type>("type", {.default_json = R"("ClusterIP")",
                                                      .one_of = {"ClusterIP", "LoadBalancer", "NodePort"}}));

ROTOR_DESCRIBE(InstanceNetworking, "How the assistant is reached.",
               field<&InstanceNetworking::http_route>("httpRoute", {.schema_json = schemas::kOpenObject}),
               field<&InstanceNetworking::ingress>("ingress", {.schema_json = schemas::kOpenObject}),
               field<&InstanceNetworking::service>("service"));

ROTOR_DESCRIBE(InstanceAvailability, "Where and how many.",
               field<&InstanceAvailability::affinity>("affinity", {.schema_json = schemas::kOpenObject}),
               field<&InstanceAvailability::auto_scaling>("autoScaling", {.schema_json = schemas::kAutoScaling}),
               field<&InstanceAvailability::node_selector>("nodeSelector"),
               field<&InstanceAvailability::pod_disruption_budget>("podDisruptionBudget"),
               field<&InstanceAvailability::runtime_class_name>("runtimeClassName"),
               field<&InstanceAvailability::tolerations>("tolerations", {.schema_json = schemas::kOpenObjectList}),
               field<&InstanceAvailability::topology_spread_constraints>("topologySpreadConstraints",
                                                                         {.schema_json = schemas::kOpenObjectList}));

ROTOR_DESCRIBE(
    InstanceSpec, "What to run.",
    field<&InstanceSpec::auto_update>("autoUpdate", {.schema_json = schemas::kAutoUpdate}),
    field<&InstanceSpec::availability>("availability"),
    field<&InstanceSpec::backup>("backup", {.schema_json = schemas::kBackup}),
    field<&InstanceSpec::chromium>("chromium", {.schema_json = schemas::kOpenObject}),
    field<&InstanceSpec::config>("config"),
    field<&InstanceSpec::env>("env", {.list_map_key = "name", .doc = "Variables of the main container; they win."}),
    field<&InstanceSpec::env_from>("envFrom", {.doc = "Secrets and ConfigMaps whose keys become variables."}),
    field<&InstanceSpec::extra_volume_mounts>("extraVolumeMounts", {.max_items = 10}),
    field<&InstanceSpec::extra_volumes>("extraVolumes", {.max_items = 10}), field<&InstanceSpec::gateway>("gateway"),
    field<&InstanceSpec::image>("image"), field<&InstanceSpec::init_containers>("initContainers", {.max_items = 10}),
    field<&InstanceSpec::networking>("networking"), field<&InstanceSpec::observability>("observability"),
    field<&InstanceSpec::ollama>("ollama", {.schema_json = schemas::kOpenObject}),
    field<&InstanceSpec::plugins>("plugins", {.max_items = 20}),
    field<&InstanceSpec::pod_annotations>("podAnnotations"), field<&InstanceSpec::probes>("probes"),
    field<&InstanceSpec::registry>("registry", {.doc = "Replaces the registry of every image the operator chooses."}),
    field<&InstanceSpec::resources>("resources"), field<&InstanceSpec::restore_from>("restoreFrom"),
    field<&InstanceSpec::runtime_deps>("runtimeDeps", {.schema_json = schemas::kRuntimeDeps}),
    field<&InstanceSpec::security>("security"),
    field<&InstanceSpec::self_configure>("selfConfigure", {.schema_json = schemas::kSelfConfigure}),
    field<&InstanceSpec::share_process_namespace>("shareProcessNamespace", {.default_json = "true"}),
    field<&InstanceSpec::sidecar_volumes>("sidecarVolumes"), field<&InstanceSpec::sidecars>("sidecars"),
    field<&InstanceSpec::skill_pack_update_policy>("skillPackUpdatePolicy", {.default_json = R"("Replace")",
                                                                             .one_of = {"Replace", "CreateOnly"}}),
    field<&InstanceSpec::skills>("skills", {.schema_json = schemas::kSkills}), field<&InstanceSpec::storage>("storage"),
    field<&InstanceSpec::suspended>("suspended", {.default_json = "false", .doc = "True: no pod runs."}),
    field<&InstanceSpec::tailscale>("tailscale", {.schema_json = schemas::kOpenObject}),
    field<&InstanceSpec::web_terminal>("webTerminal", {.schema_json = schemas::kOpenObject}),
    field<&InstanceSpec::workspace>("workspace"));

ROTOR_DESCRIBE_WITH(InstanceStatus, "What became of it.", (.preserve_unknown = true),
                    field<&InstanceStatus::canvas_endpoint>("canvasEndpoint"),
                    field<&InstanceStatus::conditions>("conditions"),
                    field<&InstanceStatus::gateway_endpoint>("gatewayEndpoint"),
                    field<&InstanceStatus::last_reconcile_time>("lastReconcileTime", {.format = "date-time"}),
                    field<&InstanceStatus::managed_resources>("managedResources"),
                    field<&InstanceStatus::observed_generation>("observedGeneration"),
                    field<&InstanceStatus::phase>("phase", {.one_of = {"Pending", "Provisioning", "Running", "Degraded",
                                                                       "Failed", "Terminating", "BackingUp",
                                                                       "Restoring", "Updating", "Suspended"}}));

ROTOR_DESCRIBE(OpenClawInstance, "One assistant, its settings and its secrets.",
               field<&OpenClawInstance::api_version>("apiVersion"), field<&OpenClawInstance::kind>("kind"),
               field<&OpenClawInstance::metadata>("metadata"), field<&OpenClawInstance::spec>("spec"),
               field<&OpenClawInstance::status>("status"));

}  // namespace rotor::json
