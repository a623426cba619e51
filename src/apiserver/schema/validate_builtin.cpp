// What the API server checks by code in built-in kinds, beyond their members one by one: the rules that a controller or
// a person runs into. Names and metadata are checked elsewhere.
#include <algorithm>

#include <re2/re2.h>

#include "apiserver/schema/member.hpp"
#include "apiserver/schema/path.hpp"
#include "apiserver/schema/validate.hpp"

namespace rotor::apiserver::schema {

namespace {

using Errors = std::vector<FieldError>;

constexpr std::size_t kMaxSecretBytes = 1024 * 1024;

bool differ(const json::Object& object, const json::Object& old, std::string_view path) {
  const json::Value* now = member_at(object, path);
  const json::Value* was = member_at(old, path);
  const bool absent = now == nullptr || was == nullptr;
  return absent ? now != was : *now != *was;
}

void immutable(std::string_view path, const json::Object& object, const json::Object* old, Errors& errors) {
  if (old == nullptr || !differ(object, *old, path)) return;
  const json::Value* now = member_at(object, path);
  errors.push_back(field_invalid(std::string(path), now == nullptr ? json::Value() : *now, "field is immutable"));
}

// ConfigMap and Secret: names of keys, size, and the promise of `immutable: true`.
void key_values(const json::Object& object, const json::Object* old, Errors& errors) {
  static const re2::RE2 kKey("[-._a-zA-Z0-9]+");
  std::size_t total = 0;
  for (const std::string_view member : {"data", "binaryData"}) {
    const json::Value* data = member_at(object, member);
    if (data == nullptr || !data->is_object()) continue;
    for (const auto& [key, value] : data->get_object()) {
      const std::string_view name = key;
      if (!re2::RE2::FullMatch(name, kKey)) {
        errors.push_back(field_invalid(fmt::format("{}[{}]", member, name), json::Value(name),
                                       "a valid config key must consist of alphanumeric characters, '-', '_' or '.' "
                                       "(e.g. 'key.name',  or 'KEY_NAME',  or "
                                       "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"));
      }
      if (value.is_string()) total += value.get_string().size();
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
  if (total > kMaxSecretBytes * 4 / 3) {
    errors.push_back(
        {"FieldValueTooLong", fmt::format("Too long: may not be more than {} bytes", kMaxSecretBytes), "data"});
  }
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

void service(const json::Object& object, const json::Object* old, Errors& errors) {
  const json::Value* ports = member_at(object, "spec.ports");
  const json::Array* list = ports == nullptr ? nullptr : ports->if_array();
  const json::Value* type = member_at(object, "spec.type");
  const bool external = type != nullptr && *type == "ExternalName";
  const json::Value* ip = member_at(object, "spec.clusterIP");
  const bool headless = ip != nullptr && *ip == "None";
  if ((list == nullptr || list->empty()) && !external && !headless) errors.push_back(field_required("spec.ports", ""));
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const auto* port = (*list)[i].if_object();
    if (port == nullptr) continue;
    const std::string path = item_path("spec.ports", i);
    if (list->size() > 1 && is_blank(port->if_contains("name"))) errors.push_back(field_required(path + ".name", ""));
    for (const std::string_view name : {"port", "targetPort"}) {
      const json::Value* number = port->if_contains(name);
      if (number == nullptr || !number->is_int64() || (number->get_int64() > 0 && number->get_int64() < 65536))
        continue;
      errors.push_back(field_invalid(child_path(path, name), *number, "must be between 1 and 65535, inclusive"));
    }
  }
  const json::Value* was = old == nullptr ? nullptr : member_at(*old, "spec.clusterIP");
  if (was != nullptr && !external && differ(object, *old, "spec.clusterIP")) {
    errors.push_back(field_invalid("spec.clusterIPs[0]", json::Array{ip == nullptr ? json::Value("") : *ip},
                                   "may not change once set"));
  }
}

}  // namespace

std::vector<FieldError> validate_builtin(const KindSchema& schema, const json::Object& object,
                                         const json::Object* old) {
  Errors errors = validate_members(schema.root(), object);
  const std::string_view kind = schema.kind;
  if (kind == "Secret") immutable("type", object, old, errors);
  if (kind == "Secret" || kind == "ConfigMap") key_values(object, old, errors);
  if (kind == "StatefulSet") stateful_set(object, old, errors);
  if (kind == "Deployment" || kind == "ReplicaSet") immutable("spec.selector", object, old, errors);
  if (kind == "Service") service(object, old, errors);
  if (kind == "RoleBinding" || kind == "ClusterRoleBinding") {
    if (old != nullptr && differ(object, *old, "roleRef")) {
      const json::Value* ref = member_at(object, "roleRef");
      errors.push_back(field_invalid("roleRef", ref == nullptr ? json::Value() : *ref, "cannot change roleRef"));
    }
  }
  return errors;
}

}  // namespace rotor::apiserver::schema
