#include "cli/providers.hpp"

#include "providers/aws/identities.hpp"
#include "providers/aws/provider.hpp"
#include "providers/azure/provider.hpp"
#include "providers/doppler/provider.hpp"
#include "providers/fake/fake.hpp"
#include "providers/gcp/identities.hpp"
#include "providers/gcp/provider.hpp"
#include "providers/kubernetes/kubernetes.hpp"
#include "providers/onepassword/provider.hpp"
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
          {"vault", providers::vault::make_provider},
      },
      services);
}

}  // namespace rotor::cli
