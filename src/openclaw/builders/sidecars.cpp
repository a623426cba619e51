// What runs beside the assistant: the proxy that takes what comes from outside, and the collector of metrics.
#include "openclaw/builders/image.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/builders/parts.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

constexpr std::string_view kProxyImage = "docker.io/library/nginx:1.27-alpine";
constexpr std::string_view kCollectorImage = "docker.io/otel/opentelemetry-collector:0.120.0";
constexpr std::int64_t kProxyUser = 101;  // of nginx in its image

}  // namespace

api::Container build_gateway_proxy(const api::InstanceSpec& spec) {
  api::Container c;
  c.name = "gateway-proxy";
  c.image = with_registry(kProxyImage, spec.registry);
  c.image_pull_policy = "IfNotPresent";
  c.ports = {tcp_port("gw-proxy", kProxyPort), tcp_port("canvas-proxy", kCanvasProxyPort)};
  c.resources = resources({.cpu = "10m", .memory = "16Mi"}, {.cpu = "100m", .memory = "64Mi"});
  c.volume_mounts = {read_only(mount("config", "/etc/nginx/nginx.conf", "nginx.conf")),
                     mount("gateway-proxy-tmp", "/tmp")};
  c.security_context = hardened(true);
  c.security_context->run_as_user = kProxyUser;
  return c;
}

// Its configuration is a folder, not a file: what changes in the ConfigMap reaches it.
api::Container build_otel_collector(const api::InstanceSpec& spec, std::int32_t port) {
  api::Container c;
  c.name = "otel-collector";
  c.image = with_registry(kCollectorImage, spec.registry);
  c.image_pull_policy = "IfNotPresent";
  c.args = {"--config=/etc/otel-collector/otel-collector.yaml"};
  c.ports = {tcp_port("metrics", port)};
  c.resources = resources({.cpu = "25m", .memory = "32Mi"}, {.cpu = "100m", .memory = "128Mi"});
  c.volume_mounts = {read_only(mount("otel-collector-config", "/etc/otel-collector"))};
  c.security_context = hardened(true);
  return c;
}

}  // namespace rotor::openclaw
