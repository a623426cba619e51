// Events on ExternalSecrets.
#pragma once

#include <string>

#include "api/externalsecrets/external_secret.hpp"
#include "kube/events/events.hpp"

namespace rotor::secrets {

void record_event(kube::EventRecorder& events, const api::es::ExternalSecret& es, kube::EventRecorder::Type type,
                  std::string reason, std::string message);

}  // namespace rotor::secrets
