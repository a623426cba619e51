#include "cli/status_server.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "base/log.hpp"
#include "cli/operator_options.hpp"
#include "local/manifests/file_watch.hpp"
#include "net/certificate_facts.hpp"

namespace rotor::cli {
namespace {

// Whoever reaches the pod may ask, without credentials: room for a kubelet and some scrapers, and no request has a
// body.
constexpr net::ServerLimits kLimits{.connections = 64, .connections_per_peer = 16, .head = std::chrono::seconds(10)};

bool no_body(const net::ServerRequest&) { return false; }

constexpr std::string_view kText = "text/plain; charset=utf-8";

struct Answer {
  int status;
  std::string_view type;
  std::string body;
};

Answer unless(std::string reason) {
  return reason.empty() ? Answer{200, kText, "ok"} : Answer{503, kText, std::move(reason)};
}

Answer answer(std::string_view path, const Health& health, const MetricsRegistry& metrics) {
  if (path == "/healthz" || path == "/livez") return unless(health.not_live());
  if (path == "/readyz") return unless(health.not_ready());
  if (path == "/metrics") return {200, MetricsRegistry::kContentType, metrics.render()};
  return {404, kText, "see /healthz, /readyz and /metrics"};
}

Task<> serve(net::ServerRequest request, net::ServerResponse& response, Health health, const MetricsRegistry& metrics,
             MetricsGuard guard) {
  if (guard && request.path == "/metrics") {
    const std::string* shown = net::find_header(request.headers, "Authorization");
    auto refusal = co_await guard(shown == nullptr ? std::string() : *shown, request.path);
    if (refusal) {
      net::Headers headers{{"Content-Type", std::string(kText)}, {"WWW-Authenticate", "Bearer"}};
      co_await response.respond(refusal->status, std::move(headers), SecretBytes(refusal->text));
      co_return;
    }
  }
  Answer said = answer(request.path, health, metrics);
  net::Headers headers{{"Content-Type", std::string(said.type)}};
  co_await response.respond(said.status, std::move(headers), SecretBytes(said.body));
}

}  // namespace

Result<net::KeyPair> metrics_certificate(const std::string& folder, const std::string& certificate,
                                         const std::string& key, WallTime now) {
  if (folder.empty()) {
    constexpr auto kLifetime = std::chrono::hours(24 * 365);
    return net::issue_certificate(net::make_ca("rotor metrics", now, kLifetime), "rotor", {"localhost"}, now,
                                  kLifetime);
  }
  const auto read = [&folder](const char* flag, const std::string& name) -> Result<std::string> {
    Result<std::string> text = local::read_text_file(std::filesystem::path(folder) / name);
    if (!text) return std::unexpected(std::move(text).error().prefixed(flag));
    return text;
  };
  TRY(std::string certificate_pem, read("--metrics-cert-name", certificate));
  TRY(std::string key_pem, read("--metrics-key-name", key));
  const auto validity = net::validity_of(certificate_pem);
  if (const std::string fault = validity ? net::fault_of(*validity, now) : ""; !fault.empty()) {
    log::warn("who reads the metrics will not trust their certificate",
              {{"file", (std::filesystem::path(folder) / certificate).string()}, {"certificate", fault}});
  }
  net::KeyPair pair{std::move(certificate_pem), SecretBytes(key_pem)};
  wipe(key_pem.data(), key_pem.size());
  return pair;
}

Result<std::unique_ptr<net::HttpServer>> start_status_server(Executor executor, std::string_view address, Health health,
                                                             const MetricsRegistry& metrics,
                                                             std::optional<net::KeyPair> pair, MetricsGuard guard) {
  TRY(const std::optional<Address> where, parse_address(address));
  if (!where) return nullptr;
  const MetricsRegistry* registry = &metrics;
  net::ServerConfig config{.address = where->host, .port = where->port, .wants_body = no_body, .limits = kLimits};
  if (pair) {
    config.certificate_pem = std::move(pair->certificate_pem);
    config.key_pem = std::move(pair->key_pem);
  }
  return net::start_server(std::move(executor), std::move(config),
                           [health = std::move(health), registry, guard = std::move(guard)](
                               net::ServerRequest request, net::ServerResponse& response) {
                             return serve(std::move(request), response, health, *registry, guard);
                           });
}

}  // namespace rotor::cli
