#include "api/core/service.hpp"

namespace rotor::json {
using namespace api;

ROTOR_DESCRIBE(ServicePort, "A port of a Service.", field<&ServicePort::app_protocol>("appProtocol"),
               field<&ServicePort::name>("name"), field<&ServicePort::node_port>("nodePort"),
               field<&ServicePort::port>("port", {.required = true}), field<&ServicePort::protocol>("protocol"),
               field<&ServicePort::target_port>("targetPort", {.int_or_string = true}));

ROTOR_DESCRIBE(ServiceSpec, "Which pods a Service reaches, and how.", field<&ServiceSpec::cluster_ip>("clusterIP"),
               field<&ServiceSpec::ports>("ports", {.list_map_key = "port,protocol"}),
               field<&ServiceSpec::publish_not_ready_addresses>("publishNotReadyAddresses"),
               field<&ServiceSpec::selector>("selector"), field<&ServiceSpec::session_affinity>("sessionAffinity"),
               field<&ServiceSpec::type>("type"));

ROTOR_DESCRIBE(Service, "A stable address for pods.", field<&Service::api_version>("apiVersion"),
               field<&Service::kind>("kind"), field<&Service::metadata>("metadata"), field<&Service::spec>("spec"));

}  // namespace rotor::json
