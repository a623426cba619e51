// The built-in kinds: names, scope and habits.
#include "apiserver/registry/kinds.hpp"

namespace rotor::apiserver {

namespace {

using Words = std::vector<std::string>;

struct Traits {
  std::string group{};
  std::string version = "v1";
  std::string plural;
  std::string kind;
  Words short_names{};
  Words categories{};
  bool namespaced = true;
  bool status = false;
  bool generation = false;
  bool returns_deleted = false;
  bool create_on_update = false;
  bool create_only = false;
  bool orphans = false;
  NameRule name_rule = NameRule::kSubdomain;
  Words fields{};
};

std::vector<Traits> traits() {
  const Words event_fields{"involvedObject.kind",
                           "involvedObject.namespace",
                           "involvedObject.name",
                           "involvedObject.uid",
                           "involvedObject.apiVersion",
                           "involvedObject.resourceVersion",
                           "involvedObject.fieldPath",
                           "reason",
                           "reportingComponent",
                           "source",
                           "type"};
  const Words pod_fields{"spec.nodeName",    "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
                         "spec.hostNetwork", "status.phase",       "status.podIP",       "status.nominatedNodeName"};
  return {
      {.plural = "namespaces",
       .kind = "Namespace",
       .short_names = {"ns"},
       .namespaced = false,
       .status = true,
       .returns_deleted = true,
       .name_rule = NameRule::kLabel,
       .fields = {"status.phase"}},
      {.plural = "secrets", .kind = "Secret", .fields = {"type"}},
      {.plural = "configmaps", .kind = "ConfigMap", .short_names = {"cm"}},
      {.plural = "services",
       .kind = "Service",
       .short_names = {"svc"},
       .categories = {"all"},
       .status = true,
       .returns_deleted = true,
       .name_rule = NameRule::kLabel,
       .fields = {"spec.clusterIP", "spec.type"}},
      {.plural = "serviceaccounts", .kind = "ServiceAccount", .short_names = {"sa"}, .returns_deleted = true},
      {.plural = "pods",
       .kind = "Pod",
       .short_names = {"po"},
       .categories = {"all"},
       .status = true,
       .generation = true,
       .returns_deleted = true,
       .fields = pod_fields},
      {.plural = "persistentvolumeclaims",
       .kind = "PersistentVolumeClaim",
       .short_names = {"pvc"},
       .status = true,
       .returns_deleted = true},
      {.plural = "events", .kind = "Event", .short_names = {"ev"}, .create_on_update = true, .fields = event_fields},
      {.plural = "nodes",
       .kind = "Node",
       .short_names = {"no"},
       .namespaced = false,
       .status = true,
       .fields = {"spec.unschedulable"}},
      {.group = "apps",
       .plural = "statefulsets",
       .kind = "StatefulSet",
       .short_names = {"sts"},
       .categories = {"all"},
       .status = true,
       .generation = true,
       .name_rule = NameRule::kLabel},
      {.group = "apps",
       .plural = "deployments",
       .kind = "Deployment",
       .short_names = {"deploy"},
       .categories = {"all"},
       .status = true,
       .generation = true},
      {.group = "apps", .plural = "controllerrevisions", .kind = "ControllerRevision"},
      {.group = "rbac.authorization.k8s.io", .plural = "roles", .kind = "Role", .name_rule = NameRule::kPathSegment},
      {.group = "rbac.authorization.k8s.io",
       .plural = "rolebindings",
       .kind = "RoleBinding",
       .name_rule = NameRule::kPathSegment},
      {.group = "rbac.authorization.k8s.io",
       .plural = "clusterroles",
       .kind = "ClusterRole",
       .namespaced = false,
       .name_rule = NameRule::kPathSegment},
      {.group = "rbac.authorization.k8s.io",
       .plural = "clusterrolebindings",
       .kind = "ClusterRoleBinding",
       .namespaced = false,
       .name_rule = NameRule::kPathSegment},
      {.group = "networking.k8s.io",
       .plural = "networkpolicies",
       .kind = "NetworkPolicy",
       .short_names = {"netpol"},
       .generation = true},
      {.group = "networking.k8s.io",
       .plural = "ingresses",
       .kind = "Ingress",
       .short_names = {"ing"},
       .status = true,
       .generation = true},
      {.group = "policy",
       .plural = "poddisruptionbudgets",
       .kind = "PodDisruptionBudget",
       .short_names = {"pdb"},
       .status = true,
       .generation = true},
      {.group = "batch",
       .plural = "jobs",
       .kind = "Job",
       .categories = {"all"},
       .status = true,
       .generation = true,
       .orphans = true},
      {.group = "autoscaling",
       .version = "v2",
       .plural = "horizontalpodautoscalers",
       .kind = "HorizontalPodAutoscaler",
       .short_names = {"hpa"},
       .categories = {"all"},
       .status = true},
      {.group = "coordination.k8s.io", .plural = "leases", .kind = "Lease", .create_on_update = true},
      {.group = "events.k8s.io", .plural = "events", .kind = "Event", .short_names = {"ev"}, .create_on_update = true},
      {.group = "apiextensions.k8s.io",
       .plural = "customresourcedefinitions",
       .kind = "CustomResourceDefinition",
       .short_names = {"crd", "crds"},
       .categories = {"api-extensions"},
       .namespaced = false,
       .status = true,
       .generation = true,
       .returns_deleted = true},
      {.group = "authentication.k8s.io",
       .plural = "tokenreviews",
       .kind = "TokenReview",
       .namespaced = false,
       .create_only = true},
      {.group = "authentication.k8s.io",
       .plural = "selfsubjectreviews",
       .kind = "SelfSubjectReview",
       .namespaced = false,
       .create_only = true},
      {.group = "authorization.k8s.io",
       .plural = "selfsubjectaccessreviews",
       .kind = "SelfSubjectAccessReview",
       .namespaced = false,
       .create_only = true},
      {.group = "authorization.k8s.io",
       .plural = "selfsubjectrulesreviews",
       .kind = "SelfSubjectRulesReview",
       .namespaced = false,
       .create_only = true},
      {.group = "authorization.k8s.io",
       .plural = "subjectaccessreviews",
       .kind = "SubjectAccessReview",
       .namespaced = false,
       .create_only = true},
  };
}

std::string lower(std::string s) {
  for (char& c : s) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return s;
}

ServedKind serve(Traits t) {
  ServedKind out{.group = t.group,
                 .plural = t.plural,
                 .singular = lower(t.kind),
                 .kind = t.kind,
                 .list_kind = t.kind + "List",
                 .storage_version = t.version,
                 .storage_key = {}};
  out.short_names = std::move(t.short_names);
  out.categories = std::move(t.categories);
  out.namespaced = t.namespaced;
  out.create_only = t.create_only;
  out.counts_generation = t.generation;
  out.returns_deleted = t.returns_deleted;
  out.create_on_update = t.create_on_update;
  out.orphans = t.orphans;
  out.name_rule = t.name_rule;
  // Both event groups show the same objects.
  out.storage_key = t.group == "events.k8s.io" ? "events" : resource_key(t.group, t.plural);
  const std::string api_version = api_version_of(t.group, t.version);
  schema::KindSchemaPtr shape = schema::builtin(api_version, t.kind);
  if (shape == nullptr) shape = schema::untyped(api_version, t.kind);
  out.versions.push_back({.version = t.version,
                          .schema = std::move(shape),
                          .columns = builtin_columns(t.group, t.kind),
                          .selectable_fields = std::move(t.fields),
                          .status = t.status});
  if (t.kind == "StatefulSet" || t.kind == "Deployment")
    out.versions.back().scale = ScalePaths{"spec.replicas", "status.replicas", ""};
  return out;
}

}  // namespace

std::vector<ServedKind> builtin_kinds() {
  std::vector<ServedKind> out;
  for (Traits& one : traits()) out.push_back(serve(std::move(one)));
  return out;
}

}  // namespace rotor::apiserver
