// What every Kubernetes kind shares. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "json/describe.hpp"

namespace rotor::kube {

using StringMap = std::map<std::string, std::string, std::less<>>;

// A kind and where its objects live.
struct Resource {
  std::string_view group;  // "" for core
  std::string_view version;
  std::string_view plural;
  std::string_view kind;
  bool namespaced = true;

  std::string api_version() const;  // "v1", "external-secrets.io/v1"
  friend bool operator==(const Resource&, const Resource&) = default;
};

// Specialised beside each kind: `template <> inline constexpr Resource kResource<api::Secret> = {…};`
template <class T>
inline constexpr Resource kResource = {};

// Names one object of a known kind. Cluster-scoped objects have an empty namespace.
struct Key {
  std::string ns{};
  std::string name{};
  auto operator<=>(const Key&) const = default;
  std::string text() const { return ns.empty() ? name : ns + "/" + name; }
};

struct OwnerReference {
  std::string api_version{};
  std::string kind{};
  std::string name{};
  std::string uid{};
  std::optional<bool> controller{};
  std::optional<bool> block_owner_deletion{};
  friend bool operator==(const OwnerReference&, const OwnerReference&) = default;
};

struct ManagedFieldsEntry {
  std::string manager{};
  std::string operation{};  // Apply, Update
  std::string api_version{};
  std::string time{};
  std::string fields_type{};
  json::Raw fields_v1{};
  std::string subresource{};
};

struct ObjectMeta {
  std::string name{};
  std::string generate_name{};
  std::string ns{};  // "namespace" on the wire
  std::string uid{};
  std::string resource_version{};
  std::int64_t generation = 0;
  std::string creation_timestamp{};
  std::string deletion_timestamp{};  // empty: not being deleted
  StringMap labels{};
  StringMap annotations{};
  std::vector<OwnerReference> owner_references{};
  std::vector<std::string> finalizers{};
  std::vector<ManagedFieldsEntry> managed_fields{};

  Key key() const { return {ns, name}; }
  bool deleting() const { return !deletion_timestamp.empty(); }
};

// metav1.Condition and its older cousins: `last_transition_time` moves only when `status` does.
struct Condition {
  std::string type{};
  std::string status{};  // "True", "False", "Unknown"
  std::string reason{};
  std::string message{};
  std::string last_transition_time{};
  std::int64_t observed_generation = 0;
  friend bool operator==(const Condition&, const Condition&) = default;
};

const Condition* find_condition(const std::vector<Condition>& conditions, std::string_view type);
// Adds or replaces; returns whether anything but the time would differ.
bool set_condition(std::vector<Condition>& conditions, Condition condition, WallTime now);

// Only the metadata of an object of any kind (PartialObjectMetadata).
struct PartialObject {
  std::string api_version{};
  std::string kind{};
  ObjectMeta metadata{};
};

// metav1.Status: what the API server says when it refuses.
struct StatusCause {
  std::string reason{};
  std::string message{};
  std::string field{};
};
struct StatusDetails {
  std::string name{};
  std::string group{};
  std::string kind{};
  std::string uid{};
  std::vector<StatusCause> causes{};
  std::int64_t retry_after_seconds = 0;
};
struct Status {
  std::string api_version = "v1";
  std::string kind = "Status";
  std::string status{};  // "Success", "Failure"
  std::string message{};
  std::string reason{};  // "NotFound", "Conflict", "Invalid", …
  std::optional<StatusDetails> details{};
  std::int64_t code = 0;
};

struct LabelSelectorRequirement {
  std::string key{};
  std::string op{};  // "operator" on the wire: In, NotIn, Exists, DoesNotExist
  std::vector<std::string> values{};
};
struct LabelSelector {
  StringMap match_labels{};
  std::vector<LabelSelectorRequirement> match_expressions{};
};
bool matches(const LabelSelector& selector, const StringMap& labels);  // the empty selector matches everything

}  // namespace rotor::kube

namespace rotor::json {
ROTOR_DESCRIBED(kube::OwnerReference);
ROTOR_DESCRIBED(kube::ManagedFieldsEntry);
ROTOR_DESCRIBED(kube::ObjectMeta);
ROTOR_DESCRIBED(kube::Condition);
ROTOR_DESCRIBED(kube::PartialObject);
ROTOR_DESCRIBED(kube::StatusCause);
ROTOR_DESCRIBED(kube::StatusDetails);
ROTOR_DESCRIBED(kube::Status);
ROTOR_DESCRIBED(kube::LabelSelectorRequirement);
ROTOR_DESCRIBED(kube::LabelSelector);
}  // namespace rotor::json
