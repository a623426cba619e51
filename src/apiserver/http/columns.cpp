// Printer columns of the built-in kinds.
#include <algorithm>

#include <fmt/format.h>

#include "apiserver/http/table.hpp"
#include "base/ascii.hpp"

namespace rotor::apiserver {

namespace {

using json::Array;
using json::Object;
using json::Value;

const Value* at(const Object& object, std::string_view path) {
  const auto dot = path.find('.');
  const Value* value = object.if_contains(path.substr(0, dot));
  if (value == nullptr || dot == std::string_view::npos) return value;
  return json::find(*value, path.substr(dot + 1));
}

std::string str(const Object& object, std::string_view path, std::string_view otherwise = {}) {
  const Value* value = at(object, path);
  if (value == nullptr || value->is_null()) return std::string(otherwise);
  if (value->is_string())
    return value->get_string().empty() ? std::string(otherwise) : std::string(value->get_string());
  return json::serialize(*value);
}

std::int64_t num(const Object& object, std::string_view path, std::int64_t otherwise = 0) {
  const Value* value = at(object, path);
  return value != nullptr && value->is_int64() ? value->get_int64() : otherwise;
}

std::size_t count(const Object& object, std::string_view path) {
  const Value* value = at(object, path);
  if (value == nullptr) return 0;
  if (const auto* members = value->if_object()) return members->size();
  return value->is_array() ? value->get_array().size() : 0;
}

// Every `member` of the objects in the array at `path`, comma separated.
std::string joined(const Object& object, std::string_view path, std::string_view member, std::string_view otherwise) {
  const Value* value = at(object, path);
  std::string out;
  if (value != nullptr && value->is_array()) {
    for (const Value& item : value->get_array()) {
      const std::string one = item.is_object()   ? str(item.get_object(), member)
                              : item.is_string() ? std::string(item.get_string())
                                                 : std::string();
      if (!one.empty()) out += (out.empty() ? "" : ",") + one;
    }
  }
  return out.empty() ? std::string(otherwise) : out;
}

std::string labels_text(const Value* labels) {
  std::string out;
  if (labels != nullptr && labels->is_object()) {
    for (const auto& label : labels->get_object()) {
      out += fmt::format("{}{}={}", out.empty() ? "" : ",", std::string_view(label.key()),
                         label.value().is_string() ? std::string_view(label.value().get_string()) : std::string_view());
    }
  }
  return out.empty() ? "<none>" : out;
}

using Cell = std::string (*)(const Object&);

Column column(std::string name, Cell cell, int priority = 0) {
  return {.name = std::move(name), .priority = priority, .cell = [cell](const Object& object, WallTime) {
            return Value(cell(object));
          }};
}

Column number(std::string name, std::int64_t (*cell)(const Object&), int priority = 0) {
  return {
      .name = std::move(name), .type = "integer", .priority = priority, .cell = [cell](const Object& object, WallTime) {
        return Value(cell(object));
      }};
}

std::string service_ports(const Object& o) {
  std::string out;
  const Value* ports = at(o, "spec.ports");
  if (ports == nullptr || !ports->is_array()) return "<none>";
  for (const Value& port : ports->get_array()) {
    if (!port.is_object()) continue;
    const std::int64_t node_port = num(port.get_object(), "nodePort");
    out += fmt::format("{}{}{}/{}", out.empty() ? "" : ",", num(port.get_object(), "port"),
                       node_port > 0 ? fmt::format(":{}", node_port) : "", str(port.get_object(), "protocol", "TCP"));
  }
  return out.empty() ? "<none>" : out;
}

const Array* container_statuses(const Object& pod) {
  const Value* all = at(pod, "status.containerStatuses");
  return all == nullptr ? nullptr : all->if_array();
}

std::string pod_ready(const Object& o) {
  std::size_t ready = 0;
  if (const Array* all = container_statuses(o)) {
    ready = static_cast<std::size_t>(std::ranges::count_if(*all, [](const Value& one) {
      const Value* v = json::find(one, "ready");
      return v != nullptr && v->is_bool() && v->get_bool();
    }));
  }
  return fmt::format("{}/{}", ready, count(o, "spec.containers"));
}

// The reason kubectl shows: what a container waits for or ended with, else the phase.
std::string pod_status(const Object& o) {
  std::string out = str(o, "status.reason", str(o, "status.phase", "Unknown"));
  if (const Array* all = container_statuses(o)) {
    for (const Value& one : *all) {
      const std::string_view waiting = json::find_string(one, "state.waiting.reason");
      const std::string_view ended = json::find_string(one, "state.terminated.reason");
      if (!waiting.empty()) out = waiting;
      if (!ended.empty()) out = ended;
    }
  }
  return text(metadata_of(o), "deletionTimestamp").empty() ? out : "Terminating";
}

Value pod_restarts(const Object& o, WallTime now) {
  std::int64_t total = 0;
  std::string_view last;
  if (const Array* all = container_statuses(o)) {
    for (const Value& one : *all) {
      if (!one.is_object()) continue;
      total += num(one.get_object(), "restartCount");
      last = std::max(last, json::find_string(one, "lastState.terminated.finishedAt"));
    }
  }
  if (total == 0 || last.empty()) return Value(fmt::format("{}", total));
  return Value(fmt::format("{} ({} ago)", total, age_of(last, now)));
}

Columns pod_columns() {
  return {name_column(),
          column("Ready", pod_ready),
          column("Status", pod_status),
          Column{.name = "Restarts", .cell = pod_restarts},
          age_column(),
          column(
              "IP", [](const Object& o) { return str(o, "status.podIP", "<none>"); }, 1),
          column(
              "Node", [](const Object& o) { return str(o, "spec.nodeName", "<none>"); }, 1),
          column(
              "Nominated Node", [](const Object& o) { return str(o, "status.nominatedNodeName", "<none>"); }, 1),
          column("Readiness Gates", [](const Object&) { return std::string("<none>"); }, 1)};
}

Column containers() {
  return column(
      "Containers", [](const Object& o) { return joined(o, "spec.template.spec.containers", "name", "<none>"); }, 1);
}
Column images() {
  return column(
      "Images", [](const Object& o) { return joined(o, "spec.template.spec.containers", "image", "<none>"); }, 1);
}

Column time_column(std::string name, std::vector<std::string_view> paths, int priority = 0) {
  return {.name = std::move(name), .priority = priority, .cell = [paths](const Object& o, WallTime now) {
            for (const std::string_view path : paths) {
              if (const std::string when = str(o, path); !when.empty()) return Value(age_of(when, now));
            }
            return Value("<unknown>");
          }};
}

std::string event_object(const Object& o) {
  std::string kind = str(o, "involvedObject.kind");
  std::ranges::transform(kind, kind.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return kind + "/" + str(o, "involvedObject.name");
}

Columns event_columns() {
  return {
      time_column("Last Seen", {"series.lastObservedTime", "lastTimestamp", "eventTime", "metadata.creationTimestamp"}),
      column("Type", [](const Object& o) { return str(o, "type"); }),
      column("Reason", [](const Object& o) { return str(o, "reason"); }),
      column("Object", event_object),
      column(
          "Subobject", [](const Object& o) { return str(o, "involvedObject.fieldPath"); }, 1),
      column(
          "Source", [](const Object& o) { return str(o, "source.component", str(o, "reportingComponent")); }, 1),
      column("Message", [](const Object& o) { return str(o, "message"); }),
      time_column("First Seen", {"firstTimestamp", "eventTime", "metadata.creationTimestamp"}, 1),
      number(
          "Count", [](const Object& o) { return num(o, "series.count", num(o, "count", 1)); }, 1),
      Column{.name = "Name", .format = "name", .priority = 1, .cell = [](const Object& o, WallTime) {
               return Value(name_of(o));
             }}};
}

Columns service_columns() {
  return {name_column(),
          column("Type", [](const Object& o) { return str(o, "spec.type", "ClusterIP"); }),
          column("Cluster-IP", [](const Object& o) { return str(o, "spec.clusterIP", "<none>"); }),
          column("External-IP", [](const Object& o) { return joined(o, "spec.externalIPs", "", "<none>"); }),
          column("Port(s)", service_ports),
          age_column(),
          column("Selector", [](const Object& o) { return labels_text(at(o, "spec.selector")); }, 1)};
}

std::string quantity_of(const Object& o) { return str(o, "status.capacity.storage"); }

Columns claim_columns() {
  return {name_column(),
          column("Status", [](const Object& o) { return str(o, "status.phase"); }),
          column("Volume", [](const Object& o) { return str(o, "spec.volumeName"); }),
          column("Capacity", quantity_of),
          column("Access Modes", [](const Object& o) { return joined(o, "status.accessModes", "", ""); }),
          column("StorageClass", [](const Object& o) { return str(o, "spec.storageClassName"); }),
          column("VolumeAttributesClass",
                 [](const Object& o) { return str(o, "spec.volumeAttributesClassName", "<unset>"); }),
          age_column(),
          column("VolumeMode", [](const Object& o) { return str(o, "spec.volumeMode"); }, 1)};
}

std::string node_status(const Object& o) {
  std::string out = "Unknown";
  const Value* all = at(o, "status.conditions");
  if (all != nullptr && all->is_array()) {
    for (const Value& one : all->get_array()) {
      if (json::find_string(one, "type") == "Ready")
        out = json::find_string(one, "status") == "True" ? "Ready" : "NotReady";
    }
  }
  const Value* cordoned = at(o, "spec.unschedulable");
  return cordoned != nullptr && cordoned->is_bool() && cordoned->get_bool() ? out + ",SchedulingDisabled" : out;
}

std::string node_roles(const Object& o) {
  constexpr std::string_view kPrefix = "node-role.kubernetes.io/";
  std::string out;
  if (const Object* labels = child(metadata_of(o), "labels")) {
    for (const auto& label : *labels) {
      const std::string_view key = label.key();
      if (key.starts_with(kPrefix)) out += (out.empty() ? "" : ",") + std::string(key.substr(kPrefix.size()));
    }
  }
  return out.empty() ? "<none>" : out;
}

Columns deployment_columns() {
  return {name_column(),
          column("Ready",
                 [](const Object& o) {
                   return fmt::format("{}/{}", num(o, "status.readyReplicas"), num(o, "spec.replicas", 1));
                 }),
          number("Up-to-date", [](const Object& o) { return num(o, "status.updatedReplicas"); }),
          number("Available", [](const Object& o) { return num(o, "status.availableReplicas"); }),
          age_column(),
          containers(),
          images(),
          column("Selector", [](const Object& o) { return labels_text(at(o, "spec.selector.matchLabels")); }, 1)};
}

Columns stateful_set_columns() {
  return {name_column(),
          column("Ready",
                 [](const Object& o) {
                   return fmt::format("{}/{}", num(o, "status.readyReplicas"), num(o, "spec.replicas", 1));
                 }),
          age_column(), containers(), images()};
}

std::string job_status(const Object& o) {
  const Value* all = at(o, "status.conditions");
  if (all != nullptr && all->is_array()) {
    for (const Value& one : all->get_array()) {
      const std::string_view type = json::find_string(one, "type");
      if ((type == "Complete" || type == "Failed") && json::find_string(one, "status") == "True")
        return std::string(type);
    }
  }
  return "Running";
}

Columns job_columns() {
  return {name_column(),
          column("Status", job_status),
          column("Completions",
                 [](const Object& o) {
                   return fmt::format("{}/{}", num(o, "status.succeeded"), num(o, "spec.completions", 1));
                 }),
          age_column(),
          containers(),
          images()};
}

Columns created_columns() {
  return {name_column(), Column{.name = "Created At", .type = "string", .cell = [](const Object& o, WallTime) {
                                  return Value(text(metadata_of(o), "creationTimestamp"));
                                }}};
}

Columns binding_columns() {
  return {name_column(),
          column("Role", [](const Object& o) { return str(o, "roleRef.kind") + "/" + str(o, "roleRef.name"); }),
          age_column(),
          column("ServiceAccounts", [](const Object& o) { return joined(o, "subjects", "name", ""); }, 1)};
}

Columns ingress_columns() {
  return {name_column(),
          column("Class", [](const Object& o) { return str(o, "spec.ingressClassName", "<none>"); }),
          column("Hosts", [](const Object& o) { return joined(o, "spec.rules", "host", "*"); }),
          column("Address", [](const Object& o) { return joined(o, "status.loadBalancer.ingress", "ip", ""); }),
          column("Ports", [](const Object& o) { return std::string(count(o, "spec.tls") > 0 ? "80, 443" : "80"); }),
          age_column()};
}

Columns budget_columns() {
  return {name_column(), column("Min Available", [](const Object& o) { return str(o, "spec.minAvailable", "N/A"); }),
          column("Max Unavailable", [](const Object& o) { return str(o, "spec.maxUnavailable", "N/A"); }),
          number("Allowed Disruptions", [](const Object& o) { return num(o, "status.disruptionsAllowed"); }),
          age_column()};
}

Columns autoscaler_columns() {
  return {name_column(),
          column("Reference",
                 [](const Object& o) {
                   return str(o, "spec.scaleTargetRef.kind") + "/" + str(o, "spec.scaleTargetRef.name");
                 }),
          column("Targets", [](const Object& o) { return joined(o, "spec.metrics", "type", "<none>"); }),
          column("MinPods", [](const Object& o) { return str(o, "spec.minReplicas", "<unset>"); }),
          number("MaxPods", [](const Object& o) { return num(o, "spec.maxReplicas"); }),
          number("Replicas", [](const Object& o) { return num(o, "status.currentReplicas"); }),
          age_column()};
}

Columns node_columns() {
  return {name_column(), column("Status", node_status), column("Roles", node_roles), age_column(),
          column("Version", [](const Object& o) { return str(o, "status.nodeInfo.kubeletVersion"); })};
}

Columns secret_columns() {
  return {name_column(), column("Type", [](const Object& o) { return str(o, "type", "Opaque"); }),
          number("Data", [](const Object& o) { return static_cast<std::int64_t>(count(o, "data")); }), age_column()};
}

// statefulset.apps/web
std::string controller_of(const Object& o) {
  const Value* owners = at(metadata_of(o), "ownerReferences");
  if (owners == nullptr || !owners->is_array() || owners->get_array().empty()) return "<none>";
  const Value& owner = owners->get_array().front();
  const auto [group, version] = split_api_version(json::find_string(owner, "apiVersion"));
  return fmt::format("{}{}{}/{}", ascii_lower(json::find_string(owner, "kind")), group.empty() ? "" : ".", group,
                     json::find_string(owner, "name"));
}

Columns config_map_columns() {
  return {name_column(),
          number("Data",
                 [](const Object& o) { return static_cast<std::int64_t>(count(o, "data") + count(o, "binaryData")); }),
          age_column()};
}

}  // namespace

Columns builtin_columns(std::string_view group, std::string_view kind) {
  if (kind == "Pod") return pod_columns();
  if (kind == "Event") return event_columns();
  if (kind == "Secret") return secret_columns();
  if (kind == "ConfigMap") return config_map_columns();
  if (kind == "Service" && group.empty()) return service_columns();
  if (kind == "PersistentVolumeClaim") return claim_columns();
  if (kind == "Node") return node_columns();
  if (kind == "Deployment") return deployment_columns();
  if (kind == "StatefulSet") return stateful_set_columns();
  if (kind == "Role" || kind == "ClusterRole" || kind == "CustomResourceDefinition") return created_columns();
  if (kind == "RoleBinding" || kind == "ClusterRoleBinding") return binding_columns();
  if (kind == "Job") return job_columns();
  if (kind == "Ingress") return ingress_columns();
  if (kind == "PodDisruptionBudget") return budget_columns();
  if (kind == "HorizontalPodAutoscaler") return autoscaler_columns();
  if (kind == "Namespace") {
    return {name_column(), column("Status", [](const Object& o) { return str(o, "status.phase"); }), age_column()};
  }
  if (kind == "NetworkPolicy") {
    return {name_column(),
            column("Pod-Selector", [](const Object& o) { return labels_text(at(o, "spec.podSelector.matchLabels")); }),
            age_column()};
  }
  if (kind == "ControllerRevision") {
    return {name_column(), column("Controller", controller_of),
            number("Revision", [](const Object& o) { return num(o, "revision"); }), age_column()};
  }
  if (kind == "Lease") {
    return {name_column(), column("Holder", [](const Object& o) { return str(o, "spec.holderIdentity"); }),
            age_column()};
  }
  return {name_column(), age_column()};
}

}  // namespace rotor::apiserver
