#include "secrets/reporter.hpp"

namespace rotor::secrets {

void record_event(kube::EventRecorder& events, const api::es::ExternalSecret& es, kube::EventRecorder::Type type,
                  std::string reason, std::string message) {
  events.record({.api_version = "external-secrets.io/v1",
                 .kind = "ExternalSecret",
                 .ns = es.metadata.ns,
                 .name = es.metadata.name,
                 .uid = es.metadata.uid,
                 .resource_version = es.metadata.resource_version},
                type, std::move(reason), std::move(message));
}

}  // namespace rotor::secrets
