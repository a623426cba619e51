// /healthz, /readyz and /metrics of the operator.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/metrics.hpp"
#include "net/server.hpp"

namespace rotor::cli {

// `ready` and `metrics` are asked at each request, on the executor, and outlive the server.
// Null when the address is "0"; kUnavailable names the flag's address when the port is taken.
Result<std::unique_ptr<net::HttpServer>> start_status_server(Executor executor, std::string_view address,
                                                             std::function<bool()> ready,
                                                             const MetricsRegistry& metrics);

}  // namespace rotor::cli
