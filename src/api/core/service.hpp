// https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/
#pragma once

#include "api/core/pod.hpp"

namespace rotor::api {

struct ServicePort {
  std::string name;
  std::string protocol;
  std::optional<std::string> app_protocol;
  std::int32_t port = 0;
  OptionalRaw target_port;  // a number or the name of a container's port
  std::optional<std::int32_t> node_port;
};

struct ServiceSpec {
  std::vector<ServicePort> ports;
  StringMap selector;
  std::string cluster_ip;
  std::string type;
  std::string session_affinity;
  std::optional<bool> publish_not_ready_addresses;
};

struct Service {
  std::string api_version = "v1";
  std::string kind = "Service";
  kube::ObjectMeta metadata;
  ServiceSpec spec;
};

}  // namespace rotor::api

namespace rotor::kube {
template <>
inline constexpr Resource kResource<api::Service> = {"", "v1", "services", "Service"};
}

namespace rotor::json {
ROTOR_DESCRIBED(api::ServicePort);
ROTOR_DESCRIBED(api::ServiceSpec);
ROTOR_DESCRIBED(api::Service);
}  // namespace rotor::json
