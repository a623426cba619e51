// Connections to other API servers that outlive a reconcile.
#pragma once

#include <memory>

#include "net/http.hpp"

namespace rotor::providers::kubernetes {

// The process's client for a TLS configuration, in the form in which a kube::Client owns one.
std::unique_ptr<net::HttpClient> borrow(std::shared_ptr<net::HttpClient> client);

}  // namespace rotor::providers::kubernetes
