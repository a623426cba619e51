#include "api/core/pod.hpp"

namespace rotor::json {
using namespace api;

ROTOR_DESCRIBE(SecretVolume, "The keys of a Secret as files.", field<&SecretVolume::default_mode>("defaultMode"),
               field<&SecretVolume::items>("items"), field<&SecretVolume::optional>("optional"),
               field<&SecretVolume::secret_name>("secretName"));

ROTOR_DESCRIBE(ConfigMapVolume, "The keys of a ConfigMap as files.",
               field<&ConfigMapVolume::default_mode>("defaultMode"), field<&ConfigMapVolume::items>("items"),
               field<&ConfigMapVolume::name>("name", {.default_json = R"("")"}),
               field<&ConfigMapVolume::optional>("optional"));

ROTOR_DESCRIBE(ClaimVolume, "A PersistentVolumeClaim of the same namespace.",
               field<&ClaimVolume::claim_name>("claimName", {.required = true}),
               field<&ClaimVolume::read_only>("readOnly"));

ROTOR_DESCRIBE(
    Volume, "A volume of a pod.", field<&Volume::aws_elastic_block_store>("awsElasticBlockStore"),
    field<&Volume::azure_disk>("azureDisk"), field<&Volume::azure_file>("azureFile"), field<&Volume::cephfs>("cephfs"),
    field<&Volume::cinder>("cinder"), field<&Volume::config_map>("configMap"), field<&Volume::csi>("csi"),
    field<&Volume::downward_api>("downwardAPI"), field<&Volume::empty_dir>("emptyDir"),
    field<&Volume::ephemeral>("ephemeral"), field<&Volume::fc>("fc"), field<&Volume::flex_volume>("flexVolume"),
    field<&Volume::flocker>("flocker"), field<&Volume::gce_persistent_disk>("gcePersistentDisk"),
    field<&Volume::git_repo>("gitRepo"), field<&Volume::glusterfs>("glusterfs"), field<&Volume::host_path>("hostPath"),
    field<&Volume::image>("image"), field<&Volume::iscsi>("iscsi"), field<&Volume::name>("name", {.required = true}),
    field<&Volume::nfs>("nfs"), field<&Volume::persistent_volume_claim>("persistentVolumeClaim"),
    field<&Volume::photon_persistent_disk>("photonPersistentDisk"), field<&Volume::portworx_volume>("portworxVolume"),
    field<&Volume::projected>("projected"), field<&Volume::quobyte>("quobyte"), field<&Volume::rbd>("rbd"),
    field<&Volume::scale_io>("scaleIO"), field<&Volume::secret>("secret"), field<&Volume::storageos>("storageos"),
    field<&Volume::vsphere_volume>("vsphereVolume"));

ROTOR_DESCRIBE(PodSecurityContext, "What the processes of a pod may do.",
               field<&PodSecurityContext::app_armor_profile>("appArmorProfile"),
               field<&PodSecurityContext::fs_group>("fsGroup"),
               field<&PodSecurityContext::fs_group_change_policy>("fsGroupChangePolicy"),
               field<&PodSecurityContext::run_as_group>("runAsGroup"),
               field<&PodSecurityContext::run_as_non_root>("runAsNonRoot"),
               field<&PodSecurityContext::run_as_user>("runAsUser"),
               field<&PodSecurityContext::se_linux_change_policy>("seLinuxChangePolicy"),
               field<&PodSecurityContext::se_linux_options>("seLinuxOptions"),
               field<&PodSecurityContext::seccomp_profile>("seccompProfile"),
               field<&PodSecurityContext::supplemental_groups>("supplementalGroups"),
               field<&PodSecurityContext::supplemental_groups_policy>("supplementalGroupsPolicy"),
               field<&PodSecurityContext::sysctls>("sysctls"),
               field<&PodSecurityContext::windows_options>("windowsOptions"));

ROTOR_DESCRIBE(PodSpec, "What a pod runs and how.", field<&PodSpec::affinity>("affinity"),
               field<&PodSpec::automount_service_account_token>("automountServiceAccountToken"),
               field<&PodSpec::containers>("containers", {.required = true, .list_map_key = "name"}),
               field<&PodSpec::dns_policy>("dnsPolicy"), field<&PodSpec::hostname>("hostname"),
               field<&PodSpec::image_pull_secrets>("imagePullSecrets", {.list_map_key = "name"}),
               field<&PodSpec::init_containers>("initContainers", {.list_map_key = "name"}),
               field<&PodSpec::node_name>("nodeName"), field<&PodSpec::node_selector>("nodeSelector"),
               field<&PodSpec::restart_policy>("restartPolicy"),
               field<&PodSpec::runtime_class_name>("runtimeClassName"),
               field<&PodSpec::scheduler_name>("schedulerName"), field<&PodSpec::security_context>("securityContext"),
               field<&PodSpec::service_account>("serviceAccount"),
               field<&PodSpec::service_account_name>("serviceAccountName"),
               field<&PodSpec::share_process_namespace>("shareProcessNamespace"),
               field<&PodSpec::termination_grace_period_seconds>("terminationGracePeriodSeconds"),
               field<&PodSpec::tolerations>("tolerations"),
               field<&PodSpec::topology_spread_constraints>("topologySpreadConstraints",
                                                            {.list_map_key = "topologyKey,whenUnsatisfiable"}),
               field<&PodSpec::volumes>("volumes", {.list_map_key = "name"}));

ROTOR_DESCRIBE(PodTemplateMeta, "Labels and annotations of the pods.",
               field<&PodTemplateMeta::annotations>("annotations"), field<&PodTemplateMeta::labels>("labels"));

ROTOR_DESCRIBE(PodTemplate, "What the pods of a workload look like.", field<&PodTemplate::metadata>("metadata"),
               field<&PodTemplate::spec>("spec"));

ROTOR_DESCRIBE(PodCondition, "One aspect of a pod's state.",
               field<&PodCondition::last_transition_time>("lastTransitionTime"),
               field<&PodCondition::message>("message"), field<&PodCondition::reason>("reason"),
               field<&PodCondition::status>("status", {.required = true}),
               field<&PodCondition::type>("type", {.required = true}));

ROTOR_DESCRIBE(ContainerStatus, "The state of a container.", field<&ContainerStatus::container_id>("containerID"),
               field<&ContainerStatus::image>("image", {.keep_empty = true}),
               field<&ContainerStatus::image_id>("imageID", {.keep_empty = true}),
               field<&ContainerStatus::last_state>("lastState"),
               field<&ContainerStatus::name>("name", {.required = true}),
               field<&ContainerStatus::ready>("ready", {.keep_empty = true}),
               field<&ContainerStatus::restart_count>("restartCount", {.keep_empty = true}),
               field<&ContainerStatus::started>("started"), field<&ContainerStatus::state>("state"));

ROTOR_DESCRIBE(PodStatus, "The state of a pod.", field<&PodStatus::conditions>("conditions", {.list_map_key = "type"}),
               field<&PodStatus::container_statuses>("containerStatuses"), field<&PodStatus::host_ip>("hostIP"),
               field<&PodStatus::message>("message"), field<&PodStatus::phase>("phase"),
               field<&PodStatus::pod_ip>("podIP"), field<&PodStatus::reason>("reason"),
               field<&PodStatus::start_time>("startTime"));

ROTOR_DESCRIBE(Pod, "A group of containers on one node.", field<&Pod::api_version>("apiVersion"),
               field<&Pod::kind>("kind"), field<&Pod::metadata>("metadata"), field<&Pod::spec>("spec"),
               field<&Pod::status>("status"));

}  // namespace rotor::json
