// What the API server checks by code in built-in kinds, beyond their members one by one: the rules that a controller or
// a person runs into. Names and metadata are checked elsewhere.
#include <algorithm>

#include "apiserver/registry/names.hpp"
#include "apiserver/schema/member.hpp"
#include "apiserver/schema/path.hpp"
#include "apiserver/schema/validate.hpp"

namespace rotor::apiserver::schema {

namespace {

using Errors = std::vector<FieldError>;

constexpr std::size_t kMaxSecretBytes = 1024 * 1024;

// Of bytes in base64 that is known to be sound.
std::size_t decoded_size(std::string_view base64) {
  std::size_t letters = 0;
  for (const char c : base64) letters += c != '=' && c != '\n' && c != '\r' ? 1U : 0U;
  return letters * 3 / 4;
}

void immutable(std::string_view path, const json::Object& object, const json::Object* old, Errors& errors) {
  if (old == nullptr || !differ(object, *old, path)) return;
  const json::Value* now = member_at(object, path);
  errors.push_back(field_invalid(std::string(path), now == nullptr ? json::Value() : *now, "field is immutable"));
}

bool is_binary(const json::Object& config_map, std::string_view key) {
  const json::Value* bytes = config_map.if_contains("binaryData");
  return bytes != nullptr && bytes->is_object() && bytes->get_object().contains(key);
}

// ConfigMap and Secret: names of keys, size, and the promise of `immutable: true`.
void key_values(const json::Object& object, const json::Object* old, bool secret, Errors& errors) {
  std::size_t total = 0;
  for (const std::string_view member : {"data", "binaryData"}) {
    const json::Value* data = member_at(object, member);
    if (data == nullptr || !data->is_object()) continue;
    const bool bytes = secret || member == "binaryData";
    for (const auto& [key, value] : data->get_object()) {
      const std::string_view name = key;
      if (const std::string why = check_config_key(name); !why.empty())
        errors.push_back(field_invalid(fmt::format("{}[{}]", member, name), json::Value(name), why));
      if (member == "data" && is_binary(object, name))
        errors.push_back(
            field_invalid(fmt::format("data[{}]", name), json::Value(name), "duplicate of key present in binaryData"));
      if (value.is_string()) total += bytes ? decoded_size(value.get_string()) : value.get_string().size();
    }
  }
  const json::Value* frozen = old == nullptr ? nullptr : member_at(*old, "immutable");
  if (frozen != nullptr && frozen->is_bool() && frozen->get_bool()) {
    if (differ(object, *old, "immutable")) {
      errors.push_back(field_forbidden("immutable", "field is immutable when `immutable` is set"));
    }
    for (const std::string_view member : {"data", "binaryData"}) {
      if (differ(object, *old, member))
        errors.push_back(field_forbidden(std::string(member), "field is immutable when `immutable` is set"));
    }
  }
  if (total > kMaxSecretBytes) {
    errors.push_back({"FieldValueTooLong", fmt::format("Too long: may not be more than {} bytes", kMaxSecretBytes),
                      secret ? "data" : "[]"});
  }
}

// One of the two must not be more than the other.
struct Order {
  std::string_view kind, less, more;
};
constexpr Order kOrders[] = {
    {"StatefulSet", "readyReplicas", "replicas"},          {"StatefulSet", "currentReplicas", "replicas"},
    {"StatefulSet", "updatedReplicas", "replicas"},        {"StatefulSet", "availableReplicas", "replicas"},
    {"StatefulSet", "availableReplicas", "readyReplicas"}, {"Deployment", "updatedReplicas", "replicas"},
    {"Deployment", "readyReplicas", "replicas"},           {"Deployment", "availableReplicas", "replicas"},
    {"Deployment", "availableReplicas", "readyReplicas"}};

constexpr std::string_view kCounts[] = {"replicas",          "readyReplicas",      "currentReplicas", "updatedReplicas",
                                        "availableReplicas", "observedGeneration", "collisionCount"};

void workload_status(std::string_view kind, const json::Object& object, Errors& errors) {
  const auto number = [&](std::string_view name) {
    const json::Value* value = member_at(object, fmt::format("status.{}", name));
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
  };
  for (const std::string_view name : kCounts) {
    if (number(name) < 0)
      errors.push_back(
          field_invalid(fmt::format("status.{}", name), number(name), "must be greater than or equal to 0"));
  }
  for (const Order& order : kOrders) {
    if (order.kind == kind && number(order.less) > number(order.more))
      errors.push_back(field_invalid(fmt::format("status.{}", order.less), number(order.less),
                                     fmt::format("cannot be greater than status.{}", order.more)));
  }
}

void workload(std::string_view kind, const json::Object& object, Errors& errors) {
  constexpr std::string_view kRestart = "spec.template.spec.restartPolicy";
  constexpr std::string_view kDeadline = "spec.template.spec.activeDeadlineSeconds";
  const json::Value* restart = member_at(object, kRestart);
  if (restart != nullptr && restart->is_string() && *restart != "Always")
    errors.push_back(field_unsupported(std::string(kRestart), restart->get_string(), {"Always"}));
  if (const json::Value* deadline = member_at(object, kDeadline); deadline != nullptr && !deadline->is_null())
    errors.push_back(
        field_forbidden(std::string(kDeadline), fmt::format("activeDeadlineSeconds in {} is not Supported", kind)));
  workload_status(kind, object, errors);
}

// Where the API server says `restartPolicy` is required, ours has filled in what a pod would get.
void job(const json::Object& object, const json::Object* old, Errors& errors) {
  constexpr std::string_view kRestart = "spec.template.spec.restartPolicy";
  const json::Value* restart = member_at(object, kRestart);
  if (restart == nullptr || (*restart != "Never" && *restart != "OnFailure")) {
    errors.push_back(field_required(std::string(kRestart), R"(valid values: "OnFailure", "Never")"));
  }
  for (const std::string_view member : {"spec.completions", "spec.selector", "spec.template"}) {
    immutable(member, object, old, errors);
  }
}

// As the server shows the structs it has within.
json::Value shown(const json::Object& strategy) {
  const json::Value* rolling = strategy.if_contains("rollingUpdate");
  json::Value part;
  if (rolling != nullptr && rolling->is_object()) {
    const json::Value* partition = rolling->get_object().if_contains("partition");
    part = json::Object{{"Partition", partition == nullptr ? json::Value(0) : *partition}, {"MaxUnavailable", nullptr}};
  }
  const json::Value* type = strategy.if_contains("type");
  return json::Object{{"Type", type == nullptr ? json::Value("") : *type}, {"RollingUpdate", part}};
}

void stateful_set_policies(const json::Object& object, Errors& errors) {
  const json::Value* policy = member_at(object, "spec.podManagementPolicy");
  if (policy != nullptr && *policy != "OrderedReady" && *policy != "Parallel")
    errors.push_back(field_invalid("spec.podManagementPolicy", *policy, "must be 'OrderedReady' or 'Parallel'"));
  const json::Value* found = member_at(object, "spec.updateStrategy");
  if (found == nullptr || !found->is_object()) return;
  const json::Object& strategy = found->get_object();
  const std::string_view type = json::find_string(*found, "type");
  if (type == "OnDelete" && !is_blank(strategy.if_contains("rollingUpdate"))) {
    errors.push_back(field_invalid("spec.updateStrategy.rollingUpdate", shown(strategy).at("RollingUpdate"),
                                   "only allowed for updateStrategy 'RollingUpdate'"));
  } else if (type != "OnDelete" && type != "RollingUpdate") {
    errors.push_back(field_invalid("spec.updateStrategy", shown(strategy), "must be 'RollingUpdate' or 'OnDelete'"));
  }
}

void deployment_strategy(const json::Object& object, Errors& errors) {
  const json::Value* type = member_at(object, "spec.strategy.type");
  const bool recreate = type != nullptr && *type == "Recreate";
  if (recreate && !is_blank(member_at(object, "spec.strategy.rollingUpdate")))
    errors.push_back(
        field_forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'"));
}

void revision(const json::Object& object, const json::Object* old, Errors& errors) {
  if (is_blank(object.if_contains("data"))) errors.push_back(field_required("data", "data is mandatory"));
  immutable("data", object, old, errors);
}

void stateful_set(const json::Object& object, const json::Object* old, Errors& errors) {
  if (old == nullptr) return;
  static constexpr std::string_view kFree[] = {"replicas",
                                               "ordinals",
                                               "template",
                                               "updateStrategy",
                                               "revisionHistoryLimit",
                                               "persistentVolumeClaimRetentionPolicy",
                                               "minReadySeconds"};
  const auto rest = [](const json::Object& one) {
    const json::Value* spec = member_at(one, "spec");
    json::Object out = spec != nullptr && spec->is_object() ? spec->get_object() : json::Object{};
    for (const std::string_view name : kFree) out.erase(name);
    return out;
  };
  if (rest(object) == rest(*old)) return;
  errors.push_back(
      field_forbidden("spec",
                      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
                      "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
                      "'minReadySeconds' are forbidden"));
}

}  // namespace

std::vector<FieldError> validate_builtin(const KindSchema& schema, const json::Object& object,
                                         const json::Object* old) {
  Errors errors = validate_members(schema.root(), object);
  const std::string_view kind = schema.kind;
  if (kind == "Secret") immutable("type", object, old, errors);
  if (kind == "Secret" || kind == "ConfigMap") key_values(object, old, kind == "Secret", errors);
  if (kind == "StatefulSet" || kind == "Deployment") workload(kind, object, errors);
  if (kind == "StatefulSet") stateful_set_policies(object, errors);
  if (kind == "StatefulSet") stateful_set(object, old, errors);
  if (kind == "Job") job(object, old, errors);
  if (kind == "Deployment") deployment_strategy(object, errors);
  if (kind == "ControllerRevision") revision(object, old, errors);
  if (kind == "Deployment" || kind == "ReplicaSet") immutable("spec.selector", object, old, errors);
  if (kind == "Service") validate_service(object, old, errors);
  if (kind == "RoleBinding" || kind == "ClusterRoleBinding") {
    if (old != nullptr && differ(object, *old, "roleRef")) {
      const json::Value* ref = member_at(object, "roleRef");
      errors.push_back(field_invalid("roleRef", ref == nullptr ? json::Value() : *ref, "cannot change roleRef"));
    }
  }
  return errors;
}

}  // namespace rotor::apiserver::schema
