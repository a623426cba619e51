// Counts the requests to an API server: rest_client_requests_total.
#pragma once

#include <memory>

#include "base/metrics.hpp"
#include "net/http.hpp"

namespace rotor::kube {

std::unique_ptr<net::HttpClient> count_requests(std::unique_ptr<net::HttpClient> inner, MetricsRegistry& metrics);

}  // namespace rotor::kube
