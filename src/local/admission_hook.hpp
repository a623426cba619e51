// The rules of admission for the embedded server: what a cluster's API server would hear from our webhook.
#pragma once

#include "apiserver/registry/admission.hpp"
#include "local/run.hpp"

namespace rotor::local {

enum class StoresAnswer : std::uint8_t { kThemselves, kFromValues };

// Judges with providers of its own, which no other thread sees. With a values file a store is whatever it says it is.
apiserver::Admission make_admission(const MakeProviders& make_providers, StoresAnswer stores,
                                    providers::PlainHttp plain = providers::PlainHttp::kNearby);

}  // namespace rotor::local
