// rbac.authorization.k8s.io/v1: what a namespace's identities may do, and who has it.
// https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/role-v1/
#pragma once

#include <string>
#include <vector>

#include "json/describe.hpp"
#include "kube/object/object.hpp"

namespace rotor::api {

inline constexpr std::string_view kRbacGroup = "rbac.authorization.k8s.io";

struct PolicyRule {
  std::vector<std::string> api_groups;
  std::vector<std::string> resources;
  std::vector<std::string> resource_names;
  std::vector<std::string> verbs;
};

struct Role {
  std::string api_version = "rbac.authorization.k8s.io/v1";
  std::string kind = "Role";
  kube::ObjectMeta metadata;
  std::vector<PolicyRule> rules;
};

struct RoleRef {
  std::string api_group;
  std::string kind;
  std::string name;
};

struct Subject {
  std::string kind;
  std::string api_group;
  std::string name;
  std::string ns;  // "namespace"
};

struct RoleBinding {
  std::string api_version = "rbac.authorization.k8s.io/v1";
  std::string kind = "RoleBinding";
  kube::ObjectMeta metadata;
  std::vector<Subject> subjects;
  RoleRef role_ref;
};

}  // namespace rotor::api

namespace rotor::kube {
template <>
inline constexpr Resource kResource<api::Role> = {api::kRbacGroup, "v1", "roles", "Role"};
template <>
inline constexpr Resource kResource<api::RoleBinding> = {api::kRbacGroup, "v1", "rolebindings", "RoleBinding"};
}  // namespace rotor::kube

namespace rotor::json {
ROTOR_DESCRIBED(api::PolicyRule);
ROTOR_DESCRIBED(api::Role);
ROTOR_DESCRIBED(api::RoleRef);
ROTOR_DESCRIBED(api::Subject);
ROTOR_DESCRIBED(api::RoleBinding);
}  // namespace rotor::json
