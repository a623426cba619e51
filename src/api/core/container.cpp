// Containers and what stands in their environment.
#include "api/core/pod.hpp"

namespace rotor::json {
using namespace api;

ROTOR_DESCRIBE(LocalObjectReference, "Names an object in the same namespace.",
               field<&LocalObjectReference::name>("name", {.default_json = R"("")"}));

ROTOR_DESCRIBE(KeySelector, "One key of a Secret or ConfigMap in the same namespace.",
               field<&KeySelector::name>("name", {.default_json = R"("")"}),
               field<&KeySelector::key>("key", {.required = true}),
               field<&KeySelector::optional>("optional",
                                             {.doc = "Without it the container waits until the key exists."}));

ROTOR_DESCRIBE(FieldSelector, "A field of the pod.", field<&FieldSelector::api_version>("apiVersion"),
               field<&FieldSelector::field_path>("fieldPath", {.required = true}));

ROTOR_DESCRIBE(EnvVarSource, "Where the value of a variable comes from.",
               field<&EnvVarSource::config_map_key_ref>("configMapKeyRef"), field<&EnvVarSource::field_ref>("fieldRef"),
               field<&EnvVarSource::file_key_ref>("fileKeyRef"),
               field<&EnvVarSource::resource_field_ref>("resourceFieldRef"),
               field<&EnvVarSource::secret_key_ref>("secretKeyRef"));

ROTOR_DESCRIBE(EnvVar, "An environment variable.", field<&EnvVar::name>("name", {.required = true}),
               field<&EnvVar::value>("value", {.doc = "May use $(OTHER) for variables defined before it."}),
               field<&EnvVar::value_from>("valueFrom"));

ROTOR_DESCRIBE(EnvSource, "A Secret or ConfigMap whose keys all become variables.",
               field<&EnvSource::name>("name", {.default_json = R"("")"}), field<&EnvSource::optional>("optional"));

ROTOR_DESCRIBE(EnvFromSource, "Variables from all keys of a Secret or ConfigMap.",
               field<&EnvFromSource::config_map_ref>("configMapRef"),
               field<&EnvFromSource::prefix>("prefix", {.doc = "Put in front of every key."}),
               field<&EnvFromSource::secret_ref>("secretRef"));

ROTOR_DESCRIBE(ContainerPort, "A port of a container.",
               field<&ContainerPort::container_port>("containerPort", {.required = true}),
               field<&ContainerPort::host_ip>("hostIP"), field<&ContainerPort::host_port>("hostPort"),
               field<&ContainerPort::name>("name"),
               field<&ContainerPort::protocol>("protocol", {.default_json = R"("TCP")"}));

ROTOR_DESCRIBE(VolumeMount, "Where a volume appears in a container.",
               field<&VolumeMount::mount_path>("mountPath", {.required = true}),
               field<&VolumeMount::mount_propagation>("mountPropagation"),
               field<&VolumeMount::name>("name", {.required = true}), field<&VolumeMount::read_only>("readOnly"),
               field<&VolumeMount::recursive_read_only>("recursiveReadOnly"), field<&VolumeMount::sub_path>("subPath"),
               field<&VolumeMount::sub_path_expr>("subPathExpr"));

ROTOR_DESCRIBE(ResourceRequirements, "What a container is given and may use.",
               field<&ResourceRequirements::claims>("claims", {.list_map_key = "name"}),
               field<&ResourceRequirements::limits>("limits"), field<&ResourceRequirements::requests>("requests"));

ROTOR_DESCRIBE(Capabilities, "Capabilities added and dropped.", field<&Capabilities::add>("add"),
               field<&Capabilities::drop>("drop"));

ROTOR_DESCRIBE(SeccompProfile, "The system calls a process may make.",
               field<&SeccompProfile::localhost_profile>("localhostProfile"),
               field<&SeccompProfile::type>("type", {.required = true}));

ROTOR_DESCRIBE(SecurityContext, "What the processes of a container may do.",
               field<&SecurityContext::allow_privilege_escalation>("allowPrivilegeEscalation"),
               field<&SecurityContext::app_armor_profile>("appArmorProfile"),
               field<&SecurityContext::capabilities>("capabilities"), field<&SecurityContext::privileged>("privileged"),
               field<&SecurityContext::proc_mount>("procMount"),
               field<&SecurityContext::read_only_root_filesystem>("readOnlyRootFilesystem"),
               field<&SecurityContext::run_as_group>("runAsGroup"),
               field<&SecurityContext::run_as_non_root>("runAsNonRoot"),
               field<&SecurityContext::run_as_user>("runAsUser"),
               field<&SecurityContext::se_linux_options>("seLinuxOptions"),
               field<&SecurityContext::seccomp_profile>("seccompProfile"),
               field<&SecurityContext::windows_options>("windowsOptions"));

ROTOR_DESCRIBE(Container, "A container of a pod.", field<&Container::args>("args"),
               field<&Container::command>("command"), field<&Container::env>("env", {.list_map_key = "name"}),
               field<&Container::env_from>("envFrom"), field<&Container::image>("image"),
               field<&Container::image_pull_policy>("imagePullPolicy"), field<&Container::lifecycle>("lifecycle"),
               field<&Container::liveness_probe>("livenessProbe"), field<&Container::name>("name", {.required = true}),
               field<&Container::ports>("ports", {.list_map_key = "containerPort,protocol"}),
               field<&Container::readiness_probe>("readinessProbe"), field<&Container::resize_policy>("resizePolicy"),
               field<&Container::resources>("resources"), field<&Container::restart_policy>("restartPolicy"),
               field<&Container::restart_policy_rules>("restartPolicyRules"),
               field<&Container::security_context>("securityContext"), field<&Container::startup_probe>("startupProbe"),
               field<&Container::stdin_open>("stdin"), field<&Container::stdin_once>("stdinOnce"),
               field<&Container::termination_message_path>("terminationMessagePath"),
               field<&Container::termination_message_policy>("terminationMessagePolicy"), field<&Container::tty>("tty"),
               field<&Container::volume_devices>("volumeDevices", {.list_map_key = "devicePath"}),
               field<&Container::volume_mounts>("volumeMounts", {.list_map_key = "mountPath"}),
               field<&Container::working_dir>("workingDir"));

}  // namespace rotor::json
