#include "cli/status_server.hpp"

#include "cli/operator_options.hpp"

namespace rotor::cli {
namespace {

// Whoever reaches the pod may ask, without credentials: room for a kubelet and some scrapers, and no request has a
// body.
constexpr net::ServerLimits kLimits{.connections = 64, .connections_per_peer = 16, .head = std::chrono::seconds(10)};

bool no_body(const net::ServerRequest&) { return false; }

struct Answer {
  int status;
  std::string_view type;
  std::string body;
};

Answer answer(std::string_view path, bool ready, const MetricsRegistry& metrics) {
  constexpr std::string_view kText = "text/plain; charset=utf-8";
  if (path == "/healthz" || path == "/livez") return {200, kText, "ok"};
  if (path == "/readyz") return ready ? Answer{200, kText, "ok"} : Answer{503, kText, "not everything is listed yet"};
  if (path == "/metrics") return {200, MetricsRegistry::kContentType, metrics.render()};
  return {404, kText, "see /healthz, /readyz and /metrics"};
}

Task<> serve(net::ServerResponse& response, Answer said) {
  net::Headers headers{{"Content-Type", std::string(said.type)}};
  co_await response.respond(said.status, std::move(headers), SecretBytes(said.body));
}

}  // namespace

Result<std::unique_ptr<net::HttpServer>> start_status_server(Executor executor, std::string_view address,
                                                             std::function<bool()> ready,
                                                             const MetricsRegistry& metrics) {
  TRY(const std::optional<Address> where, parse_address(address));
  if (!where) return nullptr;
  const MetricsRegistry* registry = &metrics;
  return net::start_server(
      std::move(executor), {.address = where->host, .port = where->port, .wants_body = no_body, .limits = kLimits},
      [ready = std::move(ready), registry](net::ServerRequest request, net::ServerResponse& response) {
        return serve(response, answer(request.path, ready(), *registry));
      });
}

}  // namespace rotor::cli
