// core/v1 Namespace.
#pragma once

#include <string>

#include "json/describe.hpp"
#include "kube/object/object.hpp"

namespace rotor::api {

struct NamespaceStatus {
  std::string phase;  // Active, Terminating
};

struct Namespace {
  std::string api_version = "v1";
  std::string kind = "Namespace";
  kube::ObjectMeta metadata;
  json::Raw spec;
  std::optional<NamespaceStatus> status;
};

}  // namespace rotor::api

namespace rotor::kube {
template <>
inline constexpr Resource kResource<api::Namespace> = {"", "v1", "namespaces", "Namespace", false};
}  // namespace rotor::kube

namespace rotor::json {
ROTOR_DESCRIBED(api::NamespaceStatus);
ROTOR_DESCRIBED(api::Namespace);
}  // namespace rotor::json
