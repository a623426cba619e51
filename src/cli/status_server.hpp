// /healthz, /readyz and /metrics of the operator.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/metrics.hpp"
#include "base/task.hpp"
#include "cli/metrics_access.hpp"
#include "net/certificates.hpp"
#include "net/server.hpp"

namespace rotor::cli {

// Why it is not ready, or had better be started anew; empty: it is fine.
struct Health {
  std::function<std::string()> not_ready;
  std::function<std::string()> not_live;
};

// Asked with the request's Authorization header before metrics are shown; an answer is why not.
using MetricsGuard = std::function<Task<std::optional<Refusal>>(std::string authorization, std::string path)>;

// `health` and `metrics` are asked at each request, on the executor, and outlive the server. `pair`: what it shows over
// TLS; nullopt: plain HTTP. Null when the address is "0"; kUnavailable names the flag's address when the port is taken.
Result<std::unique_ptr<net::HttpServer>> start_status_server(Executor executor, std::string_view address, Health health,
                                                             const MetricsRegistry& metrics,
                                                             std::optional<net::KeyPair> pair = std::nullopt,
                                                             MetricsGuard guard = {});

// Of the files in `folder`, or, when it is empty, made now. kInvalid names the file.
Result<net::KeyPair> metrics_certificate(const std::string& folder, const std::string& certificate,
                                         const std::string& key, WallTime now);

}  // namespace rotor::cli
