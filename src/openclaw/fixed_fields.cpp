#include "openclaw/fixed_fields.hpp"

#include <array>

#include <fmt/format.h>

#include "api/apps/stateful_set.hpp"
#include "api/core/config_map.hpp"
#include "api/core/persistent_volume_claim.hpp"
#include "api/rbac/role.hpp"

namespace rotor::openclaw {
namespace {

// What is wrong with the field as it is there.
enum class Wrong : std::uint8_t {
  kOther,  // it is not what it should be
  kThere,  // it should not be there
};

struct FixedField {
  kube::Resource resource;
  std::string_view path;
  Wrong wrong;
  bool refused;  // by the API server; else nobody writes it
  std::string_view condition, reason;
  std::string_view words;  // {0} namespace, {1} name, {2} what is there, {3} what the spec wants
};

constexpr kube::Resource kFixedSet = kube::kResource<api::StatefulSet>;
constexpr kube::Resource kFixedMap = kube::kResource<api::ConfigMap>;
constexpr kube::Resource kFixedClaim = kube::kResource<api::PersistentVolumeClaim>;

// A StatefulSet that is made anew takes the pods that its selector finds.
constexpr std::string_view kAnotherSetting =
    "cannot change from {2} to {3}: delete it with `kubectl -n {0} delete statefulset {1} --cascade=orphan` and it is "
    "made anew; its pods run on and become those of the new one, and no claim is touched";

constexpr std::array kFixedFields = {
    FixedField{kFixedSet, "spec.selector", Wrong::kOther, true, "StatefulSetReady", "StatefulSetFixed",
               "cannot change from {2} to {3}: give the instance another name, or delete it with `kubectl -n {0} "
               "delete statefulset {1} --cascade=orphan` and it is made anew; its pods run on beside it until you "
               "delete them, which the new ones wait for, and no claim is touched"},
    FixedField{kFixedSet, "spec.serviceName", Wrong::kOther, true, "StatefulSetReady", "StatefulSetFixed",
               kAnotherSetting},
    FixedField{kFixedSet, "spec.podManagementPolicy", Wrong::kOther, true, "StatefulSetReady", "StatefulSetFixed",
               kAnotherSetting},
    FixedField{kFixedSet, "spec.volumeClaimTemplates", Wrong::kThere, false, "StorageReady", "ClaimTemplatesKept",
               "stays, and a pod gets the claim that a template makes for it (TEMPLATE-{1}-0) in place of a volume of "
               "that name: name that claim in spec.storage.persistence.existingClaim and delete the StatefulSet with "
               "`kubectl -n {0} delete statefulset {1} --cascade=orphan`; it is made anew without templates, its pods "
               "become those of the new one and restart with that claim"},
    FixedField{kube::kResource<api::RoleBinding>, "roleRef", Wrong::kOther, true, "RBACReady", "RoleBindingFixed",
               "cannot change from {2} to {3}: delete it with `kubectl -n {0} delete rolebinding {1}` and it is made "
               "anew; until then the ServiceAccount has the rights of the role that it names"},
    FixedField{kFixedMap, "immutable", Wrong::kThere, true, "ConfigValid", "ConfigMapFixed",
               "is set, so its data cannot change: delete it with `kubectl -n {0} delete configmap {1}` and it is made "
               "anew; pods that run keep what they have read"},
    FixedField{kFixedClaim, "spec.resources.requests.storage", Wrong::kOther, false, "StorageReady", "ClaimKept",
               "is {2}, and the spec says {3}: a claim that is there is not written. Where its StorageClass allows "
               "that, grow it with `kubectl -n {0} patch pvc {1} --type merge -p "
               "'{{\"spec\":{{\"resources\":{{\"requests\":{{\"storage\":{3}}}}}}}}}'`; a smaller one is another "
               "claim, named in spec.storage.persistence.existingClaim once the data is there"},
    FixedField{kFixedClaim, "spec.storageClassName", Wrong::kOther, false, "StorageReady", "ClaimKept",
               "is {2}, and the spec says {3}: a claim keeps its class. Take that back, or move the data to a claim "
               "of the other class and name it in spec.storage.persistence.existingClaim"},
    FixedField{kFixedClaim, "spec.accessModes", Wrong::kOther, false, "StorageReady", "ClaimKept",
               "is {2}, and the spec says {3}: a claim keeps its modes. Take that back, or move the data to a claim "
               "that has them and name it in spec.storage.persistence.existingClaim"},
};

bool is_set(const json::Value* value) { return value != nullptr && !value->is_null() && *value != false; }

bool stands_in_the_way(const FixedField& field, const json::Value& live, const json::Value& desired) {
  const json::Value* have = json::find(live, field.path);
  const json::Value* want = json::find(desired, field.path);
  if (field.wrong == Wrong::kThere) return is_set(have) && !is_set(want);
  return is_set(want) && (have == nullptr || *have != *want);
}

std::string text_of(const json::Value& object, std::string_view path) {
  const json::Value* value = json::find(object, path);
  return value == nullptr ? "nothing" : json::serialize(*value);
}

Finding finding_of(const FixedField& field, const json::Value& live, const json::Value& desired) {
  const std::string_view ns = json::find_string(live, "metadata.namespace");
  const std::string_view name = json::find_string(live, "metadata.name");
  std::string message = fmt::format("{} \"{}\": {} ", field.resource.kind, name, field.path);
  message += fmt::format(fmt::runtime(field.words), ns, name, text_of(live, field.path), text_of(desired, field.path));
  Finding found = obstacle(field.condition, field.reason, std::move(message));
  found.stops = field.refused;
  if (!field.refused) found.status = "True";  // what is there is used
  return found;
}

std::vector<Finding> in_the_way(const kube::Resource& resource, bool refused, const json::Value& live,
                                const json::Value& desired) {
  std::vector<Finding> out;
  for (const FixedField& field : kFixedFields) {
    if (field.resource != resource || field.refused != refused || !stands_in_the_way(field, live, desired)) continue;
    out.push_back(finding_of(field, live, desired));
  }
  return out;
}

}  // namespace

Error explain_refusal(const kube::Resource& resource, const LivePtr& live, std::string_view desired, Error error,
                      std::optional<Finding>& obstacle) {
  if (error.code != Code::kInvalid || live == nullptr) return error;
  const auto there = json::parse(live->text.unpack());
  const auto wanted = json::parse(desired);
  if (!there || !wanted) return error;
  std::vector<Finding> why = in_the_way(resource, true, *there, *wanted);
  if (why.empty()) return error;
  obstacle = std::move(why.front());
  return std::move(error).prefixed(obstacle->message);
}

std::optional<Finding> kept_fields(const kube::Resource& resource, const json::Value& live,
                                   const json::Value& desired) {
  std::optional<Finding> out;
  for (Finding& found : in_the_way(resource, false, live, desired)) {
    if (out) {
      out->message += "; " + found.message;
    } else {
      out = std::move(found);
    }
  }
  return out;
}

kube::FieldSet fixed_fields(const kube::Resource& resource) {
  kube::FieldSet out;
  for (const FixedField& field : kFixedFields) {
    if (field.resource != resource) continue;
    kube::Path path;
    for (std::string_view rest = field.path; !rest.empty();) {
      const std::size_t dot = rest.find('.');
      path.push_back(kube::PathElement::field(rest.substr(0, dot)));
      rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
    }
    out.insert(path);
  }
  return out;
}

}  // namespace rotor::openclaw
