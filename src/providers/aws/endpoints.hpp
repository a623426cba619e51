// Where a service of a region is. https://docs.aws.amazon.com/general/latest/gr/rande.html
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "providers/services.hpp"

namespace rotor::providers::aws {

using Environment = EnvironmentVariables;

enum class Service : std::uint8_t { kSecretsManager, kParameterStore, kSts };

// The name that is signed.
std::string_view signing_name(Service service);

struct Region {
  std::string name;   // the real one: what is signed
  bool fips = false;  // `fips-us-east-1`, `us-east-1-fips`, or AWS_USE_FIPS_ENDPOINT
};

// `region`, or AWS_REGION or AWS_DEFAULT_REGION when it is empty. Refuses what is not one DNS label.
Result<Region> resolve_region(std::string_view region, const Environment& environment);

struct Endpoint {
  std::string url;             // scheme://host[:port][/path], without a slash at the end
  std::string signing_region;  // differs from the store's for the global STS
  std::string doubt{};         // what to say besides when nobody answers there
};

// AWS_SECRETSMANAGER_ENDPOINT, AWS_SSM_ENDPOINT and AWS_STS_ENDPOINT, then AWS_ENDPOINT_URL_…, then AWS_ENDPOINT_URL,
// then the partition's own address, as AWS_USE_DUALSTACK_ENDPOINT and the region's FIPS mark want it.
Result<Endpoint> resolve_endpoint(Service service, const Region& region, const Environment& environment);

}  // namespace rotor::providers::aws
