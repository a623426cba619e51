#include "api/crd.hpp"

#include "api/openclaw/instance.hpp"

namespace rotor::api {

std::string openclaw_instance_crd() {
  const CrdNames names = {.group = "openclaw.rocks",
                          .plural = "openclawinstances",
                          .singular = "openclawinstance",
                          .kind = "OpenClawInstance",
                          .short_names = {"oci"}};
  const CrdVersion version = {.name = "v1alpha1",
                              .spec = &json::type_of<InstanceSpec>,
                              .status = &json::type_of<InstanceStatus>,
                              .columns = {{"Phase", "string", ".status.phase"},
                                          {"Ready", "string", ".status.conditions[?(@.type=='Ready')].status"},
                                          {"Gateway", "string", ".status.gatewayEndpoint"},
                                          {"Age", "date", ".metadata.creationTimestamp"}}};
  return crd(names, "OpenClawInstance is one assistant, its settings and its secrets.", {&version, 1});
}

}  // namespace rotor::api
