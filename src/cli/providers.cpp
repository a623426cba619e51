#include "cli/providers.hpp"

#include "base/metrics.hpp"
#include "providers/aws/identities.hpp"
#include "providers/aws/provider.hpp"
#include "providers/azure/provider.hpp"
#include "providers/doppler/provider.hpp"
#include "providers/fake/fake.hpp"
#include "providers/gcp/identities.hpp"
#include "providers/gcp/provider.hpp"
#include "providers/kubernetes/kubernetes.hpp"
#include "providers/onepassword/provider.hpp"
#include "providers/onepassword/sdk.hpp"
#include "providers/vault/openbao.hpp"
#include "providers/vault/provider.hpp"

namespace rotor::cli {

providers::ProviderRegistry make_providers(providers::Services services) {
  services.aws_identities = providers::aws::make_identities(services);
  services.google_identities = providers::gcp::make_identities(services);
  return providers::ProviderRegistry(
      {
          {"aws", providers::aws::make_provider},
          {"azurekv", providers::azure::make_provider},
          {"doppler", providers::doppler::make_provider},
          {"fake", providers::make_fake_provider},
          {"gcpsm", providers::gcp::make_provider},
          {"kubernetes", providers::make_kubernetes_provider},
          {"onepassword", providers::onepassword::make_provider},
          {"onepasswordSDK", providers::onepassword::make_sdk_provider},
          {"openBao", providers::vault::make_openbao_provider},
          {"vault", providers::vault::make_provider},
      },
      services);
}

providers::ProviderRegistry make_providers_within(ProviderLimits limits, const providers::Services& services) {
  providers::ProviderRegistry registry = make_providers(services);
  registry.add("doppler", providers::doppler::make_provider(services, {.entries = limits.doppler_answers}));
  return registry;
}

std::vector<std::string> provider_names(Executor executor, Clock& clock) {
  MetricsRegistry metrics;
  const auto calls = providers::make_call_counter(metrics);
  const auto http = providers::make_http_clients(executor, clock, "rotor");
  return make_providers({executor, clock, *http, *calls, [](std::string_view) { return std::nullopt; }}).names();
}

}  // namespace rotor::cli
