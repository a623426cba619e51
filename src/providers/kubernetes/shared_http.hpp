// Transports for API clients of this back end: connections that others use too, alone or with the token of a
// ServiceAccount on every request.
#pragma once

#include <memory>

#include "net/http.hpp"
#include "providers/common/service_account.hpp"

namespace rotor::providers::kubernetes {

std::unique_ptr<net::HttpClient> borrow(std::shared_ptr<net::HttpClient> client);

// Each request goes out with the token as it is then; after a 401 once more with a new one. `accounts` and `gate`
// outlive the transport.
std::unique_ptr<net::HttpClient> log_in_as(std::shared_ptr<net::HttpClient> client, ServiceAccounts& accounts,
                                           ReferenceGate& gate, ServiceAccounts::Wish wish);

}  // namespace rotor::providers::kubernetes
