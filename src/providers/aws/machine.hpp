// Credentials that the machine hands out: the container endpoints of ECS and EKS Pod Identity, and EC2's instance
// metadata. https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
#pragma once

#include <string>

#include "providers/aws/session.hpp"

namespace rotor::providers::aws {

// The endpoint the environment names; empty when it names none.
std::string container_endpoint(const Environment& environment);
Task<Result<Credentials>> container_credentials(Shared& shared, std::string url);

// By version 2 of the service only: version 1 answers anybody who can make the controller send a request. What the
// service hands out is used even past its end: it does so on purpose while it cannot renew them.
Task<Result<Credentials>> instance_credentials(Shared& shared);

}  // namespace rotor::providers::aws
